"""Encoder first, then the decoder: each stage is what it says, and runs do not depend on the block they are in."""

import numpy as np
import pytest
import xarray as xr

from fa_book.encoder_decoder import study
from fa_lib import FA, tasks, train
from fa_lib.sweep import store

EPOCHS = 30


@pytest.fixture(scope="module")
def apart():
    return study.apart(3, EPOCHS, every=10, seed=4)


def test_the_first_stage_is_training_with_a_frozen_decoder(apart):
    alone = train(tasks.ib(4), FA(), runs=3, epochs=EPOCHS, measure_every=10, seed=4, learn_decoder=False,
                  progress=False)  # fmt: skip
    first = apart.sel(stage="encoder")
    np.testing.assert_allclose(first.test_loss, alone.test_loss, atol=1e-6)
    np.testing.assert_allclose(first.test_accuracy, alone.test_accuracy, atol=1e-6)
    assert list(first.epoch.values) == [0, 10, 20, 29]


def test_the_second_stage_learns_with_another_decoder(apart):
    then = apart.sel(stage="decoder")
    assert (then.loss[:, -1] < then.loss[:, 0]).all()
    # another decoder on the encoder of stage one: it starts elsewhere
    assert (abs(then.loss[:, 0] - apart.sel(stage="encoder").loss[:, -1]) > 1e-4).all()


def test_the_second_stage_leaves_the_encoder_alone(monkeypatch):
    made = []
    fit = study.training.fit
    monkeypatch.setattr(study.training, "fit", lambda model, **options: (made.append(model), fit(model, **options))[1])
    before = []
    build = study.training.build

    def remember(*arguments, **options):
        if not options.get("learn_encoder", True):  # the second is built when the first has been trained
            before.extend(weight.detach().clone() for weight in made[0].encoder.parameters())
        return build(*arguments, **options)

    monkeypatch.setattr(study.training, "build", remember)
    study.apart(2, 5, every=5)
    assert made[0].encoder is made[1].encoder
    after = made[1].encoder.parameters()
    assert all(bool((one == other).all()) for one, other in zip(before, after, strict=True))


def test_the_command_writes_all_runs_and_the_seed(apart, tmp_path, monkeypatch):
    monkeypatch.setattr(study, "BLOCK", 2)
    into = tmp_path / "new" / "apart.nc"
    files = ["--out", str(tmp_path / "blocks"), "--into", str(into)]
    assert study.main(["--runs", "3", "--epochs", str(EPOCHS), "--seed", "4", *files]) == 0
    with xr.open_dataset(into, engine="h5netcdf") as opened:
        found = opened.load()
    assert list(found.run.values) == [0, 1, 2]
    assert found.attrs["seed"] == 4
    assert found.attrs["digest"] == store.digest(found)
    np.testing.assert_allclose(found.test_loss.isel(epoch=-1), apart.test_loss.isel(epoch=-1), atol=1e-6)


def test_the_command_refuses_no_runs(tmp_path):
    with pytest.raises(ValueError, match="runs"):
        study.main(["--runs", "0", "--out", str(tmp_path), "--into", str(tmp_path / "apart.nc")])

"""What `train` records: the right quantity, of the right moment and samples, under the right name."""

import numpy as np
import pytest
import torch
import xarray as xr

from fa_lib import BP, DFA, FA, NF, NFA, TF, information, tasks, training
from fa_lib.training.loop import train

quiet = {"progress": False}
MEASURES = {"loss", "accuracy", "regression_loss", "regression_accuracy", "information", "information_null"}


def expected_measures(task, epochs, bin_size=0.1):
    """What the Dataset should hold, from a plain training's epochs and numpy alone."""
    rows = []
    for seen in epochs:
        H, y_hat, y = (np.concatenate(seen[name]) for name in ("H", "y_hat", "y"))
        ones = np.hstack([H, np.ones((len(H), 1))])
        y_linear = ones @ np.linalg.lstsq(ones, y, rcond=None)[0]
        test_y, test_y_hat = task.test_y.numpy(), seen["test_y_hat"]
        rows.append(
            {
                "loss": np.mean((y_hat - y) ** 2),  # over all samples: a short last batch counts for less
                "accuracy": np.mean(y_hat.argmax(1) == y.argmax(1)),
                "regression_loss": np.mean((y_linear - y) ** 2),
                "regression_accuracy": np.mean(y_linear.argmax(1) == y.argmax(1)),
                "information": information.binned(H, y, bin_size),
                "test_loss": np.mean((test_y_hat - test_y) ** 2),
                "test_accuracy": np.mean(test_y_hat.argmax(1) == test_y.argmax(1)),
            }
        )
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


@pytest.mark.parametrize("scale", [False, True])
@pytest.mark.parametrize("batch", [None, 64])  # 150 samples: 64, 64 and 22
@pytest.mark.parametrize("rule", [BP(), FA()], ids=["BP", "FA"])
def test_measures_are_those_of_a_plain_training(in_double, plain_training, toy, rule, batch, scale):
    task = in_double(lambda: toy(batch=batch))
    model = training.build(task, rule, runs=[2], learn_gain=scale)
    B = None if rule == BP() else model.rule.B[0]
    expected = expected_measures(task, plain_training(task, model.encoder, model.decoder, 0, B=B, epochs=6))
    got = train(task, rule, runs=[2], epochs=6, learn_gain=scale, **quiet)
    for name, values in expected.items():
        np.testing.assert_allclose(got[name].sel(run=2), values, rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu", "linear"])
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("rule", [BP(), FA()], ids=["BP", "FA"])
def test_other_optimizers_and_nonlinearities(in_double, plain_training, toy, rule, optimizer, nonlinearity):
    lr = {"adam": 1e-2, "sgd": 1.0}[optimizer]
    task = in_double(lambda: toy(batch=40, optimizer=optimizer, nonlinearity=nonlinearity, lr=lr))
    model = training.build(task, rule, runs=[2], learn_gain=True)
    B = None if rule == BP() else model.rule.B[0]
    expected = expected_measures(task, plain_training(task, model.encoder, model.decoder, 0, B=B, epochs=6))
    got = train(task, rule, runs=[2], epochs=6, learn_gain=True, **quiet)
    assert abs(got.loss[0, -1] - got.loss[0, 0]) > 1e-3  # it moved
    for name, values in expected.items():
        np.testing.assert_allclose(got[name].sel(run=2), values, rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("field", ["optimizer", "nonlinearity"])
def test_unknown_optimizers_and_nonlinearities_are_refused(toy, field):
    with pytest.raises(ValueError, match=f"{field} must be one of .*got 'cubic'"):
        train(toy(**{field: "cubic"}), FA(), runs=1, **quiet)


@pytest.mark.parametrize("learn_decoder", [True, False])
@pytest.mark.parametrize("rule", [BP(), FA()], ids=["BP", "FA"])
def test_ib_training_is_that_of_torch_nn_and_adam(in_double, plain_training, rule, learn_decoder):
    task, epochs = in_double(tasks.ib), 150
    model = training.build(task, rule, runs=[4])
    B = None if rule == BP() else model.rule.B[0]
    plain = plain_training(task, model.encoder, model.decoder, 0, B=B, epochs=epochs, learn_decoder=learn_decoder)
    expected = expected_measures(task, [seen for epoch, seen in enumerate(plain) if epoch % 30 == 0 or epoch == 149])
    got = train(task, rule, runs=[4], epochs=epochs, measure_every=30, learn_decoder=learn_decoder, **quiet)
    for name, values in expected.items():
        np.testing.assert_allclose(got[name].sel(run=4), values, rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("rule", [BP(), FA()], ids=["BP", "FA"])
def test_single_precision_follows_torch_nn_too(plain_training, rule):
    task = tasks.ib()
    model = training.build(task, rule, runs=[4])
    B = None if rule == BP() else model.rule.B[0]
    expected = expected_measures(task, plain_training(task, model.encoder, model.decoder, 0, B=B, epochs=40))
    got = train(task, rule, runs=[4], epochs=40, **quiet)
    for name in ("loss", "test_loss", "regression_loss"):
        np.testing.assert_allclose(got[name].sel(run=4), expected[name], rtol=1e-3, err_msg=name)


def test_the_dataset_has_its_dims_names_and_attributes(toy):
    got = train(toy(), TF(decorrelate=3.0), runs=3, seed=2, learn_gain=True, learn_decoder=False, bin_size=0.2, **quiet)
    assert set(got.data_vars) == MEASURES | {"test_loss", "test_accuracy", "ceiling", "stuck"}
    assert got["ceiling"].item() == pytest.approx(information.ceiling(toy().y.numpy(), 0.2))
    for name in set(got.data_vars) - {"ceiling", "stuck"}:
        assert got[name].dims == ("run", "epoch")
    assert got.sizes == {"run": 3, "epoch": 5}  # the task's own epochs
    assert got["epoch"].values.tolist() == [0, 1, 2, 3, 4]
    expected = {
        "task": "toy", "seed": 2, "learn_decoder": 0, "learn_encoder": 1, "learn_gain": 1, "lr": 1e-2, "batch": 150,
        "widths": "(6, 4)", "samples": 150, "bin_size": 0.2, "device": "cpu", "torch": torch.__version__,
        "numpy": np.__version__,
    }  # fmt: skip
    assert {name: got.attrs[name] for name in expected} == expected
    assert {type(value) for value in got.attrs.values()} <= {str, int, float}  # what netCDF takes, exactly
    assert eval(got.attrs["rule"]) == TF(decorrelate=3.0)
    assert got.attrs["seconds"] > 0
    assert got.attrs["python"].startswith("3.")


def test_further_metrics_of_a_task_are_recorded_in_training_and_test(toy):
    got = train(toy(metrics={"accuracy": tasks.correct_rate, "fit": tasks.r_squared}), BP(), runs=2, **quiet)
    assert {"fit", "test_fit"} <= set(got.data_vars)
    assert (got["fit"] < 1).all()


def test_netcdf_brings_back_what_was_saved(toy, tmp_path):
    got = train(toy(), FA(), runs=[2, 5], record={"H": lambda seen: seen.H}, **quiet)
    got.to_netcdf(tmp_path / "result.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "result.nc", engine="h5netcdf") as read:
        assert read.load().identical(got)


@pytest.mark.parametrize(("epochs", "every", "measured"), [(7, 3, [0, 3, 6]), (8, 3, [0, 3, 6, 7]), (3, 9, [0, 2])])
@pytest.mark.parametrize("rule", [FA(), NFA(sigma=0.3), TF()], ids=lambda rule: type(rule).__name__)
def test_measuring_less_often_changes_no_number(toy, rule, epochs, every, measured):
    task = toy(batch=64)
    whole, some = (train(task, rule, runs=2, epochs=epochs, measure_every=e, **quiet) for e in (1, every))
    assert some["epoch"].values.tolist() == measured
    assert some.drop_attrs().identical(whole.sel(epoch=measured).drop_attrs())


def test_longer_training_goes_on_where_the_shorter_ended(toy):
    short, long = (train(toy(), NF(), runs=2, epochs=epochs, **quiet) for epochs in (3, 6))
    assert short.drop_attrs().identical(long.isel(epoch=slice(3)).drop_attrs())


def test_records_are_of_the_epochs_last_step_before_its_update(toy):
    task, seen = toy(batch=64), []

    def measure(step):
        seen.append(step)
        return step.loss

    record = {"last_loss": measure, "H": lambda step: step.H, "norm": lambda step: step.signal.norm(dim=(1, 2)).numpy()}
    got = train(task, FA(), runs=2, epochs=4, measure_every=2, record=record, **quiet)
    assert [len(step.y) for step in seen] == [22] * 3  # the short batch comes last
    assert got["H"].dims == ("run", "epoch", "H_0", "H_1")
    assert got["H"].shape == (2, 3, 22, 4)
    assert (got["norm"] > 0).all()
    np.testing.assert_array_equal(got["last_loss"][:, 0], seen[0].loss)
    torch.testing.assert_close(seen[0].loss, ((seen[0].y_hat - seen[0].y) ** 2).mean((1, 2)))


def test_information_is_that_of_the_recorded_h_and_the_null_that_of_shuffles():
    task = tasks.ib()
    got = train(
        task, BP(), runs=[3, 1], epochs=151, measure_every=150, bin_size=0.2, record={"H": lambda seen: seen.H}, **quiet
    )
    for epoch in (0, 150):
        H = got["H"].sel(epoch=epoch).values
        np.testing.assert_array_equal(got["information"].sel(epoch=epoch), information.binned(H, task.y, 0.2))
        nulls = information.shuffle_null(H, task.y, 0.2, shuffles=30, seed=0, runs=[3, 1])  # (run, shuffle)
        np.testing.assert_array_equal(got["information_null"].sel(epoch=epoch), nulls[:, 0])
        assert (abs(nulls[:, 0] - nulls[:, 1:].mean(1)) < 5 * nulls.std(1)).all()
    last = got.sel(epoch=150)
    assert (last["information_null"] < last["information"] - 0.1).all()
    assert (last["information"] <= got["ceiling"]).all()


@pytest.mark.parametrize(("rule", "floor"), [(BP(), 0.9), (FA(), 0.9), (TF(), 0.8)], ids=["BP", "FA", "TF"])
def test_a_learnable_task_is_learned(toy, rule, floor):
    got = train(toy(samples=400, test_samples=2000), rule, runs=4, epochs=300, measure_every=299, **quiet)
    first, last = got.isel(epoch=0), got.isel(epoch=-1)
    assert (last["loss"] < 0.6 * first["loss"]).all()
    assert (last["test_loss"] < 0.6 * first["test_loss"]).all()
    assert (last["accuracy"] > floor).all()
    assert (last["test_accuracy"] > floor - 0.05).all()
    assert (last["regression_loss"] < first["regression_loss"]).all()


def test_with_both_parts_frozen_nothing_moves(images):
    task = images(batch=8)
    got = train(task, FA(), runs=2, epochs=5, learn_encoder=False, learn_decoder=False, **quiet)
    assert (got["test_loss"] == got["test_loss"][:, :1]).all()
    assert all(len(set(losses)) == 5 for losses in got["loss"].values)  # dropout: on in training, off in the test
    still = train(tasks.ib(), TF(), runs=2, epochs=5, learn_encoder=False, learn_decoder=False, **quiet)
    for name in MEASURES - {"information_null"} | {"test_loss", "test_accuracy"}:
        assert (still[name] == still[name][:, :1]).all()


def test_nothing_goes_back_through_an_encoder_that_stays():
    """And what is seen and learned is the same as if it did."""
    task = tasks.ib().change(batch=500)
    still, gone = (training.build(task, FA(), runs=2, learn_encoder=False) for _ in range(2))
    assert not still.learns
    seen, expected = still.step(task.x, task.y), gone._replace(learns=True).step(task.x, task.y)
    assert all(part.grad is None for part in still.encoder.parameters())
    assert all(part.grad is not None for part in gone.encoder.parameters())
    assert torch.equal(seen.signal, expected.signal)
    assert torch.equal(seen.H, expected.H)
    assert all(torch.equal(*pair) for pair in zip(*(
        [part.grad for part in model.decoder.parameters()] for model in (still, gone)), strict=True))  # fmt: skip
    watched = training.build(task, DFA(), runs=2, learn_encoder=False)
    assert len(watched.step(task.x, task.y).layers) == len(task.widths)  # who watches sees every layer's gradient


def test_test_measures_are_of_the_test_set_without_dropout(images, plain):
    task = images()
    model = training.build(task, FA(), runs=2)
    got = train(task, FA(), runs=2, epochs=1, learn_encoder=False, learn_decoder=False, **quiet)
    for row in range(2):
        body, head, _ = plain(model.encoder, model.decoder, row)
        y_hat = torch.sigmoid(head(body(task.test_x)))
        assert got["test_loss"][row, 0].item() == pytest.approx(((y_hat - task.test_y) ** 2).mean().item(), rel=1e-5)


def test_a_frozen_decoder_keeps_weight_and_bias(toy):
    record = {"H": lambda seen: seen.H, "W": lambda seen: seen.W, "y_hat": lambda seen: seen.y_hat}
    got = train(toy(), FA(), runs=2, epochs=6, learn_decoder=False, record=record, **quiet)
    assert (got["W"] == got["W"][:, :1]).all()
    H, W, y_hat = (torch.from_numpy(got[name].values).double() for name in record)
    bias = torch.logit(y_hat) - H @ W.mT  # (run, epoch, sample, p)
    torch.testing.assert_close(bias, bias[:, :1, :1].expand_as(bias), atol=1e-5, rtol=0)
    assert (H[:, 1:] != H[:, :1]).any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"runs": 0}, "runs must be a whole number of 1 or more, or different run numbers from 0, got 0"),
        ({"runs": -3}, "runs must be .*got -3"),
        ({"runs": 2.5}, "runs must be .*got 2.5"),
        ({"runs": True}, "runs must be .*got True"),
        ({"runs": "3"}, "runs must be .*got '3'"),
        ({"runs": None}, "runs must be .*got None"),
        ({"runs": []}, r"runs must be .*got \[\]"),
        ({"runs": [0, 0]}, r"runs must be .*got \[0, 0\]"),
        ({"runs": [0, -1]}, r"runs must be .*got \[0, -1\]"),
        ({"runs": [0.5]}, r"runs must be .*got \[0.5\]"),
        ({"epochs": 0}, "epochs must be a whole number of 1 or more, got 0"),
        ({"epochs": 1.5}, "epochs must be a whole number of 1 or more, got 1.5"),
        ({"measure_every": 0}, "measure_every must be a whole number of 1 or more, got 0"),
        ({"measure_every": 2.0}, "measure_every must be .*got 2.0"),
        ({"bin_size": 0}, "bin_size must be a finite number above 0, got 0"),
        ({"bin_size": -0.1}, "bin_size must be .*got -0.1"),
        ({"bin_size": float("nan")}, "bin_size must be .*got nan"),
        ({"bin_size": float("inf")}, "bin_size must be .*got inf"),
        ({"seed": -1}, "seed must be a whole number from 0.*got -1"),
        ({"seed": 0.5}, "seed must be .*got 0.5"),
        ({"device": "abacus"}, """device 'abacus' is not to be had here .*use "cpu" or an available one"""),
        ({"device": "cuda:99"}, "device 'cuda:99' is not to be had here"),
        ({"device": "meta"}, "device 'meta' is not to be had here"),
        ({"record": {"loss": lambda seen: seen.loss}}, "record must use names of its own, got loss"),
        ({"rule": FA}, r"rule must be a rule .*such as FA\(\), .*got <class"),
        ({"rule": "FA"}, "rule must be a rule .*got 'FA'"),
        ({"rule": FA(B=torch.zeros(3, 4))}, r"B must be a tensor of shape \(2, 4\)"),
        ({"record": {"ceiling": lambda seen: seen.loss}}, "names of its own, got ceiling"),
        ({"record": {"epoch": lambda seen: seen.loss}}, "names of its own, got epoch"),
        ({"record": {"stuck": lambda seen: seen.loss}}, "names of its own, got stuck"),
        ({"record": {1: lambda seen: seen.loss}}, "record must map names to functions"),
        ({"record": {"x": lambda seen: None}}, r"measure 'x' must give numbers of shape \(1, ...\).*got None"),
        (
            {"record": {"x": lambda seen: 3.0}, "runs": 1},
            r"measure 'x' must give numbers of shape \(1, ...\).*got shape \(\)",
        ),
        ({"record": {"x": lambda seen: seen.y}, "runs": 1}, r"measure 'x' must .*got shape \(150, 2\)"),
        ({"bin_size": "0.1"}, "bin_size must be a finite number above 0, got '0.1'"),
        ({"learn_decoder": "no"}, "learn_decoder must be True or False, got 'no'"),
        ({"learn_encoder": None}, "learn_encoder must be True or False, got None"),
        ({"learn_gain": 1}, "learn_gain must be True or False, got 1"),
        ({"task": tasks.ib}, r"task must be a Task, such as tasks.ib\(\).*got <function"),
        ({"task": "mnist"}, "task must be a Task.*got 'mnist'"),
    ],
)
def test_what_cannot_be_run_is_named(toy, options, message):
    with pytest.raises(ValueError, match=message):
        train(**{"task": toy(), "rule": FA(), "epochs": 1, "runs": 1, "progress": False} | options)


def test_runs_may_be_any_list_of_numbers(toy):
    for runs in ([1, 0], (1, 0), np.array([1, 0]), range(1, -1, -1)):
        assert train(toy(), FA(), runs=runs, epochs=1, **quiet)["run"].values.tolist() == [1, 0]
    assert train(toy(), FA(), runs=np.int64(2), epochs=1, **quiet)["run"].values.tolist() == [0, 1]


def test_progress_is_shown_on_demand(toy, capsys):
    train(toy(), FA(), runs=1, epochs=2)
    shown = capsys.readouterr().err
    assert "toy FA()" in shown
    assert "2/2" in shown
    train(toy(), FA(), runs=1, epochs=2, progress=False)
    assert capsys.readouterr().err == ""


def test_old_keywords_are_understood_and_said_to_be_old(toy):
    with pytest.warns(FutureWarning, match=r"scale is now called learn_gain|every is now called measure_every"):
        old = train(toy(), FA(), runs=2, scale=True, every=2, **quiet)
    assert old.drop_attrs().identical(
        train(toy(), FA(), runs=2, learn_gain=True, measure_every=2, **quiet).drop_attrs()
    )
    with pytest.warns(FutureWarning, match="feedback is now called rule"):
        training.build(toy(), feedback=FA(), runs=1)
    with pytest.raises(TypeError, match="old name"):
        training.build(toy(), FA(), runs=1, scale=True, learn_gain=True)


def test_a_run_that_diverges_leaves_the_others_their_numbers(toy):
    task = toy(batch=40)

    def grown(seen):
        return seen.H.abs().amax((1, 2))

    class Exploding(FA):
        """FA until the encoder of run 1 is thrown out of the numbers."""

        def __call__(self, error, y, **context):
            signal = super().__call__(error, y)
            return torch.cat([signal[:1], signal[1:] * torch.inf])

    data = train(task, Exploding(), runs=2, epochs=4, record={"largest": grown}, **quiet)
    alone = train(task, FA(), runs=1, epochs=4, **quiet)
    assert data.stuck.values.tolist() == [alone.stuck.item(), 1]
    for name in ("loss", "regression_loss", "information", "test_loss"):
        np.testing.assert_allclose(data[name][0], alone[name][0], rtol=1e-5)
    assert np.isnan(data.regression_loss[1, 1:]).all()
    assert np.isnan(data.information[1, 1:]).all()
    assert not np.isfinite(data.loss[1, 1:]).any()


def test_a_rule_is_given_plain_numbers(toy):
    """Nothing that it is given asks for a gradient: it may be turned into an array."""
    given = {}

    class Looking(FA):
        def __call__(self, error, y, **context):
            tensors = {"error": error, "y": y, **context}
            given.update({name: one.requires_grad for name, one in tensors.items() if torch.is_tensor(one)})
            return super().__call__(error, y)

    train(toy(), Looking(), runs=2, epochs=1, **quiet)
    assert {"error", "y", "H", "W", "z"} <= set(given)
    assert not given["H"]
    assert not given["W"]
    assert not given["error"]


def test_answers_are_given_to_inputs_as_the_task_takes_them(toy):
    model = training.build(toy(), FA(), runs=2)
    x = toy().test_x
    expected = training.predict(model, x)
    for other in (x.numpy(), x.double(), x.double().numpy()):
        torch.testing.assert_close(training.predict(model, other), expected)
    for wrong in (x[0], x[:, :3], x[:0]):
        with pytest.raises(ValueError, match=r"x must be \('sample', 5\), one sample or more, got"):
            training.predict(model, wrong)
    with pytest.raises(ValueError, match="model must be what build gives, got Task"):
        training.predict(toy(), x)

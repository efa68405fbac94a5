"""What `train` is asked for reaches the model that it trains: the same as `build` and `fit` with the same words."""

import numpy as np
import pytest
from torch import nn

from fa_lib import BP, DFA, NFA, build, fit, train

OPTIONS = {
    "nothing": {},
    "encoder": {"encoder": lambda: nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 3))},
    "runs": {"runs": [5, 2]},
    "seed": {"seed": 4},
    "decoder": {"learn_decoder": False},
    "encoder_frozen": {"learn_encoder": False},
    "gain": {"learn_gain": True},
}


@pytest.mark.parametrize("rule", [NFA(), DFA()], ids=str)
@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_of_train_is_that_of_build(toy, rule, name):
    task, options = toy(batch=40, lr=3e-2, shuffle=True), {"runs": 2, "seed": 0} | OPTIONS[name]
    ours = train(task, rule, epochs=3, progress=False, **options)
    model = build(task, rule, **options)
    other = fit(model, epochs=3, seed=options["seed"])
    np.testing.assert_array_equal(ours["test_loss"], other["test_loss"])
    np.testing.assert_array_equal(ours["test_accuracy"], other["test_accuracy"])
    if name != "nothing":  # and it does something
        usual = train(task, rule, epochs=3, progress=False, runs=2)
        assert (ours["test_loss"].values != usual["test_loss"].values).any()


def test_train_measures_the_epochs_it_is_asked_for_with_the_bin_it_is_given(toy):
    task = toy()
    all_of_them = train(task, BP(), runs=1, epochs=6, progress=False)
    some = train(task, BP(), runs=1, epochs=6, measure_every=4, bin_size=0.5, progress=False)
    assert some.epoch.values.tolist() == [0, 4, 5]
    np.testing.assert_array_equal(some["loss"], all_of_them["loss"].sel(epoch=[0, 4, 5]))
    assert (some["information"] < all_of_them["information"].sel(epoch=[0, 4, 5])).all()

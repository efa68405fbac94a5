"""Run r depends on (seed, r) alone: not on its company, its place, the number of threads, or what ran before."""

import numpy as np
import pytest
import torch

from fa_lib import BP, FA, NF, NFA, TF, tasks, training

RULES = [BP(), FA(), NFA(sigma=0.5), NF(), TF()]  # noise large enough that a wrong draw shows at once
TASKS = {
    "ib": (tasks.ib, 12),
    "ib_regression": (tasks.ib_regression, 12),
    "clipped_polynomial": (tasks.clipped_polynomial, 2),
    "mnist": (lambda: tasks.mnist(samples=130, test_samples=50), 1),
    "mnist_regression": (lambda: tasks.mnist_regression(samples=130, test_samples=50), 1),
}
by_name = {"ids": lambda rule: type(rule).__name__}


def compare(alone, company):
    """Equal to rounding. A rounding error may carry a sample over an edge, of a class or of a bin."""
    assert set(alone.data_vars) == set(company.data_vars)
    for name in alone.data_vars:
        a, b = alone[name].values, company[name].values
        assert a.shape == b.shape
        counts = "information" in name or ("accuracy" in name and alone.attrs["task"] != "clipped polynomial")
        tolerance = {"atol": 0.02} if counts else {"rtol": 2e-4, "atol": 1e-6}
        np.testing.assert_allclose(a, b, **tolerance, err_msg=name)


@pytest.fixture(scope="module")
def company():
    """Eight runs of a task by a rule."""

    def make(name, rule, **options):
        task, epochs = TASKS[name]
        return training.train(task(), rule, epochs=epochs, seed=5, scale=True, progress=False, **options)

    return make


@pytest.mark.parametrize("rule", RULES, **by_name)
@pytest.mark.parametrize("name", TASKS)
def test_a_run_is_the_same_alone_and_in_company(company, name, rule):
    together = company(name, rule, runs=8)
    pair, alone = company(name, rule, runs=[3, 7]), company(name, rule, runs=[7])
    assert pair["run"].values.tolist() == [3, 7]
    compare(pair, together.sel(run=[3, 7]))
    compare(alone, together.sel(run=[7]))
    losses = together["loss"].values[:, -1]
    assert len(np.unique(losses.round(5))) > 6  # and no two runs are one


@pytest.mark.parametrize("rule", RULES, **by_name)
@pytest.mark.parametrize("name", ["ib", "mnist"])
def test_the_same_seed_gives_the_same_bits_and_another_seed_does_not(company, name, rule):
    first, second = (company(name, rule, runs=2) for _ in range(2))
    assert first.drop_attrs().identical(second.drop_attrs())
    task, epochs = TASKS[name]
    other = training.train(task(), rule, epochs=epochs, seed=6, runs=2, scale=True, progress=False)
    # with 130 images the information stands at its ceiling whatever the network holds
    for variable in ("loss", "test_loss", *(("information", "information_null") if name == "ib" else ())):
        assert (first[variable] != other[variable]).any()


@pytest.mark.parametrize("name", ["ib", "mnist"])
def test_results_do_not_depend_on_the_number_of_threads(company, name):
    one = company(name, NFA(sigma=0.5), runs=3)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        two = company(name, NFA(sigma=0.5), runs=3)
    finally:
        torch.set_num_threads(before)
    compare(two, one)


def test_the_global_random_state_plays_no_part(company):
    torch.manual_seed(1)
    np.random.seed(1)  # noqa: NPY002
    first, state = company("mnist", NFA(sigma=0.5), runs=1), torch.get_rng_state()
    torch.manual_seed(2)
    np.random.seed(2)  # noqa: NPY002
    second = company("mnist", NFA(sigma=0.5), runs=1)
    assert first.drop_attrs().identical(second.drop_attrs())
    torch.manual_seed(1)
    assert torch.equal(state, torch.get_rng_state())

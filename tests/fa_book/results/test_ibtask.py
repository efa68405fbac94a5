"""The sweep that the claims about IBTask rest on: its two rules of its own, by hand, and what is compared with it."""

import numpy as np
import pytest
import torch
import xarray as xr

from fa_book.results import authors, ibtask
from fa_lib.feedback import FA, NF, TF
from fa_lib.sweep.labels import condition, labels

RUNS, N, P, M = 2, 7, 3, 4


def random(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=torch.float64)


@pytest.fixture
def seen():
    """z (run, sample, p), one-hot y (sample, p), H (run, sample, m) and accuracy (run,)."""
    y = torch.eye(P, dtype=torch.float64)[torch.arange(N) % P]
    return {"z": random(RUNS, N, P), "y": y, "H": random(RUNS, N, M), "accuracy": torch.tensor([0.25, 0.75])}


@pytest.mark.parametrize("gain", [1, 3, 10])
def test_bent_units_are_given_the_error_times_the_gain(seen, gain):
    B1, B2 = random(P, 5), random(5, M)
    rule = ibtask.bent(gain)
    rule = type(rule)(type(rule.rule)(NF(hidden=5, B1=B1, B2=B2), gain=gain))
    z, y = seen["z"].numpy(), seen["y"].numpy()
    by_hand = np.tanh(gain * (1 / (1 + np.exp(-z)) - y) @ B1.numpy()) @ B2.numpy()
    got = rule(torch.full_like(seen["z"], torch.nan), seen["y"], z=seen["z"], output=torch.sigmoid)
    np.testing.assert_allclose(got, by_hand, rtol=1e-12)


def test_amplified_is_what_it_wraps_for_what_is_linear(seen):
    B = random(P, M)
    got = ibtask.Amplified(FA(B=B), gain=4.0)(seen["z"], seen["y"])
    torch.testing.assert_close(got, 4 * FA(B=B)(seen["z"], seen["y"]))
    nf = NF(hidden=5, B1=random(P, 5), B2=random(5, M))
    bent = ibtask.Amplified(nf, gain=4.0)(seen["z"], seen["y"])
    assert not torch.allclose(bent, 4 * nf(seen["z"], seen["y"]), rtol=0.1)


@pytest.mark.parametrize("gain", [0, -1, float("nan"), float("inf")])
def test_amplified_refuses(gain):
    with pytest.raises(ValueError, match="gain"):
        ibtask.Amplified(NF(), gain=gain)


def k_term(H):
    """Gradient of the mean square of K_HH - I, sample by sample and by automatic differentiation."""
    H = H.clone().requires_grad_()
    unit = H / H.norm(dim=2, keepdim=True)
    K = unit @ unit.mT - torch.eye(N, dtype=H.dtype)
    return torch.autograd.grad(K.square().mean((1, 2)).sum(), H)[0]


def test_tf_as_printed_by_hand(seen):
    B, weight, amplitude = random(RUNS, P, M), 5.0, 0.3
    pushed = amplitude * seen["y"] @ B
    target = pushed - pushed.mean(1, keepdim=True)
    rest = (1 - seen["accuracy"])[:, None, None]
    rule = ibtask.PrintedTF(B=B, decorrelate=weight, amplitude=amplitude)
    got = rule(None, seen["y"], H=seen["H"], accuracy=seen["accuracy"])
    torch.testing.assert_close(got, rest * target + weight * k_term(seen["H"]))
    as_coded = TF(B=B, decorrelate=weight, amplitude=amplitude)(None, seen["y"], H=seen["H"], accuracy=seen["accuracy"])
    torch.testing.assert_close(as_coded, rest * (target + weight * k_term(seen["H"])))


def test_tf_as_printed_keeps_its_term_where_all_is_right(seen):
    rule = ibtask.PrintedTF(B=random(RUNS, P, M))
    known = {"H": seen["H"], "accuracy": torch.ones(RUNS)}
    torch.testing.assert_close(rule(None, seen["y"], **known), 10 * k_term(seen["H"]))
    assert not TF(B=random(RUNS, P, M))(None, seen["y"], **known).any()
    below = rule(None, seen["y"], H=seen["H"], accuracy=torch.tensor([-0.5, 0.0]))  # R² of a task may lie below 0
    at_zero = rule(None, seen["y"], H=seen["H"], accuracy=torch.zeros(RUNS))
    torch.testing.assert_close(below, at_zero)


def test_each_condition_is_another_one_and_comes_in_blocks():
    cells = ibtask.ibtask(runs=25, seed=3)
    conditions = ibtask.conditions()
    assert len({condition(cell) for cell in cells}) == len(conditions) == len(set(labels(cells).values()))
    assert sorted(len(cell.runs) for cell in cells) == sorted([5, 10, 10] * len(conditions))
    assert {(cell.seed, cell.epochs, cell.every, cell.record) for cell in cells} == {(3, 1000, 20, "ibtask")}


def runs(epochs, numbers=(0, 1, 2), seed=0, shift=0.0):
    values = np.add.outer(np.asarray(numbers), np.asarray(epochs) / 1000.0) + shift
    data = {"loss": (("run", "epoch"), values), "accuracy": (("run", "epoch"), values.copy())}
    return xr.Dataset(data, coords={"run": list(numbers), "epoch": list(epochs)}, attrs={"seed": seed})


def test_gap_compares_the_same_runs_at_the_epochs_that_both_have():
    published = runs([0, 20, 40, 99], range(5))
    live = runs([0, 5, 10, 15, 20, 99], [1, 2], shift=1e-5)
    assert ibtask.gap(live, published) == pytest.approx(1e-5)
    live.loss[1, -1] += 0.5
    assert ibtask.gap(live, published) == pytest.approx(0.5, abs=1e-4)
    assert ibtask.gap(live, published, ("accuracy",)) == pytest.approx(1e-5)


def test_gap_compares_a_shorter_training_with_the_beginning_of_the_published_one():
    published, live = runs([0, 20, 99]), runs([0, 20, 49], shift=1e-5)
    assert ibtask.gap(live, published) == pytest.approx(1e-5)
    live.loss[:, -1] += 0.5  # an epoch that was not published
    assert ibtask.gap(live, published) == pytest.approx(1e-5)
    live.loss[:, 1] += 0.5
    assert ibtask.gap(live, published) == pytest.approx(0.5, abs=1e-4)


def test_gap_compares_nothing_of_another_seed_or_before_anything_was_learned():
    published = runs([0, 20, 99])
    assert ibtask.gap(runs([0, 20, 99], seed=1), published) is None
    assert ibtask.gap(runs([0, 9]), published) is None


def test_authors_numbers_stand_beside_ours():
    ours = {name: runs([0, 9], (0, 1)).assign(regression_loss=0 * runs([0, 9], (0, 1)).loss) for name in ("FA", "TF")}
    table = authors.beside(ours, ("loss", "accuracy", "regression_loss"))
    assert table.heads[2:4] == ["ours, 2 runs", "authors, 8 seeds"]
    assert [row[:2] for row in table.cells] == [["FA", "loss"], ["FA", "accuracy"], ["FA", "regression loss"]]
    # mean and population deviation of 0.009 and 1.009
    assert table.cells[0][2:] == ["0.509 ± 0.500", "0.080 ± 0.006", "+0.429"]
    assert table.cells[2][3] == "0.080"  # where they kept no spread


def test_authors_conditions_are_the_sweeps():
    assert authors.IBTASK.keys() <= ibtask.conditions().keys()

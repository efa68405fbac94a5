"""Feedback matrices drawn in other ways: size, rank and pairing, and what SGD makes of the size."""

import pytest
import torch

from fa_lib import BP, FA, NF, NFA, TF, training
from fa_lib.feedback.init import KINDS, Initial


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(2, 4), (10, 32), (50, 4)])
def test_all_kinds_have_one_mean_square_and_keep_the_signs(kind, shape):
    plain = FA().draw(*shape, runs=range(1000), seed=1).B
    made = Initial(FA(), kind).draw(*shape, runs=range(1000), seed=1).B
    assert made.shape == plain.shape
    assert float(made.square().mean()) == pytest.approx(2 / shape[1], rel=0.08)
    assert (made * plain).sum() > 0.5 * made.norm() * plain.norm() * (0.2 if kind == "sparse" else 1)
    if kind in ("uniform", "signs"):
        assert torch.equal(made.sign(), plain.sign())
    if kind in ("uniform", "orthogonal"):
        assert torch.equal(torch.linalg.matrix_rank(made), torch.full((1000,), min(shape)))


def test_orthogonal_rows():
    B = Initial(FA(), "orthogonal").draw(3, 8, runs=[0, 5]).B
    torch.testing.assert_close(B @ B.mT, 2.0 * torch.eye(3).expand(2, 3, 3), atol=1e-5, rtol=0)


def test_uniform_is_uniform():
    B = Initial(FA(), "uniform").draw(10, 32, runs=range(50)).B.flatten() / (6 / 32) ** 0.5
    assert B.abs().max() <= 1
    quarters = torch.histc(B, 4, -1, 1) / len(B)
    torch.testing.assert_close(quarters, torch.full((4,), 0.25), atol=0.02, rtol=0)


def test_a_sparse_unit_hears_one_output():
    B = Initial(FA(), "sparse").draw(2, 4, runs=[0]).B[0]
    assert (B != 0).tolist() == [[True, False, True, False], [False, True, False, True]]


@pytest.mark.parametrize("rule", [FA(), NFA(sigma=0.0), TF(decorrelate=0.0), NF()])
def test_the_size_multiplies_the_signal(rule, toy):
    task = toy()
    signals = [
        training.build(task, one, runs=2).step(task.x, task.y).signal
        for one in (rule, Initial(rule), Initial(rule, size=100.0))
    ]
    assert torch.equal(signals[0], signals[1])
    torch.testing.assert_close(signals[2], 100 * signals[0])


@pytest.mark.parametrize(
    ("options", "words"),
    [({"rule": BP()}, "one with a random matrix"), ({"rule": FA}, "such as FA"),
     ({"kind": "bent"}, "kind must be one of normal"), ({"size": 0.0}, "size must be")],
)  # fmt: skip
def test_what_cannot_be_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        Initial(**{"rule": FA()} | options)

"""Ways of thinning a feedback signal: what arrives, and what does not."""

import pytest
import torch

from fa_book.decide.label_corruption import Told
from fa_book.one_law.thinning import Few, Polar, Sometimes, Sparse
from fa_lib import FA
from fa_lib.feedback import NF, Centred, Projection

RUNS, N, P, M = (0, 1), 20, 3, 6


@pytest.fixture
def error():
    return torch.randn(len(RUNS), N, P, generator=torch.Generator().manual_seed(0))


def drawn(rule):
    return rule.draw(P, M, runs=RUNS, seed=3)


def test_few_hear_what_they_would_hear_alone(error):
    y = torch.eye(P)[torch.arange(N) % P]
    for rule in (FA(), Centred(Projection())):
        sent = drawn(Few(rule, 5))(error, y)
        torch.testing.assert_close(sent[:, :5], drawn(rule)(error[:, :5] * (N / 5), y[:5]))
        assert not sent[:, 5:].any()
        torch.testing.assert_close(drawn(Few(rule, 100))(error, y), drawn(rule)(error, y))


@pytest.mark.parametrize("told", [5, N, 100])
def test_a_target_that_is_changed_inside_is_in_the_unit_of_the_error(told):
    """The whole signal is that of a loss over the told samples with their other labels, by autograd."""
    y, n = torch.eye(P)[torch.arange(N) % P], min(told, N)
    z = torch.randn(len(RUNS), N, P, generator=torch.Generator().manual_seed(1)).requires_grad_()

    def gradient(target, samples):
        losses = (torch.sigmoid(z[:, :samples]) - target[..., :samples, :]).square().mean((1, 2))
        return torch.autograd.grad(losses.sum(), z)[0]

    rule = drawn(Few(Told(FA(), "neighbour's"), told))
    sent = rule(gradient(y, N), y, z=z.detach(), output=torch.sigmoid)
    wanted = drawn(FA())(gradient(y[:n].roll(1, 0), n), None)
    torch.testing.assert_close(sent, wanted)


def test_sometimes_is_all_or_nothing_by_run(error):
    rule, whole = drawn(Sometimes(FA(), 0.3)), drawn(FA())(error, None)
    spoken = []
    for _ in range(400):
        sent = rule(error, None)
        for run in range(len(RUNS)):
            assert torch.equal(sent[run], whole[run]) or not sent[run].any()
        spoken.append(sent.flatten(1).any(1))
    spoken = torch.stack(spoken)
    assert spoken.double().mean(0).sub(0.3).abs().max() < 0.08
    assert (spoken[:, 0] != spoken[:, 1]).any()


def test_sparse_keeps_one_output_for_every_unit(error):
    B, whole = drawn(Sparse(Centred(FA()))).matrix(None), drawn(FA()).B
    assert ((B != 0).sum(1) == 1).all()
    assert torch.equal(B[B != 0], whole[B != 0])
    assert (B[0] != 0).ne(B[1] != 0).any()


def test_polar_makes_all_directions_alike_at_the_same_length(error):
    whole, sent = drawn(FA())(error, None), drawn(Polar(FA()))(error, None)
    values = torch.linalg.svdvals(sent.double())
    torch.testing.assert_close(values[:, :P], values[:, :1].expand(-1, P), rtol=1e-4, atol=0.0)
    assert values[:, P:].max() < 1e-4 * values.max()
    torch.testing.assert_close(sent.norm(dim=(1, 2)), whole.norm(dim=(1, 2)), rtol=1e-4, atol=0.0)
    assert ((sent * whole).sum((1, 2)) > 0).all()
    assert not drawn(Polar(FA()))(0 * error, None).any()


def test_what_is_refused(error):
    with pytest.raises(ValueError, match="told"):
        Few(FA(), 0)
    with pytest.raises(ValueError, match="share above 0"):
        Sometimes(FA(), 0.0)
    with pytest.raises(ValueError, match="matrix B is needed"):
        drawn(Sparse(NF()))
    with pytest.raises(ValueError, match="nothing is drawn"):
        Sometimes(FA(), 0.5)(error, None)

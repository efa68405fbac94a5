"""The networks against torch.nn with the same weights, run by run."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from torch import nn

from fa_lib.networks.mlp import ConvBackbone, Decoder, Encoder, Linear

modest = settings(deadline=None, derandomize=True, max_examples=30)
many = range(400)  # runs, for statements about distributions


@modest
@given(
    runs=st.lists(st.integers(0, 50), min_size=1, max_size=4, unique=True),
    widths=st.lists(st.integers(1, 7), min_size=2, max_size=4),
    samples=st.integers(1, 9),
    p=st.integers(1, 4),
    scale=st.booleans(),
    seed=st.integers(0, 3),
)
def test_every_run_is_a_plain_network(plain, runs, widths, samples, p, scale, seed):
    encoder = Encoder(widths, runs=runs, seed=seed, learn_gain=scale)
    decoder = Decoder(widths[-1], p, runs=runs, seed=seed)
    with torch.no_grad():  # gammas that a mistake cannot hide behind
        for number, gamma in enumerate(encoder.gamma):
            gamma.copy_(torch.linspace(0.5, 2.0, len(runs))[:, None, None] + number)
    x = torch.linspace(-2, 2, samples * widths[0]).reshape(samples, widths[0])
    H = encoder(x)
    z = decoder(H)
    assert H.shape == (len(runs), samples, widths[-1])
    assert z.shape == (len(runs), samples, p)
    for row in range(len(runs)):
        body, head, _ = plain(encoder, decoder, row)
        torch.testing.assert_close(H[row], body(x))
        torch.testing.assert_close(z[row], head(body(x)))


def test_linear_takes_shared_and_separate_inputs():
    layer = Linear(torch.randn(3, 4, 5), torch.randn(3, 4))
    x = torch.randn(7, 5)
    torch.testing.assert_close(layer(x), layer(x.expand(3, 7, 5)))


def test_gradients_of_a_shared_input_are_those_of_separate_ones(double):
    layer = Linear(torch.randn(3, 4, 5), torch.randn(3, 4))
    x, values = torch.randn(7, 5, requires_grad=True), tuple(layer.parameters())

    def of(x, *values):
        return torch.func.functional_call(layer, dict(zip(("weight", "bias"), values, strict=True)), (x,))

    assert torch.autograd.gradcheck(of, (x, *values))
    assert torch.autograd.gradgradcheck(of, (x, *values))

    def loss(x, *values):
        return (of(x, *values) ** 3).sum()

    shared = torch.func.grad(loss, argnums=(0, 1, 2))(x, *values)
    apart = torch.func.grad(lambda x, *values: loss(x.expand(3, 7, 5), *values), argnums=(0, 1, 2))(x, *values)
    torch.testing.assert_close(shared, apart)
    each = torch.vmap(torch.func.grad(lambda row, *values: loss(row[None], *values)), (0, None, None))(x, *values)
    torch.testing.assert_close(each, shared[0])  # every sample by itself


def test_conv_backbone_is_the_plain_one_in_eval_mode(plain):
    encoder = Encoder((128, 64, 32), runs=[4, 0], seed=1, backbone=True).eval()
    decoder = Decoder(32, 10, runs=[4, 0], seed=1)
    x = torch.randn(150, 1, 28, 28)  # more than are convolved at a time
    x[100:, :, :14] = -0.4242  # half a page left blank
    for row in range(2):
        body, head, _ = plain(encoder, decoder, row)
        torch.testing.assert_close(encoder(x)[row], body(x))
        torch.testing.assert_close(decoder(encoder(x))[row], head(body(x)))


def features(runs, *, train):
    """A backbone whose last layer shows the 20 channels of 4 x 4 after pooling, (run, sample, 20, 16)."""
    backbone = ConvBackbone(320, runs=runs, seed=0).train(train)
    with torch.no_grad():
        backbone.linear.weight.copy_(torch.eye(320).expand_as(backbone.linear.weight))
        backbone.linear.bias.zero_()
        backbone.bias2.fill_(1.0)  # every channel alive: only dropout makes zeros
    return lambda x: backbone(x).detach().unflatten(2, (20, 16))


def test_dropout_takes_whole_channels_at_one_half_and_doubles_the_rest():
    x = torch.randn(100, 1, 28, 28)
    whole, dropped = features([0, 1], train=False)(x), features([0, 1], train=True)(x)
    kept = dropped.any(3)  # (run, sample, channel)
    torch.testing.assert_close(dropped, 2 * whole * kept[..., None])
    alive = whole.any(3)
    assert alive.float().mean() > 0.9
    count, total = int(kept[alive].sum()), int(alive.sum())
    assert stats.binomtest(count, total, 0.5).pvalue > 1e-4
    per_channel = torch.where(alive, kept.float(), torch.nan).nanmean((0, 1))
    assert per_channel.min() > 0.3
    assert per_channel.max() < 0.7


def test_dropout_is_fresh_at_each_step_and_belongs_to_the_run():
    x = torch.randn(20, 1, 28, 28)
    network, alone = features([0, 1, 2], train=True), features([2], train=True)
    first, second = network(x), network(x)
    alive = features([0, 1, 2], train=False)(x).any(3).all(0)  # (sample, channel), in every run
    for one, other in ((first, second), (first[:2], first[1:])):  # a step and the next, a run and the next
        agree = (one.any(3) == other.any(3))[:, alive].float().mean()
        assert 0.4 < agree < 0.6
    torch.testing.assert_close(alone(x)[0], first[2])
    torch.testing.assert_close(alone(x)[0], second[2])


@pytest.mark.parametrize("backbone", [False, True])
def test_a_run_has_the_same_weights_alone_and_in_company(backbone):
    company = Encoder((12, 8, 4), runs=range(6), seed=3, backbone=backbone)
    alone = Encoder((12, 8, 4), runs=[5], seed=3, backbone=backbone)
    other = Encoder((12, 8, 4), runs=[5], seed=4, backbone=backbone)
    for a, b, c in zip(company.parameters(), alone.parameters(), other.parameters(), strict=True):
        assert torch.equal(a[5:], b)
        assert not torch.equal(a[4:5], b)
        assert not torch.equal(b, c)
    assert torch.equal(Decoder(4, 2, runs=range(6)).weight[5:], Decoder(4, 2, runs=[5]).weight)


def same_distribution(ours: torch.Tensor, theirs: torch.Tensor) -> bool:
    return stats.ks_2samp(ours.detach().flatten().numpy(), theirs.detach().flatten().numpy()).pvalue > 1e-4


def test_encoder_starts_as_torch_does():
    torch.manual_seed(0)
    encoder = Encoder((128, 64, 32), runs=many[:20], backbone=True)
    b, (first, second) = encoder.backbone, encoder.layers
    conv1 = [nn.Conv2d(1, 10, 5) for _ in range(20)]
    conv2 = [nn.Conv2d(10, 20, 5) for _ in range(20)]
    linear, wide = [nn.Linear(320, 128) for _ in range(20)], [nn.Linear(128, 64) for _ in range(20)]
    narrow = [nn.Linear(64, 32) for _ in range(20)]
    for ours, theirs in (
        ((b.conv1, b.bias1), conv1), ((b.conv2, b.bias2), conv2), ((b.linear.weight, b.linear.bias), linear),
        ((first.weight, first.bias), wide), ((second.weight, second.bias), narrow),
    ):  # fmt: skip
        assert same_distribution(ours[0], torch.stack([module.weight for module in theirs]))
        assert same_distribution(ours[1], torch.stack([module.bias for module in theirs]))


def test_decoder_starts_kaiming_normal_with_small_uniform_biases():
    torch.manual_seed(0)
    decoder = Decoder(4, 2, runs=many)
    kaiming = torch.stack([nn.init.kaiming_normal_(torch.empty(2, 4)) for _ in many])
    assert same_distribution(decoder.weight, kaiming)
    assert same_distribution(decoder.bias, torch.empty(4000).uniform_(-0.1, 0.1))


def test_no_two_layers_share_their_numbers():
    encoder = Encoder((12, 12, 12), runs=[0], backbone=True)
    decoder = Decoder(12, 12, runs=[0])
    tensors = [*encoder.parameters(), *decoder.parameters()]
    standard = [(t / t.std()).detach().flatten().numpy() for t in tensors if t.numel() >= 100]
    for number, a in enumerate(standard):
        for b in standard[:number]:
            length = min(len(a), len(b))
            assert abs(np.corrcoef(a[:length], b[:length])[0, 1]) < 5 / np.sqrt(length)


def test_gamma_is_one_number_a_layer_and_run_and_starts_at_one():
    encoder = Encoder((12, 8, 4), runs=range(3), learn_gain=True)
    assert [tuple(gamma.shape) for gamma in encoder.gamma] == [(3, 1, 1)] * 2
    assert all((gamma == 1).all() for gamma in encoder.gamma)
    x = torch.randn(5, 12)
    assert torch.equal(encoder(x), Encoder((12, 8, 4), runs=range(3))(x))
    assert not len(Encoder((12, 8, 4), runs=range(3)).gamma)


@pytest.mark.parametrize("widths", [(12,), (), (12, 0), (0, 4)])
def test_widths_without_a_layer_are_refused(widths):
    with pytest.raises(ValueError, match="widths must name an input and at least one layer"):
        Encoder(widths, runs=[0])

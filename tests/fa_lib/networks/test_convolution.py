"""Convolution with pooling for many runs against torch's own, run by run."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from fa_lib.networks.convolution import convolve, convolve_shared

modest = settings(deadline=None, derandomize=True, max_examples=40)
small = st.integers(1, 3)
sizes = {"runs": small, "out": small, "height": small, "width": small, "samples": st.integers(1, 4)}
sizes |= {"k": st.sampled_from([1, 2, 3, 5]), "levels": st.sampled_from([2, 1000]), "seed": st.integers(0, 9)}


def torchs_own(x, weight):
    """x (run, channel, height, width, sample) by torch, whose samples come first."""
    pairs = zip(x.permute(0, 4, 1, 2, 3), weight, strict=True)
    pooled = torch.stack([functional.max_pool2d(functional.conv2d(image, kernel), 2) for image, kernel in pairs])
    return pooled.permute(0, 2, 3, 4, 1)


def numbers(*shape, levels, seed):
    """Few levels make many ties: the first of the largest has to take the gradient."""
    random = torch.Generator().manual_seed(seed)
    return (torch.randint(levels, shape, generator=random).double() - levels // 2).requires_grad_()


@modest
@given(channels=st.integers(1, 3), **sizes)
def test_convolve_is_torchs_convolution_and_pooling(channels, runs, out, k, height, width, samples, levels, seed):
    shape = runs, channels, k + 2 * height - 1, k + 2 * width - 1, samples
    x = numbers(*shape, levels=levels, seed=seed)
    weight = numbers(runs, out, channels, k, k, levels=levels, seed=seed + 100)
    ours, theirs = convolve(x, weight), torchs_own(x, weight)
    assert ours.shape == (runs, out, height, width, samples)
    assert torch.equal(ours, theirs)  # whole numbers: no rounding
    signal = numbers(*ours.shape, levels=100, seed=seed + 200).detach()
    gradients, expected = (torch.autograd.grad(z, (x, weight), signal) for z in (ours, theirs))
    assert torch.equal(gradients[0], expected[0])
    assert torch.equal(gradients[1], expected[1])


@modest
@given(**sizes)
def test_shared_images_are_the_same_images_for_every_run(runs, out, k, height, width, samples, levels, seed):
    images = numbers(k + 2 * height - 1, k + 2 * width - 1, samples, levels=levels, seed=seed).detach()
    weight = numbers(runs, out, 1, k, k, levels=levels, seed=seed + 100)
    ours, theirs = convolve_shared(images, weight), torchs_own(images.expand(runs, 1, *images.shape), weight)
    assert torch.equal(ours, theirs)
    signal = numbers(*ours.shape, levels=100, seed=seed + 200).detach()
    a, b = (torch.autograd.grad(z, weight, signal)[0] for z in (ours, theirs))
    assert torch.equal(a, b)


def test_input_may_lie_in_memory_in_any_order():
    x = torch.randn(2, 6, 7, 3, 4).permute(0, 3, 1, 4, 2)  # (2, 3, 6, 4, 7)
    weight = torch.randn(2, 5, 3, 3, 3).transpose(3, 4)
    torch.testing.assert_close(convolve(x, weight), torchs_own(x, weight))


@pytest.mark.parametrize("shape", [(1, 2, 6, 6, 4), (2, 3, 6, 6, 4), (2, 2, 6, 6)])
def test_x_that_does_not_fit_is_refused(shape):
    with pytest.raises(ValueError, match="x must be"):
        convolve(torch.zeros(shape), torch.zeros(2, 3, 2, 3, 3))


def test_images_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="images must be"):
        convolve_shared(torch.zeros(1, 6, 6, 4), torch.zeros(2, 3, 1, 3, 3))
    with pytest.raises(ValueError, match="images must be"):
        convolve_shared(torch.zeros(6, 6, 4), torch.zeros(2, 3, 2, 3, 3))


@pytest.mark.parametrize("size", [(7, 6), (6, 7), (2, 6)])
def test_an_odd_rest_is_refused(size):
    with pytest.raises(ValueError, match="even height and width"):
        convolve(torch.zeros(2, 2, *size, 4), torch.zeros(2, 3, 2, 3, 3))
    with pytest.raises(ValueError, match="even height and width"):
        convolve_shared(torch.zeros(*size, 4), torch.zeros(2, 3, 1, 3, 3))

"""Convolution and 2 x 2 max-pooling of many runs at once, written as matrix products.

Images keep samples last in memory, so that shifting a window by a pixel moves long rows. Both functions copy windows
side by side and multiply by the kernels; the largest of every 2 x 2 block is found by masks kept as floats, which torch
handles several times faster than booleans. On a CPU this takes about half the time of torch's convolution and pooling,
which are slow for so few channels.
"""

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

PLACES = [(i, j) for i in (0, 1) for j in (0, 1)]  # in a 2 x 2 block, row by row


def convolve_shared(images: Tensor, weight: Tensor) -> Tensor:
    """Convolve the same images with every run's kernels, without padding, and pool.

    Args:
        images: (height, width, sample), one channel; data, to which no gradient goes back.
        weight: kernels, (run, out, 1, k, k).

    Returns:
        Tensor (run, out, (height - k + 1) / 2, (width - k + 1) / 2, sample).

    Raises:
        ValueError: if shapes do not fit, or an odd number of rows or columns is left to pool.
    """
    if images.dim() != 3 or weight.shape[2] != 1:
        got = f"{tuple(images.shape)} and {tuple(weight.shape)}"
        raise ValueError(f"images must be (height, width, sample) and weight (run, out, 1, k, k), got {got}")
    _even(images.shape[:2], weight)
    return _Shared.apply(images, weight)


def convolve(x: Tensor, weight: Tensor) -> Tensor:
    """The same of every run's own images (run, channel, height, width, sample) by kernels (run, out, channel, k, k)."""
    if x.dim() != 5 or x.shape[:2] != weight.shape[:3:2]:
        got = f"{tuple(x.shape)} and {tuple(weight.shape)}"
        raise ValueError(
            f"x must be (run, channel, height, width, sample), weight (run, out, channel, k, k), got {got}"
        )
    _even(x.shape[2:4], weight)
    return _Separate.apply(x.contiguous(), weight)


def _even(size: tuple[int, int], weight: Tensor) -> None:
    k = weight.shape[-1]
    if weight.shape[-2] != k or any(side < k or (side - k) % 2 == 0 for side in size):
        raise ValueError(f"a {tuple(weight.shape[-2:])} kernel must leave an even height and width of {tuple(size)}")


def _above(a: Tensor, b: Tensor) -> Tensor:
    return torch.gt(a, b, out=torch.empty(a.shape, dtype=a.dtype, device=a.device))


def _largest(places: list[Tensor]) -> tuple[Tensor, tuple[Tensor, ...]]:
    """The largest of four tensors, and masks that say which: lower pair, right one above, right one below."""
    above, below = torch.maximum(*places[:2]), torch.maximum(*places[2:])
    masks = _above(below, above), _above(places[1], places[0]), _above(places[3], places[2])
    return torch.maximum(above, below), masks


def _spread(gradient: Tensor, masks: tuple[Tensor, ...]) -> list[Tensor]:
    """The gradient of `_largest` with respect to the four; of equal ones the first takes all, as in torch."""
    below = gradient * masks[0]
    above = gradient - below
    right_above, right_below = above * masks[1], below * masks[2]
    return [above - right_above, right_above, below - right_below, right_below]


class _Shared(Function):
    """Every k x k window is a column, one set of columns for each place in a block: one product serves all runs."""

    @staticmethod
    def forward(ctx, images: Tensor, weight: Tensor) -> Tensor:
        runs, out, _, k, _ = weight.shape
        windows = images.unfold(0, k, 1).unfold(1, k, 1)  # (row, column, sample, k, k)
        columns = [windows[i::2, j::2].permute(3, 4, 0, 1, 2).reshape(k * k, -1) for i, j in PLACES]
        kernels = weight.view(runs * out, k * k)
        pooled, masks = _largest([kernels @ place for place in columns])  # (run * out, window * sample)
        ctx.save_for_backward(weight, *masks, *columns)
        return pooled.view(runs, out, windows.shape[0] // 2, windows.shape[1] // 2, -1)

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient: Tensor) -> tuple[None, Tensor]:
        weight, *saved = ctx.saved_tensors
        masks, columns = saved[:3], saved[3:]
        places = _spread(gradient.reshape(masks[0].shape), masks)
        return None, sum(g @ column.T for g, column in zip(places, columns, strict=True)).view_as(weight)


class _Separate(Function):
    """Rows of windows, (run, channel * k, height, width * sample): a kernel's row d needs them d further down.

    Five products with the same rows, each seen from another height, instead of one with five times as many copies.
    """

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor) -> Tensor:
        runs, out, channels, k, _ = weight.shape
        height, width, samples = x.shape[2] - k + 1, x.shape[3] - k + 1, x.shape[4]
        rows = x.unfold(3, k, 1).permute(0, 1, 5, 2, 3, 4).reshape(runs, channels * k, x.shape[2], width * samples)
        rows = rows.contiguous()  # tiny images may still be a view here, and `_from` counts on the strides
        kernels = weight.permute(3, 0, 1, 2, 4).reshape(k, runs, out, channels * k)
        z = kernels[0] @ _from(rows, 0, height)
        for d in range(1, k):
            z.baddbmm_(kernels[d], _from(rows, d, height))
        z = z.view(runs, out, height, width, samples)
        pooled, masks = _largest([z[:, :, i::2, j::2] for i, j in PLACES])
        ctx.save_for_backward(rows, kernels, *masks)
        ctx.shape = x.shape
        return pooled

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, Tensor]:
        rows, kernels, *masks = ctx.saved_tensors
        runs, channels, _, x_width, samples = ctx.shape
        k, _, out, _ = kernels.shape
        height, width = 2 * masks[0].shape[2], 2 * masks[0].shape[3]
        to_z = gradient.new_empty(runs, out, height, width, samples)
        for (i, j), place in zip(PLACES, _spread(gradient, masks), strict=True):
            to_z[:, :, i::2, j::2] = place
        to_z, to_rows, to_kernels = to_z.view(runs, out, -1), torch.empty_like(rows), kernels.new_empty(kernels.shape)
        to_rows[:, :, height:].zero_()  # the first product writes the rest
        for d in range(k):
            torch.bmm(to_z, _from(rows, d, height).mT, out=to_kernels[d])
            _from(to_rows, d, height).baddbmm_(kernels[d].mT, to_z, beta=min(d, 1))
        to_rows = to_rows.view(runs, channels, k, -1, width, samples)
        to_x = gradient.new_zeros(ctx.shape)
        for j in range(x_width - width + 1):
            to_x[:, :, :, j : j + width] += to_rows[:, :, j]
        return to_x, to_kernels.view(k, runs, out, channels, k).permute(1, 2, 3, 0, 4)


def _from(rows: Tensor, d: int, height: int) -> Tensor:
    """A view of `height` rows from row d on, (run, channel * k, height * width * sample)."""
    runs, windows, _, width = rows.shape
    return rows.as_strided((runs, windows, height * width), (*rows.stride()[:2], 1), d * width)

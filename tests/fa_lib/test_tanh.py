"""tanh by numpy: torch's to rounding, with its gradients, wherever a tensor may be met."""

import numpy as np
import pytest
import torch
from torch.autograd import forward_ad

from fa_lib.tanh import tanh


def entries(dtype):
    random = np.random.default_rng(0)
    small = 10.0 ** random.uniform(-30, 1, 50_000) * random.choice([-1, 1], 50_000)
    edges = [0.0, -0.0, np.inf, -np.inf, np.nan, 1e-40, 88.0, -20.0]
    return torch.tensor(np.concatenate([np.linspace(-12, 12, 100_001), small, edges]), dtype=dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_it_is_the_tangent_to_two_units_in_the_last_place(dtype):
    a = entries(dtype)
    found = tanh(a)
    assert found.dtype == dtype
    exact = np.tanh(a.numpy().astype(np.longdouble))
    unit = np.spacing(np.abs(exact.astype(a.numpy().dtype)))
    number = ~np.isnan(exact)
    assert (np.isnan(found.numpy()) == ~number).all()
    assert (np.abs(found.numpy() - exact)[number] <= 2 * unit[number]).all()
    assert found.abs().nan_to_num(0).max() == 1  # and never beyond


@pytest.mark.parametrize("turn", [lambda a: a, lambda a: a.mT, lambda a: a[:, ::2], lambda a: a[0, 0], lambda a: a[:0]])
def test_any_shape_and_order_of_memory(turn):
    a = turn(torch.randn(6, 8, generator=torch.Generator().manual_seed(0)))
    found = tanh(a)
    torch.testing.assert_close(found, torch.tanh(a), rtol=1e-6, atol=1e-12)
    assert found.stride() == torch.tanh(a).stride()


def test_gradients_of_both_orders(double):
    a = torch.randn(3, 4, generator=torch.Generator().manual_seed(0), requires_grad=True)
    assert torch.autograd.gradcheck(tanh, (a,))
    assert torch.autograd.gradgradcheck(tanh, (a,))


def test_nothing_is_kept_where_no_gradient_is_wanted():
    a = torch.randn(4, requires_grad=True)
    assert tanh(a).requires_grad
    with torch.no_grad():
        assert not tanh(a).requires_grad
    assert not tanh(a.detach()).requires_grad
    before = a.detach().clone()
    tanh(a)
    assert torch.equal(a.detach(), before)


def test_where_numpy_cannot_look_it_is_torch_s():
    a = torch.randn(3, 5, generator=torch.Generator().manual_seed(0))
    assert torch.equal(torch.vmap(tanh)(a), torch.tanh(a))
    for dtype in (torch.bfloat16, torch.float16):
        assert torch.equal(tanh(a.to(dtype)), torch.tanh(a.to(dtype)))
    assert tanh(a.to("meta")).shape == a.shape
    slope = 1 - torch.tanh(a) ** 2
    torch.testing.assert_close(torch.vmap(torch.func.grad(lambda row: tanh(row).sum()))(a), slope)
    torch.testing.assert_close(torch.func.grad(lambda every: tanh(every).sum())(a), slope)


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated:DeprecationWarning")  # torch's own use of it
def test_a_tangent_is_carried_on():
    a = torch.randn(3, 5, generator=torch.Generator().manual_seed(0))
    with forward_ad.dual_level():
        found = forward_ad.unpack_dual(tanh(forward_ad.make_dual(a, 2 * a))).tangent
    torch.testing.assert_close(found, 2 * a * (1 - torch.tanh(a) ** 2))
    torch.testing.assert_close(torch.func.jvp(tanh, (a,), (2 * a,))[1], found)

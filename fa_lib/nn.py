"""A drop-in `torch.nn` layer: forward it is `nn.Linear`, backward its input gets what a feedback channel gives.

In two lines, `below` and `top`::

    import torch
    from torch import nn
    from fa_lib import FA, tasks
    from fa_lib.nn import FeedbackLinear

    torch.manual_seed(0)
    task = tasks.ib()
    top, below = FeedbackLinear(4, 2, FA()), FeedbackLinear(8, 4, FA())
    model = nn.Sequential(nn.Linear(12, 8), nn.Tanh(), below, nn.Tanh(), top)
    adam = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(500):
        adam.zero_grad()
        task.loss(torch.sigmoid(model(task.x)), task.y).backward()
        adam.step()
    print(f"{task.accuracy(model(task.test_x), task.test_y):.2f} correct")  # 0.92 correct

One such layer at the top is the paper's triangle; such layers all the way down are feedback alignment layer by layer.
The rest is ordinary torch: losses, optimizers, modules, `torch.func`.
"""

from collections.abc import Callable
from dataclasses import fields, replace

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn import functional

from fa_lib.feedback import TF, Projection


class _Send(Function):
    """z as it is; backward, z's gradient to z, and to H what the channel makes of it."""

    generate_vmap_rule = True

    @staticmethod
    def forward(H: Tensor, z: Tensor, W: Tensor, channel, output, names: tuple[str, ...], *known: Tensor) -> Tensor:
        return z.clone()

    @staticmethod
    def setup_context(ctx, inputs, output):
        H, z, W, ctx.channel, ctx.output, ctx.names, *known = inputs
        ctx.save_for_backward(H, z, W, *known)

    @staticmethod
    def backward(ctx, error: Tensor):
        H, z, W, *known = ctx.saved_tensors
        told = dict(zip(ctx.names, known, strict=True))
        own = {field.name for field in fields(ctx.channel)}
        channel = replace(ctx.channel, **{name: told.pop(name) for name in ctx.names if name in own})
        y = told.pop("y", None)
        signal = channel(error[None], y, H=H[None], W=W[None], z=z[None], output=ctx.output, **told)[0]
        return signal, error, None, None, None, None, *(None for _ in known)


class FeedbackLinear(nn.Linear):
    """`nn.Linear` whose input gets its gradient through a feedback channel.

    Weight and bias get their exact gradients. The channel's matrices are buffers: saved with the model, moved by `.to`,
    and never trained, but for `KolenPollack`'s B, which is a parameter with the weight's gradient. Give an optimizer
    with decoupled weight decay to both, as `torch.optim.AdamW(model.parameters(), weight_decay=...)` does, to make it
    learn the weight; the channel's own `decay` is not used here.

    Args:
        in_features, out_features: units below (m) and above (p).
        channel: a channel of `fa_lib.feedback` without a wrapper, such as `FA()`; `BP()` makes it `nn.Linear`.
        seed, run: what the channel's matrices are drawn from, as in `training.train`; from torch's global random state,
            as weight and bias are, if seed is None.
        output: the nonlinearity that follows, for `TF(slope=True)`.
        bias: as in `nn.Linear`.

    Raises:
        ValueError: for something else than a channel for one layer; at a call, without what the channel must be told.

    Source: Cheng & Brown 2023, Fig. 3; Lillicrap et al. 2016.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        channel,
        *,
        seed: int | None = None,
        run: int = 0,
        output: Callable[[Tensor], Tensor] | None = None,
        bias: bool = True,
    ):
        super().__init__(in_features, out_features, bias=bias)
        if isinstance(channel, type) or not hasattr(channel, "draw") or hasattr(channel, "channel"):
            raise ValueError(f"channel must be a channel of fa_lib.feedback without a wrapper, got {channel!r}")
        if hasattr(channel, "layers"):
            raise ValueError(
                f"{channel!r} is for many layers: give each FeedbackLinear a channel for one, such as FA()"
            )
        seed = int(torch.randint(2**31, ())) if seed is None else seed
        drawn = channel.draw(out_features, in_features, runs=[run], seed=seed)
        self.learns = hasattr(drawn, "growth")
        tensors = {field.name: getattr(drawn, field.name) for field in fields(drawn)}
        self.names = tuple(name for name, value in tensors.items() if isinstance(value, Tensor))
        for name in self.names:
            if self.learns:
                self.register_parameter(name, nn.Parameter(tensors[name]))
            else:
                self.register_buffer(name, tensors[name])
        self.channel, self.output = drawn, output
        self.asks = {TF: {"y", "accuracy"}, Projection: {"y"}}.get(type(drawn), set())

    def forward(self, x: Tensor, **known: Tensor) -> Tensor:
        """(..., in) to (..., out).

        Args:
            x: any number of leading dimensions, which the channel sees as its samples.
            known: what the channel asks for beyond the error: `y` (..., out) and `accuracy` () for `TF`.
        """
        if missing := sorted(self.asks - known.keys()):
            raise ValueError(f"{self.channel} must be told {' and '.join(missing)}: layer(x, {missing[-1]}=...)")
        H = x.flatten(0, -2) if x.dim() > 1 else x[None]  # (sample, in)
        z = functional.linear(H.detach(), self.weight, self.bias)  # the cut
        matrices = {name: getattr(self, name) for name in self.names}
        channel = self.channel
        if self.learns:
            # a product that is zero, whose gradient with respect to B is that of the weight
            z = z + functional.linear(H.detach(), self.B[0] - self.B[0].detach())
            channel, matrices = channel.frozen(), {"B": self.B.detach()}
        told = matrices | {
            name: value.reshape(-1, value.shape[-1]) if value.dim() else value[None] for name, value in known.items()
        }
        sent = _Send.apply(H, z, self.weight.detach(), channel, self.output, tuple(told), *told.values())
        return sent.view(*x.shape[:-1], self.out_features)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, channel={self.channel}"

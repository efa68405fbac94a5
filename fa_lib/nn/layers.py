"""Drop-in layers: forward they are `nn.Linear` and `nn.Conv2d`, backward their input gets what a feedback rule gives.

One such layer at the top is the paper's triangle; such layers all the way down are feedback alignment layer by layer.
The README has an example.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from fa_lib.feedback.base import Rule, checked
from fa_lib.feedback.layers import ForLayers
from fa_lib.nn.send import send
from fa_lib.nn.tensors import tensors_of

HOW = "layer(x, y=..., accuracy=...), `with told(model, y=...):`, and output=, loss= when the layer is made"


class _Feedback(nn.Module):
    """What the layers share: a drawn rule whose matrices are the module's buffers, and what it was told."""

    def _draw(self, rule: Rule, p: int, m: int, seed: int | None, run: int, output, loss) -> None:
        if isinstance(rule, ForLayers):
            raise ValueError(f"{rule!r} is for many layers: give each layer a rule for one, such as FA()")
        weight = self.weight
        seed = int(torch.randint(2**31, ())) if seed is None else seed
        self.rule = checked(rule).draw(p, m, runs=[run], seed=seed, device=weight.device)
        self.output, self.loss, self.known = output, loss, {}
        mirrored = self.rule.learned()[0] if self.rule.learns else None
        self.tensors, self.mirror = {}, None  # a rule's name for a tensor to the module's, which may hold no dots
        for name, tensor in tensors_of(self.rule).items():
            own = self.tensors[name] = name.replace(".", "_")
            tensor = tensor.detach().to(weight.dtype) if tensor.is_floating_point() else tensor.detach()
            if mirrored is not None and tensor.shape == mirrored.shape and torch.equal(tensor, mirrored.to(tensor)):
                self.mirror = own
                self.register_parameter(own, nn.Parameter(tensor))
            else:
                self.register_buffer(own, tensor)

    @torch.compiler.disable  # with what it asks of the module: torch.compile breaks its graph once a layer
    def _send(self, z: Tensor, H: Tensor, W: Tensor, known: dict) -> Tensor:
        """z (..., p), H (..., m) with its graph, W (p, m) and what the caller knows, to z that sends feedback to H."""
        if unknown := sorted(known.keys() - {"y", "accuracy"}):
            raise ValueError(f"a call takes y and accuracy besides x, got {', '.join(unknown)}")
        known = self.known | known
        own = {name: getattr(self, attribute) for name, attribute in self.tensors.items()}
        return send(z, [H], [self.rule], [W], how=HOW, output=self.output, loss=self.loss, tensors=[own], **known)

    def _load_from_state_dict(self, state_dict, prefix, metadata, strict, missing, unexpected, errors) -> None:
        """As ever; of an `nn.Linear` or `nn.Conv2d`, which has no matrices of a rule, ours stay as they were drawn."""
        super()._load_from_state_dict(state_dict, prefix, metadata, strict, missing, unexpected, errors)
        own = {prefix + name for name in self.tensors.values()}
        if not own & state_dict.keys():
            missing[:] = [key for key in missing if key not in own]

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, rule={self.rule}"


def _real(x: Tensor) -> Tensor:
    if isinstance(x, torch.fx.Proxy):
        raise ValueError("torch.fx cannot follow a feedback rule: trace the parts of the model between feedback layers")
    return x


class FeedbackLinear(_Feedback, nn.Linear):
    """`nn.Linear` whose input gets its gradient through a feedback rule.

    Weight and bias get their exact gradients. The rule's matrices are buffers: saved with the model, moved by `.to`,
    and never trained, but for `KolenPollack`'s B, which is a parameter with the weight's gradient. Give an optimizer
    with decoupled weight decay to both, as `torch.optim.AdamW(model.parameters(), weight_decay=...)` does, to make it
    learn the weight; the rule's own `decay` is not used here. What a rule draws anew at each step (`NFA`) or keeps in
    an optimizer of its own is copied with the layer but is not in its `state_dict`. Weights saved from `nn.Linear` load
    as they are: the matrices stay as drawn.

    Args:
        in_features, out_features: units below (m) and above (p).
        rule: a rule for one layer, such as `FA()` or `Centred(FA())`; `BP()` makes it `nn.Linear`.
        seed, run: what the rule's matrices are drawn from, as in `training.train`; from torch's global random state, as
            weight and bias are, if seed is None.
        output: the nonlinearity that follows, where a rule asks for it, see `with_feedback`.
        loss: function of (z, y), where a rule asks for it, see `with_feedback`.
        options: `bias`, `device` and `dtype`, as in `nn.Linear`.

    Raises:
        ValueError: for something else than a rule for one layer; at a call, without what the rule must be told.

    Source: Cheng & Brown 2023, Fig. 3; Lillicrap et al. 2016.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        rule: Rule,
        *,
        seed: int | None = None,
        run: int = 0,
        output: Callable[[Tensor], Tensor] | None = None,
        loss: Callable[[Tensor, Tensor], Tensor] | None = None,
        **options,
    ):
        super().__init__(in_features, out_features, **options)
        self._draw(rule, out_features, in_features, seed, run, output, loss)

    def forward(self, x: Float[Tensor, "*sample m"], **known: Tensor) -> Float[Tensor, "*sample p"]:
        """(..., in) to (..., out).

        Args:
            x: any number of leading dimensions, which the rule sees as its samples.
            known: what the rule asks for beyond the error: `y`, (..., out) or classes (...), and `accuracy` (), for
                `TF`, where y is not classes. `told` says it to all layers of a model.
        """
        H = _real(x).detach()  # the cut
        z = functional.linear(H, self.weight, self.bias)
        if self.mirror and self.weight.requires_grad:  # where the weight is frozen, so is B
            # a product that is zero, whose gradient with respect to B is that of the weight
            B = getattr(self, self.mirror)[0]
            z = z + functional.linear(H, B - B.detach())
        return self._send(z, x, self.weight, known)


class FeedbackConv2d(_Feedback, nn.Conv2d):
    """`nn.Conv2d` whose input gets its gradient through a feedback rule.

    A convolution multiplies every patch of the image by one matrix, (channels out, channels in x height x width of the
    kernel). The rule stands in that one's place: its B is a second kernel. Each position is a sample to it. Buffers and
    `KolenPollack` as in `FeedbackLinear`.

    Args:
        in_channels, out_channels, kernel_size: as in `nn.Conv2d`.
        rule, seed, run, output, loss: as in `FeedbackLinear`.
        options: `stride`, `padding`, `dilation`, `bias`, `padding_mode`, `device` and `dtype`, as in `nn.Conv2d`.

    Raises:
        ValueError: as `FeedbackLinear`.

    Source: Moskovitz et al. 2018 for feedback alignment between convolutions.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        rule: Rule,
        *,
        seed: int | None = None,
        run: int = 0,
        output: Callable[[Tensor], Tensor] | None = None,
        loss: Callable[[Tensor, Tensor], Tensor] | None = None,
        **options,
    ):
        if options.get("groups", 1) != 1:
            raise ValueError("FeedbackConv2d has no groups: a convolution in groups multiplies no patch by one matrix")
        super().__init__(in_channels, out_channels, kernel_size, **options)
        self._draw(rule, out_channels, self.weight[0].numel(), seed, run, output, loss)

    def forward(self, x: Float[Tensor, "sample m height width"], **known: Tensor) -> Float[Tensor, "sample p _ _"]:
        """(sample, in, height, width) to (sample, out, height, width).

        Args:
            x: images.
            known: as in `FeedbackLinear`; a target for each position, (sample, height x width, out).
        """
        # the same padding for the product and for the patches
        mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
        x = functional.pad(_real(x), self._reversed_padding_repeated_twice, mode=mode)
        options = {"stride": self.stride, "dilation": self.dilation}
        z = functional.conv2d(x.detach(), self.weight, self.bias, **options)  # the cut
        if self.mirror and self.weight.requires_grad:
            B = getattr(self, self.mirror)[0].view_as(self.weight)
            z = z + functional.conv2d(x.detach(), B - B.detach(), **options)
        if not torch.is_grad_enabled():
            return z
        H = functional.unfold(x, self.kernel_size, **options).mT  # (sample, position, m)
        sent = self._send(z.flatten(2).mT, H, self.weight.flatten(1), known)
        return sent.mT.reshape(z.shape)

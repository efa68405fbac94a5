"""Feedback rules in anybody's network: any `nn.Module`, loss, optimizer and loop of torch.

* `with_feedback` for a network whose forward pass one writes oneself,
* `attach` for one that cannot be edited, by forward hooks,
* `FeedbackLinear` and `FeedbackConv2d` in the place of `nn.Linear` and `nn.Conv2d`, layer by layer.

`told` says what a rule must know beyond the error, such as the target, to all of these in a model at once. What is
torch's goes on as ever: nested modules, `checkpoint(use_reentrant=False)`, `functional_call`, `vmap`, `deepcopy`,
saving and loading, autocast, `torch.compile` (which leaves the rules themselves as they are). `torch.jit.script` and
`torch.fx` cannot follow rules and say so.
"""

from fa_lib.nn.attached import Attached
from fa_lib.nn.hooks import attach
from fa_lib.nn.layers import FeedbackConv2d, FeedbackLinear
from fa_lib.nn.send import with_feedback
from fa_lib.nn.told import told

__all__ = ["Attached", "FeedbackConv2d", "FeedbackLinear", "attach", "told", "with_feedback"]

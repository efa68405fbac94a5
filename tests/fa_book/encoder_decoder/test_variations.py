"""Every variation changes one constant of the measure."""

import pytest
import torch

from fa_book.encoder_decoder import saturation
from fa_book.encoder_decoder.variations import variations
from fa_lib import FA, training


@pytest.mark.parametrize("share", [saturation.blocked, saturation.trapped])
def test_variations_change_one_constant_each(toy, share):
    model = training.build(toy(), FA(), runs=20, seed=0)
    with torch.no_grad():
        model.encoder.layers[-1].weight.mul_(30)  # most units at their walls
    seen = model.step(model.task.x, model.task.y)
    name, varied = share.__name__, variations(share)
    options = ({"margin": 0.1}, {"margin": 0.001}, {"negligible": 0}, {"negligible": 1})
    assert list(varied) == [f"{name}, {option} {value}" for one in options for option, value in one.items()]
    for vary, one in zip(varied.values(), options, strict=True):
        assert torch.equal(vary(seen), share(seen, **one))
        assert not torch.equal(vary(seen), share(seen))

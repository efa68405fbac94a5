"""Any `nn.Module` as an encoder with a run axis: every run has its own copy, and all are computed at once.

The copies' parameters are stacked along a run axis (`torch.func.stack_module_state`) and the module is mapped over it
(`vmap`). A module that draws random numbers (dropout) or keeps running statistics (batch normalisation) cannot be
mapped without mixing runs: it is computed run by run, with a generator for each.
"""

from collections.abc import Callable, Sequence
from types import MethodType

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap
from torch.nn import functional

from fa_lib.networks.base import RunNetwork
from fa_lib.random import generator

APART = (nn.modules.batchnorm._NormBase, nn.modules.dropout._DropoutNd, nn.RNNBase, nn.MultiheadAttention)


class Stacked(RunNetwork):
    """The modules of several runs as one encoder, x (sample, ...) to H (run, sample, m).

    What a module gives beyond two dimensions is flattened to m units a sample. Parameters are `parameters()`, with the
    run axis first; buffers likewise.

    Args:
        make: a function that makes the module of one run, drawing its weights by torch's global random state, which is
            set for each run and put back afterwards.
        runs: the numbers of the runs that this network holds.
        seed: of the experiment.
        example: a few samples (sample, ...), from which the number of units is read.

    Raises:
        ValueError: for modules that differ, that cannot be called on the example, or that give no row a sample.
    """

    def __init__(self, make: Callable[[], nn.Module], *, runs: Sequence[int], seed: int = 0, example: Tensor):
        super().__init__()
        modules = [_made(make, seed, run) for run in runs]
        self.runs = len(modules)
        self.apart = any(isinstance(part, APART) for part in modules[0].modules())
        parameters, buffers = stack_module_state(modules)
        self.names, self.stated = tuple(parameters), tuple(buffers)
        for number, tensor in enumerate(parameters.values()):
            self.register_parameter(f"parameter{number}", nn.Parameter(tensor.detach()))
        for number, tensor in enumerate(buffers.values()):
            self.register_buffer(f"buffer{number}", tensor)
        # without weights of its own: only its form is used. In a tuple, so that it is no part of this module.
        self._form = (modules[0].to("meta"),)
        for part in modules[0].modules():
            if type(part) is nn.Linear:
                part.forward = MethodType(_units_first, part)
        self._tied = len(parameters) < len(list(modules[0].named_parameters(remove_duplicate=False)))
        self._random = [generator(seed, run, "dropout").get_state() for run in runs]
        try:
            with torch.no_grad():
                H = self.eval()(example)
        except (RuntimeError, TypeError, NotImplementedError) as error:
            shape = tuple(example.shape[1:])
            raise ValueError(f"the encoder cannot be called on samples of shape {shape}, all runs: {error}") from error
        self.train()
        got = tuple(H.shape[1:])
        if len(got) != 2 or got[0] != len(example):
            raise ValueError(f"the encoder must give a row for each sample, got {got} for {len(example)} samples")
        self.m = got[1]

    def forward(self, x: Tensor) -> Tensor:
        """(sample, ...) to H of shape (run, sample, m)."""
        state = dict(zip(self.names, self.parameters(), strict=True))
        state |= dict(zip(self.stated, self.buffers(), strict=True))
        module = self._form[0].train(self.training)
        if not state:
            H = module(x).expand(self.runs, *module(x).shape)
        elif not self.apart:
            H = vmap(lambda own: functional_call(module, own, (x,), tie_weights=self._tied))(state)
        else:
            H = torch.stack([self._alone(module, state, run, x) for run in range(self.runs)])
        return H.flatten(2) if H.dim() > 3 else H

    def _alone(self, module: nn.Module, state: dict[str, Tensor], run: int, x: Tensor) -> Tensor:
        # a view of a buffer: what batch normalisation writes into it stays
        own = {name: tensor[run] for name, tensor in state.items()}
        if not self.training:
            return functional_call(module, own, (x,))
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(self._random[run])
            H = functional_call(module, own, (x,))
            self._random[run] = torch.get_rng_state()
        return H


def _units_first(layer: nn.Linear, x: Tensor) -> Tensor:
    """An `nn.Linear`, units before samples in memory: twice as fast along long rows of samples, as in mlp.py."""
    if x.dim() != 2:
        return functional.linear(x, layer.weight, layer.bias)
    z = layer.weight @ x.mT
    return (z if layer.bias is None else z + layer.bias[:, None]).mT


def _made(make: Callable[[], nn.Module], seed: int, run: int) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(generator(seed, run, "encoder").initial_seed())
        module = make()
    if not isinstance(module, nn.Module):
        raise ValueError(f"the encoder's function must give a torch.nn.Module, got {type(module).__name__}")
    return module

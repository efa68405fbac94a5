"""Hidden layers that were never trained, beside trained ones: one fair readout for both, and tasks in time.

A fair readout of layers of very different width is a ridge regression whose penalty each run chooses for itself on
samples that it was not fitted to.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from fa_book.information import decoded_information
from fa_book.random_layers.delayed import delayed
from fa_book.random_layers.recurrent import Recurrent
from fa_lib import training
from fa_lib.feedback import FA
from fa_lib.tasks.task import Task
from fa_lib.training.evaluate import look

PENALTIES = tuple(10.0**power for power in range(-6, 1))  # in units of the mean variance of H's units


def ridge(H: Tensor, y: Tensor, at: Tensor, *, penalties: Sequence[float] = PENALTIES, held_out: float = 0.2) -> Tensor:
    """What a ridge regression of y on H predicts, its penalty chosen by every run on the last of its samples.

    Args:
        H: hidden layer, (run, sample, m).
        y: target, (sample, p).
        at: where to predict, (run, other sample, m).
        penalties: to choose from, in units of the mean variance of H's units times the number of samples.
        held_out: share of the samples to choose by; the winner is fitted to all.

    Returns:
        Predictions (run, other sample, p), double precision.
    """
    H, at, y = H.double(), at.double(), y.double()
    known = round((1 - held_out) * H.shape[1])
    middle, found = y.mean(0), []
    y = y - middle
    for own, there in zip(H, at, strict=True):  # (sample, m): run by run, for wide layers fill the memory
        centre = own.mean(0)
        own = own - centre
        parts = [(own[:known], y[:known]), (own[known:], y[known:])]
        grams, crosses = [x.mT @ x for x, _ in parts], [x.mT @ goal for x, goal in parts]
        mean, level = own[:known].mean(0), y[:known].mean(0)  # of the samples fitted to
        gram, cross = grams[0] - known * mean.outer(mean), crosses[0] - known * mean.outer(level)
        guesses = [(own[known:] - mean) @ _solve(gram, cross, penalty) + level for penalty in penalties]
        best = int(np.argmin([float((guess - y[known:]).square().mean()) for guess in guesses]))
        found.append((there - centre) @ _solve(sum(grams), sum(crosses), penalties[best]) + middle)
    return torch.stack(found)


def _solve(gram: Tensor, cross: Tensor, penalty: float) -> Tensor:
    """Weights (m, p) of the ridge regression with these sums over samples."""
    shifted = gram.clone()
    unit = gram.diagonal().mean().clamp_min(torch.finfo(gram.dtype).tiny)
    shifted.diagonal().add_(penalty * unit)
    return torch.cholesky_solve(cross, torch.linalg.cholesky(shifted))


def told(guess: Tensor, y: Tensor) -> np.ndarray:
    """Bits that the guessed class tells of the true one, (run,); guess (run, sample, p) and y (sample, p)."""
    return decoded_information.told(guess.argmax(2), y.argmax(1))


def layer(task: Task, widths: Sequence[int], *, runs: int, seed: int = 0) -> training.Model:
    """An untrained network with these hidden layers, in the house's initialisation.

    Args:
        task: gives inputs, outputs and nonlinearity.
        widths: units of every hidden layer.
        runs, seed: as in `training.train`.
    """
    return training.build(task.change(widths=tuple(widths)), FA(), runs=runs, seed=seed, learn_encoder=False)


def read(
    model: training.Model,
    score: Callable[[Tensor, Tensor], np.ndarray] = told,
    readout: Callable[..., Tensor] = ridge,
) -> np.ndarray:
    """What a readout fitted to the training samples reads from H of held-out ones, (run,), in the score's units.

    Args:
        model: with the encoder to be read, on the samples of its task.
        score: function of guesses (run, sample, p) and targets (sample, p), such as `told` or `tasks.r_squared`.
        readout: `ridge`, or one of `fa_lib.probes`.
    """
    seen = training.see(model)
    return np.asarray(score(readout(seen.H, seen.y, at=seen.H_test), seen.y_test))


def shared(model: training.Model) -> np.ndarray:
    """Share of the distinct states of H that samples of more than one class have, training and test together; (run,).

    Without one, H determines the class of every sample: I(H;Y) = H(Y), however H looks.
    """
    task = model.task
    H, y = look(model.encoder, torch.cat([task.x, task.test_x])).numpy(), torch.cat([task.y, task.test_y]).argmax(1)
    found = []
    for own in H:  # (sample, m)
        state = np.unique(own, axis=0, return_inverse=True)[1].ravel()
        pairs = np.unique(np.stack([state, y.numpy()], 1), axis=0)
        found.append(1 - len(np.unique(state)) / len(pairs))
    return np.array(found)


def product(
    delays: tuple[int, int] = (2, 4), *, length: int = 32, sequences: int = 64, m: int = 32, seed: int = 0
) -> Task:
    """Multiply two of the past inputs: y(t) = sqrt(3) x(t - a) x(t - b), 0 before there are both.

    The factor gives y the variance of the delay task's. No linear memory of the input helps.

    Args:
        delays: a and b, moments.
        length, sequences, m, seed: as in `delayed`, whose inputs it has.

    Raises:
        ValueError: as `delayed` does, for the longer delay.
    """
    task = delayed(max(delays), length=length, sequences=sequences, m=m, seed=seed)

    def target(x: Tensor) -> Tensor:
        x = x.reshape(-1, length)
        y = torch.zeros_like(x)
        late = [x[:, max(delays) - delay : length - delay] for delay in delays]
        y[:, max(delays) :] = 3**0.5 * late[0] * late[1]
        return y.reshape(-1, 1)

    name = f"product of {delays[0]} and {delays[1]} ago"
    return task.change(name=name, y=target(task.x), test_y=target(task.test_x))


def reservoir(task: Task, m: int, *, length: int, tau: float = 2.0, runs: int, seed: int = 0) -> training.Model:
    """An echo state network: the recurrent encoder as it was drawn, its largest eigenvalue near 1.

    Args:
        task: of `delayed` or `product`.
        m: units.
        length, tau, runs, seed: as in `Recurrent`.

    Source: Jaeger 2001.
    """
    encoder = Recurrent(task.x.shape[1], m, length=length, tau=tau, cut=True, runs=range(runs), seed=seed)
    return training.build(task.change(widths=(m,)), FA(), encoder=encoder, runs=runs, seed=seed, learn_encoder=False)

"""MNIST-1D by its source's protocol: the network with a way around, by a rule, and the linear baseline."""

import functools
from collections.abc import Sequence

import numpy as np
import torch

from fa_book.published_numbers.mnist1d_data import mnist_1d
from fa_book.published_numbers.residual import Residual
from fa_lib import training
from fa_lib.feedback import Rule
from fa_lib.feedback.layers import ForLayers

published = functools.cache(mnist_1d)  # the same samples for every rule, made once


def accuracies(
    rule: Rule | ForLayers, *, runs: int, epochs: int, lr: float, learn_encoder: bool = True, seed: int = 0
) -> np.ndarray:
    """Test accuracies after training, one a run, in per cent."""
    task = published().change(lr=lr)
    encoder = Residual((40, *task.widths), runs=range(runs), seed=seed, nonlinearity=task.nonlinearity)
    model = training.build(task, rule, encoder=encoder, runs=runs, seed=seed, learn_encoder=learn_encoder)
    training.trained(model, epochs, seed=seed)
    return 100 * task.accuracy(training.predict(model, task.test_x), task.test_y).numpy()


def logistic(steps: int = 200) -> float:
    """Test accuracy of multinomial logistic regression at its optimum, in per cent."""
    task = published()
    weight = torch.zeros(1, 10, 41, requires_grad=True)

    def answers(x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x, torch.ones(len(x), 1)], 1) @ weight.mT

    search = torch.optim.LBFGS([weight], max_iter=steps, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        search.zero_grad()
        loss = task.objective(answers(task.x), task.y).sum()
        loss.backward()
        return loss

    search.step(closure)
    return float(100 * task.accuracy(answers(task.test_x).detach(), task.test_y))


def best_rates(results: dict[tuple[str, float], Sequence[float]]) -> dict[str, float]:
    """Rule to the rate with the highest mean, of (rule, rate) to accuracies."""
    best: dict[str, float] = {}
    for (rule, lr), values in results.items():
        if rule not in best or np.mean(values) > np.mean(results[rule, best[rule]]):
            best[rule] = lr
    return best

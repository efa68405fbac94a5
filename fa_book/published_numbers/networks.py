"""The fully connected networks of the papers on direct feedback, to be trained by our rules beside their numbers.

Widths and depth are theirs. Loss (mean squared error), output (sigmoid), optimizer (Adam) and initialisation are this
project's, so that what agrees is the behaviour and not a digit.
"""

from fa_lib.tasks import Task, rows


def nokland(task: Task, *, depth: int = 7, width: int = 240, **protocol) -> Task:
    """A deep tanh network of one width, such as the 7 layers of 240 units among those of Nøkland 2016.

    Args:
        task, protocol: as in `tasks.rows`; the learning rate is 1e-4 if not given.
        depth, width: layers and their units.

    Source: Nøkland 2016. Best error reported there for direct feedback: 1.45 %, with dropout (abstract).
    """
    return rows(task, (width,) * depth, **{"lr": 1e-4} | protocol)


def frenkel(task: Task, *, depth: int = 1, width: int = 500, **protocol) -> Task:
    """One or two tanh layers of 500 or 1000 units, with the batch and the learning rate of the authors' code.

    Args:
        task, protocol: as in `tasks.rows`; batches of 100 and a learning rate of 1e-4 if not given.
        depth, width: layers and their units.

    Source: Frenkel et al. 2021 and their public code, which has cross-entropy and Nesterov's momentum.
    """
    return rows(task, (width,) * depth, **{"lr": 1e-4, "batch": 100} | protocol)

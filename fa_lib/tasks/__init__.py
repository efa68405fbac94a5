"""What is learned: tasks, how right an answer is, and the data behind them."""

from fa_lib.tasks.metrics import correct_rate, floor_rate, nearest_rate, r_squared, threshold_rate
from fa_lib.tasks.paper import clipped_polynomial, ib, ib_regression, mnist, mnist_regression, rows
from fa_lib.tasks.protocol import Protocol
from fa_lib.tasks.task import Task, split

__all__ = ["Protocol", "Task", "clipped_polynomial", "correct_rate", "floor_rate"]
__all__ += ["ib", "ib_regression", "mnist", "mnist_regression", "nearest_rate", "r_squared", "rows"]
__all__ += ["split", "threshold_rate"]

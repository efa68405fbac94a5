"""What is learned: tasks, how right an answer is, and the data behind them."""

from fa_lib.tasks.delayed import delayed
from fa_lib.tasks.metrics import correct_rate, floor_rate, nearest_rate, r_squared, threshold_rate
from fa_lib.tasks.paper import clipped_polynomial, ib, ib_regression, mnist, mnist_regression
from fa_lib.tasks.task import Task, split

__all__ = ["Task", "clipped_polynomial", "correct_rate", "delayed", "floor_rate", "ib", "ib_regression", "mnist"]
__all__ += ["mnist_regression", "nearest_rate", "r_squared", "split", "threshold_rate"]

"""Reference (a), as usually written: a module, a loader, an autograd function, scikit-learn, np.unique on void views.

One run at a time. It records what `training.train` records.
"""

import numpy as np
import torch
from sklearn.linear_model import LinearRegression
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from fa_lib.random import numpy_generator
from fa_lib.tasks import idx
from fa_lib.tasks.task import Task
from tools.bench.reference import copied


class FeedbackLinear(torch.autograd.Function):
    """A linear layer that hands the error back through B instead of its weight."""

    @staticmethod
    def forward(ctx, H: Tensor, W: Tensor, bias: Tensor, B: Tensor) -> Tensor:
        ctx.save_for_backward(H, B)
        return nn.functional.linear(H, W, bias)

    @staticmethod
    def backward(ctx, error: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        H, B = ctx.saved_tensors
        return error @ B, error.T @ H, error.sum(0), None


class Digits(Dataset):
    """MNIST, every image turned into a tensor and normalised when it is asked for."""

    def __init__(self, split: str, samples: int):
        images, digits = idx.mnist(split)
        self.images, self.digits = images[:samples], digits[:samples]

    def __len__(self) -> int:
        return len(self.digits)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        image = torch.from_numpy(np.array(self.images[index])[None]).to(torch.float32).div(255)
        mean, deviation = (torch.as_tensor([value]).view(-1, 1, 1) for value in (0.1307, 0.3081))
        return image.clone().sub_(mean).div_(deviation), torch.eye(10)[int(self.digits[index])]


def loaders(task: Task) -> tuple[DataLoader, DataLoader]:
    """Training and test samples in batches."""
    if task.features:
        train, test = Digits("train", len(task.x)), Digits("test", len(task.test_x))
    else:
        train, test = TensorDataset(task.x, task.y), TensorDataset(task.test_x, task.test_y)
    return DataLoader(train, batch_size=task.batch or len(train)), DataLoader(test, batch_size=task.batch or len(test))


def entropy(values: np.ndarray) -> float:
    """Bits of the rows of whole numbers, (sample, column)."""
    rows = np.ascontiguousarray(values)
    rows = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1])))
    counts = np.unique(rows, return_counts=True)[1]
    p = counts / counts.sum()
    return float(-(p * np.log2(p)).sum())


def binned(H: np.ndarray, y: np.ndarray, size: float) -> float:
    """Mutual information of the binned arrays, bits."""
    h, y = (np.floor(values.astype(np.float64) / size).astype(np.int64) for values in (H, y))
    return entropy(h) + entropy(y) - entropy(np.concatenate([h, y], axis=1))


class Usual:
    """One run; every call of `epoch` trains and measures one."""

    def __init__(self, task: Task, rule, run: int = 0, *, learn_decoder: bool = True, bin_size: float = 0.1):
        self.net, self.B = copied(task, rule, run, learn_decoder=learn_decoder)
        self.output, self.bin_size, self.run = (
            {"sigmoid": nn.Sigmoid(), "linear": nn.Identity()}[task.output],
            bin_size,
            run,
        )
        self.train_loader, self.test_loader = loaders(task)
        self.criterion = nn.MSELoss()
        self.optimizer = torch.optim.Adam([w for w in self.net.parameters() if w.requires_grad], lr=task.lr)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """H and y_hat."""
        H, decoder = self.net.hidden(x), self.net.decoder
        z = decoder(H) if self.B is None else FeedbackLinear.apply(H, decoder.weight, decoder.bias, self.B)
        return H, self.output(z)

    def epoch(self) -> dict[str, float]:
        """Train for an epoch; what `training.train` records of it."""
        self.net.train()
        loss_sum, hits, seen, all_H, all_y = 0.0, 0, 0, [], []
        for x, y in self.train_loader:
            self.optimizer.zero_grad()
            H, y_hat = self.forward(x)
            loss = self.criterion(y_hat, y)
            loss.backward()
            self.optimizer.step()
            loss_sum += loss.item() * len(x)
            hits += (y_hat.argmax(1) == y.argmax(1)).sum().item()
            seen += len(x)
            all_H.append(H.detach())
            all_y.append(y)
        row = {"loss": loss_sum / seen, "accuracy": hits / seen}
        return row | self.measures(torch.cat(all_H).numpy(), torch.cat(all_y).numpy()) | self.test()

    def measures(self, H: np.ndarray, y: np.ndarray) -> dict[str, float]:
        """Regression and information."""
        y_linear = LinearRegression().fit(H, y).predict(H)
        shuffled = y[numpy_generator(0, self.run, "null").permutation(len(y))]
        return {
            "regression_loss": float(((y_linear - y) ** 2).mean()),
            "regression_accuracy": float((y_linear.argmax(1) == y.argmax(1)).mean()),
            "information": binned(H, y, self.bin_size),
            "information_null": binned(H, shuffled, self.bin_size),
        }

    def test(self) -> dict[str, float]:
        """Loss and accuracy on the test set, dropout off."""
        self.net.eval()
        loss_sum, hits, seen = 0.0, 0, 0
        with torch.no_grad():
            for x, y in self.test_loader:
                y_hat = self.forward(x)[1]
                loss_sum += self.criterion(y_hat, y).item() * len(x)
                hits += (y_hat.argmax(1) == y.argmax(1)).sum().item()
                seen += len(x)
        return {"test_loss": loss_sum / seen, "test_accuracy": hits / seen}

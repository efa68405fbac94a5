"""Reference (b), well written: one run at a time with data in memory, and fa_lib's own probe and information code."""

import torch
from torch import Tensor

from fa_lib import information, probes
from fa_lib.tasks.task import Task
from tools.bench.reference import copied

PART = 1024  # test samples at a time


class Plain:
    """One run; every call of `epoch` trains and measures one. Images lie channels last, which is the faster way."""

    def __init__(self, task: Task, rule, run: int = 0, *, learn_decoder: bool = True, bin_size: float = 0.1):
        self.net, self.B = copied(task, rule, run, learn_decoder=learn_decoder)
        self.task, self.run, self.bin_size = task, run, bin_size
        self.x, self.test_x = task.x, task.test_x
        if task.features:
            self.net = self.net.to(memory_format=torch.channels_last)
            self.x, self.test_x = (x.to(memory_format=torch.channels_last) for x in (self.x, self.test_x))
        learning = [weight for weight in self.net.parameters() if weight.requires_grad]
        self.optimizer = torch.optim.Adam(learning, lr=task.lr, fused=True)

    def step(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Fill the gradients; H, y_hat and the loss."""
        H = self.net.hidden(x)
        free = H.detach().requires_grad_(self.B is None)
        z = self.net.decoder(free)
        if not z.requires_grad:  # nothing but the encoder learns
            z.requires_grad_()
        z.retain_grad()
        y_hat = self.task.activate(z)
        loss = torch.nn.functional.mse_loss(y_hat, y)
        loss.backward()
        H.backward(free.grad if self.B is None else z.grad @ self.B)
        return H.detach(), y_hat.detach(), loss.detach()

    def epoch(self) -> dict[str, float]:
        """Train for an epoch; what `training.train` records of it."""
        task, rows, all_H = self.task, [], []
        batch = task.batch or len(task.x)
        for x, y in zip(self.x.split(batch), task.y.split(batch), strict=True):
            self.optimizer.zero_grad()
            H, y_hat, loss = self.step(x, y)
            self.optimizer.step()
            rows.append(torch.stack([loss, task.accuracy(y_hat, y)]) * (len(x) / len(self.x)))
            all_H.append(H)
        loss, accuracy = torch.stack(rows).sum(0).tolist()
        H = torch.cat(all_H)[None]
        y_linear = probes.readout(H, task.y).to(task.y.dtype)
        bits, null = information.with_null(H, task.y, self.bin_size, runs=[self.run])
        return {
            "loss": loss,
            "accuracy": accuracy,
            "regression_loss": float(task.squared_error(y_linear, task.y)),
            "regression_accuracy": float(task.accuracy(y_linear, task.y)),
            "information": float(bits[0]),
            "information_null": float(null[0, 0]),
        } | self.test()

    @torch.no_grad()
    def test(self) -> dict[str, float]:
        """Loss and accuracy on the test set, dropout off."""
        self.net.eval()
        parts = [self.task.activate(self.net.decoder(self.net.hidden(x))) for x in self.test_x.split(PART)]
        self.net.train()
        y_hat, y = torch.cat(parts), self.task.test_y
        return {
            "test_loss": float(self.task.squared_error(y_hat, y)),
            "test_accuracy": float(self.task.accuracy(y_hat, y)),
        }

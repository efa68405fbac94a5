"""The energy of predictive coding, where its state comes to rest, and which rules have an energy at all."""

import torch
from torch import Tensor

from fa_book.predictive_coding.rule import squared_error_at
from fa_lib.feedback import Rule


def energy(move: Tensor, y: Tensor, *, W: Tensor, z: Tensor, output, precision: float = 1.0) -> Tensor:
    """F of a state that has moved (run, sample, m) from its prediction, summed over samples; (run,)."""
    y_hat = output((z.detach().mT + W @ move.mT).mT)
    return (move**2).sum((1, 2)) / 2 + precision * ((y_hat - y) ** 2).sum((1, 2)) / 2


def equilibrium(error: Tensor, W: Tensor, B: Tensor, precision: float = 1.0) -> Tensor:
    """Where the state comes to rest under a linear output, from a linear system of p equations.

    move + precision (error + move W') B = 0 gives move = -precision error (I + precision B W')^-1 B. It is reached if
    the eigenvalues of I + precision B W' have positive real parts; with B = W they are all above 1.

    Args:
        error: y_hat - y at the prediction, (run, sample, p).
        W, B: the decoder's weight and the feedback, (run, p, m).
        precision: as in `PredictiveCoding`.

    Returns:
        The move, (run, sample, m): for small precision -precision error B, which is FA's step and with B = W that of
        BP; for large precision the one that takes the output to its target, with B = W the shortest such.
    """
    p = W.shape[-2]
    system = torch.eye(p, dtype=W.dtype, device=W.device) + precision * B @ W.mT
    return -precision * error @ torch.linalg.solve(system, B)


def asymmetry(
    rule: Rule, y: Tensor, *, H: Tensor, W: Tensor, z: Tensor, output, width: float = 1e-4, **context
) -> Tensor:
    """How far a rule's signal is from being the gradient of any function of the state; (run, sample).

    The signal's derivative by the state, an m x m matrix for each sample, is symmetric if and only if there is such a
    function. Taken by central differences: use double precision.

    Args:
        rule: drawn.
        y, H, W, z, output, context: as in `PredictiveCoding.moved`.
        width: of the differences, in units of H.

    Returns:
        Length of the antisymmetric part over that of the whole: 0 for a gradient, 1 / sqrt 2 for a matrix of rank one
        between orthogonal directions; 0 too where the signal does not depend on the state.
    """

    def signal(move):
        at = (z.detach().mT + W @ move.mT).mT
        return rule(squared_error_at(at, y, output), y, H=H + move, W=W, z=at, output=output, **context)

    columns = []
    for unit in range(H.shape[2]):
        move = torch.zeros_like(H)
        move[..., unit] = width
        columns.append((signal(move) - signal(-move)) / (2 * width))
    J = torch.stack(columns, 3)  # (run, sample, m of the signal, m of the state)
    total = J.norm(dim=(2, 3))
    apart = (J - J.mT).norm(dim=(2, 3)) / 2
    return torch.where(total > 0, apart / torch.where(total > 0, total, 1.0), 0.0)

"""MNIST by rules that are too narrow: B of less rank, fewer units than classes, rules that learn."""

from fa_book.bottleneck.autoencoder import Autoencoder
from fa_book.decide.label_corruption import Mixed
from fa_lib.feedback import BP, FA, NF, Centred, OutputError
from fa_lib.sweep import Cell, blocks

RANKS = {2: (1,), 4: (1, 2), 10: (1,), 20: (1, 2, 4, 8)}  # units to the ranks below the full one
LEARNED = {"autoencoder": Autoencoder(), "variational": Autoencoder(variance=0.01), "network": OutputError(NF())}
PROTOCOL = {"samples": 6400, "test_samples": 2000, "lr": 5e-3}
WIDTH = 32  # units of the layer before the last


def conditions(m: int) -> dict[str, object]:
    """The rules by name for so many units in the last layer; all centred but BP and "FA, with its mean".

    "BP, centred" was added when the others had been seen: is FA ahead by B, or by being centred?
    """
    made = {"FA": FA()} | {f"FA, rank {rank}": Mixed(FA(), "rank", rank) for rank in RANKS[m]}
    made |= LEARNED if m != 10 else {}
    centred = {name: Centred(rule) for name, rule in made.items()}
    mean = {"FA, with its mean": FA()} if m in (4, 20) else {}
    return {"BP": BP()} | centred | mean | {"BP, centred": Centred(BP())}


def experiment(m: int, runs=(0,), epochs: int = 20, seed: int = 1, device: str = "cpu") -> dict[str, Cell]:
    """Name of the condition to its cell, for so many units; "null: encoder frozen" is the untrained encoder."""
    options = {"epochs": epochs, "seed": seed, "every": 5, "widths": (WIDTH, m), "device": device} | PROTOCOL
    made = {name: Cell("mnist_rows", rule, runs, **options) for name, rule in conditions(m).items()}
    if m == 20:
        made["null: encoder frozen"] = Cell("mnist_rows", BP(), runs, learn_encoder=False, **options)
    return made


def bottleneck(runs: int = 10, epochs: int = 20, seed: int = 1, device: str = "cpu") -> list[Cell]:
    """Many units first, then few."""
    return [
        cell
        for block in blocks(runs, 5)
        for m in sorted(RANKS, reverse=True)
        for cell in experiment(m, block, epochs, seed, device).values()
    ]

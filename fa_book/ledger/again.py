"""Verdicts from merged sweeps alone, without running the chapter that shows them: what a dear sweep's second seed says.

Each function makes of the files what its chapter makes of them. On the book's own results it gives the chapter's
verdicts, which a test compares number by number.

Most take the folder of all results. Of Figs 7 and 8 the second seed has only the conditions that are judged, so that
the chapters cannot run on its files: those functions take the path of the one file.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from fa_book.claims.verdict import Verdict
from fa_book.classification import claims as digits
from fa_book.decide import claims as deciding
from fa_book.decide import more as signals
from fa_book.decide.decision import table
from fa_book.decide.plan import FLOOR
from fa_book.decide.plan import published as decided
from fa_book.depth import claims as deep
from fa_book.depth.deep import published as grown
from fa_book.one_law import analysis, budget_of_digits, fresh
from fa_book.one_law import claims as law
from fa_book.one_law.plan import published as taught
from fa_book.one_law.runs import both_looks
from fa_book.regression.claims import C19b
from fa_book.sensitivity import claims as sensitive
from fa_book.sensitivity import settings
from fa_lib import BP, information, sweep, tasks, training
from fa_lib.training.evaluate import look

UNTRAINED = 5  # networks that are only looked at, as in the chapters


def decide(folder: Path) -> Iterator[Verdict]:
    """C30."""
    results = decided(folder / "decide.nc")
    tables = {
        (task, learn): table(
            {name: data for name, data in some.items() if name.split(",")[0] in ("error", "target")}, some[FLOOR]
        )
        for (task, learn), some in results.items()
    }
    still, moving = (
        {words: tables[task, learn] for words, task in (("IBTask", "ib"), ("MNIST", "mnist_rows"))}
        for learn in (False, True)
    )
    every = signals.tables(folder)
    yield deciding.C30a.judge(still)
    yield deciding.C30b.judge(still, moving)
    yield deciding.C30c.judge(still["IBTask"], moving["IBTask"])
    yield deciding.C30d.judge(every[False], every[True])
    for claim in (deciding.C30e, deciding.C30f, deciding.C30g):
        yield claim.judge(moving)


def depth(folder: Path) -> Iterator[Verdict]:
    """C22."""
    results = grown(folder / "depth.nc")
    deepest = {"IBTask": results["ib", (*(8,) * 5, 4)], "MNIST": results["mnist_rows", (100,) * 6]}
    for claim in (deep.C22a, deep.C22b, deep.C22c):
        yield claim.judge(deepest)


def sensitivity(folder: Path) -> Iterator[Verdict]:
    """C28."""
    by_setting, anew = settings.by_setting(folder / "sensitivity.nc", "ib"), settings.run_anew("ib")
    rates = {
        key: {rule: data.test_accuracy[:, -1].values for rule, data in results.items()}
        for key, results in by_setting.items()
    }
    paper = rates.pop(settings.USUAL)
    others = {
        key: {rule: values for rule, values in some.items() if rule == "BP" or rule in anew[key]}
        for key, some in rates.items()
        if key[0] != "gamma"
    }
    yield sensitive.C28a.judge(paper, others)
    yield sensitive.C28b.judge(paper, others)
    yield sensitive.C28c.judge(others)


def one_law(folder: Path) -> Iterator[Verdict]:
    """C31."""
    results = taught(folder / "one_law.nc")
    moments = [results["depths", "FA", 2, learn] for learn in (False, True)]
    yield law.C31a.judge(moments)
    yield law.C31b.judge(moments)
    yield law.C31c.judge(analysis.order_in_time(results["order", "FA"]))


def one_law_further(folder: Path) -> Iterator[Verdict]:
    """C31i, C31k and C31l."""
    results = both_looks(folder)
    digits = {name[1]: data for name, data in results.items() if name[0] == "digits"}
    yield law.C31i.judge(analysis.budget({name[1:]: data for name, data in results.items() if name[0] == "budget"}))
    yield law.C31k.judge(digits)
    yield law.C31l.judge(digits)


def one_law_digits(folder: Path) -> Iterator[Verdict]:
    """C31o."""
    yield law.C31o.judge(budget_of_digits.of_grid(budget_of_digits.published(folder)))


def one_law_fresh(folder: Path) -> Iterator[Verdict]:
    """C31d to C31h, C31j, C31m and C31n."""
    results = fresh.published(folder)
    layers, patterns = fresh.at_layers(results), fresh.patterns(results)
    yield law.C31d.judge(layers)
    yield law.C31e.judge(patterns)
    yield law.C31f.judge(patterns)
    yield law.C31g.judge({"MNIST, frozen": fresh.accounts(results, "mnist_rows", False)})
    yield law.C31h.judge(fresh.of_grid(results))
    yield law.C31j.judge(fresh.of_pairs(results))
    yield law.C31m.judge(fresh.to_every_layer(results))
    yield law.C31n.judge(layers)


def fig7(path: Path) -> Iterator[Verdict]:
    """C15a, C15b and C18a."""
    results = sweep.load(path)
    yield digits.C15a.judge(results["FA"], results["BP"])
    yield digits.C15b.judge(results["TF"], results["BP"])
    task = tasks.mnist()
    yield digits.C18a.judge(_first(results, "TF"), information.ceiling(task.y), _untrained(task, path))


def fig8(path: Path) -> Iterator[Verdict]:
    """C18b and C19b."""
    results = sweep.load(path)
    yield C19b.judge(results["TF, K term 100"], results["FA"])
    null = _untrained(tasks.mnist_regression(), path)
    yield digits.C18b.judge(_first(results, "TF, K term 100"), float(results["BP"].ceiling), null)


def _first(results: dict, tf: str) -> dict:
    """The reading after the first epoch of BP and of the named TF, in bits, (run,) each."""
    return {"BP": results["BP"].information[:, 0].values, "TF": results[tf].information[:, 0].values}


def _untrained(task, path: Path):
    """The reading that untrained networks of the sweep's seed give with shuffled labels, in bits, (network,)."""
    seed = int(sweep.provenance(path).seed[0])
    H = look(training.build(task, BP(), runs=UNTRAINED, seed=seed).encoder, task.x)  # (network, sample, unit)
    return information.shuffle_null(H, task.y, seed=seed)[:, 0]


FROM_FILES: dict[str, tuple[str, Callable[[Path], Iterator[Verdict]]]] = {  # sweep to its chapter and its verdicts
    "decide": ("decide", decide),
    "depth": ("depth", depth),
    "sensitivity": ("sensitivity", sensitivity),
    "one_law": ("one-law-networks", one_law),
    "one_law_further": ("one-law-networks", one_law_further),
    "one_law_digits": ("one-law-networks", one_law_digits),
    "one_law_fresh": ("one-law-networks", one_law_fresh),
}
FROM_ONE: dict[str, tuple[str, Callable[[Path], Iterator[Verdict]]]] = {  # the same, of the path of the one file
    "fig7": ("classification", fig7),
    "fig8": ("regression", fig8),
}


def resting(records: Iterable[dict], second: dict[str, dict], folder: str | Path) -> list[list]:
    """What the verdicts that rest on a merged sweep cost with either seed, and how many of them have a second.

    Args:
        records: of the first seed's verdicts, as `ledger.collect` gives them.
        second: of the second's, as `ledger.replicated` gives them.
        folder: of the merged files, with the second seed's in replication/.

    Returns:
        Rows of sweep, core minutes of the first seed's cells and of the second's ("" without a file), number of
        verdicts, number of those with a second; in the order of the claims.
    """
    claims: dict[str, list[str]] = {}
    for record in records:
        if (Path(folder) / f"{record['rests']}.nc").is_file():
            claims.setdefault(record["rests"], []).append(record["id"])
    rows = []
    for name, ids in claims.items():
        first, others = Path(folder) / f"{name}.nc", sorted((Path(folder) / "replication").glob(f"{name}-*.nc"))
        try:
            costs = [f"{float(sweep.provenance(path).seconds.sum()) / 60:.0f}" for path in (first, *others)]
        except ValueError:
            continue  # a study's file, which no sweep merged
        rows.append([name, costs[0], ", ".join(costs[1:]), len(ids), sum(id in second for id in ids)])
    return rows

"""Sweeps by name: the paper's figures, TOML files of one's own, what the command line takes, how long it will take."""

import re
from pathlib import Path

import pytest
from sweep_cluster import ROOT

from fa_lib import BP, FA, NFA, TF, sweep
from fa_lib.feedback import DFA, Centred, Chained
from fa_lib.sweep import Cell, cells_of, estimate, own, store
from fa_lib.sweep.command import main, parser
from fa_lib.sweep.estimate import Progress
from fa_lib.sweep.labels import labels


def plan(folder, text, name="own.toml"):
    path = folder / name
    path.write_text(text)
    return str(path)


def test_a_file_of_ones_own(tmp_path):
    path = plan(
        tmp_path,
        """
        runs = 3
        block = 2
        epochs = 7
        task = ["ib", "ib_regression"]
        scale = [false, true]
        lr = 1

        [[feedback]]
        rule = "NFA"
        sigma = [0.001, 1]

        [[feedback]]
        rule = "Centred"
        channel = {rule = ["FA", "BP"]}
        """.replace('rule = ["FA", "BP"]', 'rule = "FA"'),
    )
    cells = cells_of(path)
    rules = [NFA(sigma=0.001), NFA(sigma=1.0), Centred(FA())]
    assert cells == [
        Cell("ib" if task == 0 else "ib_regression", rule, runs, 7, scale=scale, lr=1.0)
        for runs in ((0, 1), (2,))
        for task in (0, 1)
        for scale in (False, True)
        for rule in rules
    ]
    assert all(isinstance(cell.lr, float) for cell in cells)  # 1 and 1.0 must not be two cells
    assert {cell.runs for cell in cells_of(path, runs=2)} == {(0, 1)}
    assert {cell.epochs for cell in cells_of(path, epochs=1)} == {1}


def test_lists_of_lists_and_rules_of_several_layers(tmp_path):
    head = 'runs = 1\nepochs = 1\ntask = "mnist_rows"\nsamples = 20\ntest_samples = 20\n'
    rules = '[[feedback]]\nrule = "DFA"\nlayers = [[], [1]]\n[[feedback]]\nrule = "Chained"\nchannel = {rule = "FA"}\n'
    cells = cells_of(plan(tmp_path, head + "widths = [9, 8]\n" + rules))
    assert cells == [
        Cell("mnist_rows", rule, (0,), 1, samples=20, test_samples=20, widths=(9, 8))
        for rule in (DFA(layers=()), DFA(layers=(1,)), Chained(FA()))
    ]
    assert list(labels(cells).values()) == ["DFA, layers none", "DFA, layers 1", "FA, layer by layer"]
    assert [cell.compute().sizes["run"] for cell in cells] == [1, 1, 1]
    with pytest.raises(ValueError, match="widths must be a list of whole numbers, or a list of such lists"):
        cells_of(plan(tmp_path, head + "widths = [[9, true]]\n" + rules))


def test_the_example_in_the_documentation_is_a_sweep(tmp_path):
    example = "\n".join(line[4:] for line in own.__doc__.splitlines() if line.startswith("    "))
    cells = cells_of(plan(tmp_path, example))
    assert len(cells) == 2 * 2 * 2 * 2 * (1 + 3 + 1)
    assert {cell.widths for cell in cells} == {(8, 4), (16, 4)}
    assert len(labels(cells)) == len(cells) / 2
    committed = cells_of(str(ROOT / "book/results/example.toml"))
    assert list(labels(committed).values())[-1] == "NFA, gamma, sigma 0.1"


GOOD = 'runs = 2\nepochs = 2\ntask = "ib"\n[[feedback]]\nrule = "FA"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("runs", "run"), "there is no key run; the keys are runs, block, task, epochs"),
        (GOOD.replace("epochs = 2\n", ""), "epochs must be given"),
        ("runs = 2", "epochs, task, feedback must be given"),
        (GOOD.replace("= 2", '= "two"'), "runs must be a whole number, got 'two'"),
        (GOOD.replace("runs = 2", "runs = 0"), "runs must be a whole number of 1 or more, got 0"),
        (GOOD.replace("epochs = 2", "epochs = [1, 0]"), "epochs must be a whole number of 1 or more, got 0"),
        (GOOD.replace("epochs = 2", "epochs = []"), "epochs must be a value or a list of values, got an empty list"),
        ("scale = 1\n" + GOOD, "scale must be true or false, got 1"),
        ("lr = true\n" + GOOD, "lr must be a number, got True"),
        ("lr = -1.0\n" + GOOD, "lr must be a finite number above 0, got -1.0"),
        ("seed = -1\n" + GOOD, "seed must be a whole number of 0 or more, got -1"),
        ("samples = 5\n" + GOOD, "samples are for mnist"),
        (GOOD.replace('"ib"', '"cifar"'), "task must be one of ib, .*, got 'cifar'"),
        (GOOD.replace('"FA"', '"SGD"'), "each feedback needs a rule, one of BP, FA, .*, got 'SGD'"),
        (GOOD + "sigma = 1.0", "FA has no option sigma; it has none"),
        (GOOD.replace('"FA"', '"TF"\nsigma = 1.0'), "TF has no option sigma; it has centred, modulated, decorrelate"),
        (GOOD.replace('"FA"', '"NFA"\nsigma = -1.0'), "sigma must be a finite number of 0 or more"),
        (GOOD.replace('"FA"', '"NFA"\nsigma = "big"'), "sigma must be a number, got 'big'"),
        (GOOD.replace('"FA"', '"Centred"'), r"Centred needs a channel"),
        (GOOD.replace('"FA"', '"Centred"\nchannel = "FA"'), "the channel of Centred must be a table"),
        (GOOD.replace("[[feedback]]", "[feedback]"), r"feedback must be one or more tables, each headed \[\[feedback"),
        (GOOD + '[[feedback]]\nrule = "FA"', "the same training is asked for twice"),
        ("runs = = 2", "cannot be read as TOML"),
    ],
)
def test_files_that_say_no_sweep(tmp_path, capsys, text, words):
    path = plan(tmp_path, text)
    with pytest.raises(ValueError, match=words) as error:
        cells_of(path)
    assert str(error.value).startswith(path)
    assert main(["status", path]) == 2
    assert re.search(words, capsys.readouterr().err)


def few(runs: int = 2, epochs: int = 3, **options) -> list[Cell]:
    return [Cell("ib", BP(), range(runs), epochs, **options)]


def test_plans_are_passed_in(capsys):
    assert cells_of("few", plans={"few": few}, runs=1, seed=4) == few(1, seed=4)
    with pytest.raises(ValueError, match="a sweep is one of few or the path of a TOML file; there is no file 'many'"):
        cells_of("many", plans={"few": few})
    assert main(["status", "few"]) == 2
    assert "a sweep is the path of a TOML file; there is no file 'few'" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["status", "--help"], plans={"few": few}, program="python -m mine")
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith("usage: python -m mine status")
    assert "few, or the path of a TOML file of your own" in said
    for one in ("--runs N", "--epochs N", "--seed N", "--device D", "--out DIR"):
        assert f"[{one}]" in said


def test_a_path_is_taken_and_what_is_no_sweep_is_told_in_words(tmp_path):
    path = Path(plan(tmp_path, GOOD))
    assert cells_of(path) == cells_of(str(path))
    for name in (path.with_name("none.toml"), 5, ["own.toml"]):
        with pytest.raises(ValueError, match=r"a sweep is one of few or the path of a TOML file; there is no file"):
            cells_of(name, plans={"few": few})
    with pytest.raises(ValueError, match="modules must be a text, got 5"):
        cells_of(plan(tmp_path, "modules = [5]\n" + GOOD))
    for use in (
        lambda cells: sweep.run(cells, tmp_path),
        lambda cells: sweep.merge(cells, tmp_path, tmp_path / "a.nc"),
    ):
        for cells in ("own.toml", [path], 5):
            with pytest.raises(ValueError, match="a sweep is a list of cells, as `cells_of` gives it for a file, got"):
                use(cells)
    with pytest.raises(ValueError, match="cells must be a mapping of names to cells"):
        sweep.named(tmp_path / "a.nc", few())
    with pytest.raises(ValueError, match="rules must be a list of classes, such as"):
        sweep.register("mine", rules=BP)


def test_the_command_line_takes_every_option():
    words = (
        "sweep fig7 --runs 3 --epochs 2 --seed 4 --scheduler tcp://h:1 --workers 5 --device cuda:1 --out d --dry-run"
    )
    said = parser().parse_args(words.split())
    assert (said.command, said.name, said.runs, said.epochs, said.seed) == ("sweep", "fig7", 3, 2, 4)
    assert (said.scheduler, said.workers, said.device, str(said.out), said.dry_run) == (
        "tcp://h:1", 5, "cuda:1", "d", True
    )  # fmt: skip
    said = parser().parse_args(["sweep", "fig1"])
    assert (said.runs, said.epochs, said.seed, said.scheduler, said.device, said.dry_run) == (*[None] * 5, False)
    assert (said.workers, str(said.out)) == (2, "sweeps")
    said = parser().parse_args(["merge", "own.toml", "--out", "d", "--into", "f.nc", "--partial", "--runs", "2"])
    assert (said.command, str(said.into), said.partial, said.runs) == ("merge", "f.nc", True, 2)
    assert parser().parse_args(["status", "fig4", "--seed", "3"]).seed == 3


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["sweep"], "NAME"), ([], "COMMAND"), (["sweep", "fig1", "--runs", "x"], "--runs"), (["walk"], "walk"),
        (["merge", "fig1", "--workers", "2"], "--workers"),
    ],
)  # fmt: skip
def test_commands_that_cannot_be_understood(capsys, words, complaint):
    with pytest.raises(SystemExit) as stop:
        main(words)
    assert stop.value.code == 2
    assert complaint in capsys.readouterr().err


def test_numbers_out_of_range(capsys, tmp_path):
    assert main(["sweep", "few", "--runs", "0", "--out", str(tmp_path)], plans={"few": few}) == 2
    assert main(["sweep", "few", "--workers", "0", "--out", str(tmp_path)], plans={"few": few}) == 2
    said = capsys.readouterr().err
    assert "runs must be a whole number of 1 or more, got 0" in said
    assert "workers must be a whole number of 1 or more, got 0" in said


def test_status_merge_and_dry_run(tmp_path, capsys):
    path, folder = plan(tmp_path, GOOD + '[[feedback]]\nrule = "BP"\n'), tmp_path / "cells"
    cells = cells_of(path)
    assert main(["sweep", path, "--dry-run", "--out", str(folder)]) == 0
    said = capsys.readouterr().out
    assert said.count("to compute  ") == 2
    assert all(cell.name in said for cell in cells)
    assert "0 kinds of cell timed by finished cells, 2 by a few batches here and now" in said
    assert re.search(r"memory: \d+ MiB a worker at least", said)
    assert not folder.exists()  # nothing was kept

    store.put(store.content(cells[0], cells[0].compute()), folder / cells[0].name)
    (folder / cells[1].name).write_bytes(b"no netCDF")
    assert main(["sweep", path, "--dry-run", "--out", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "finished    ib: FA, runs 0 to 1, 2 epochs" in said
    assert f"{cells[1].name} cannot be read" in said
    assert re.search(r"memory: up to \d+ MiB a worker, by finished cells", said)

    assert main(["status", path, "--out", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "FA  1 of 1" in said
    assert "BP  0 of 1" in said
    assert f"faulty: {cells[1].name} cannot be read" in said
    assert "2 cells: 1 finished, 1 missing, 1 of them faulty;" in said
    assert main(["status", path, "--out", str(folder), "--seed", "1"]) == 0
    assert "2 cells: 0 finished, 2 missing" in capsys.readouterr().out

    assert main(["merge", path, "--out", str(folder)]) == 1
    assert "1 of 2 cells have no result" in capsys.readouterr().err
    assert main(["merge", path, "--out", str(folder), "--partial"]) == 0
    assert list(sweep.load(folder / "own.nc")) == ["FA"]
    assert main(["merge", path, "--out", str(folder), "--partial", "--into", str(tmp_path / "here.nc")]) == 0
    assert list(sweep.load(tmp_path / "here.nc")) == ["FA"]
    store.put(store.content(cells[1], cells[1].compute()), folder / cells[1].name)
    assert main(["merge", path, "--out", str(folder)]) == 0
    assert main(["sweep", path, "--out", str(folder)]) == 0  # nothing to do, and no dask for it
    assert "complete" in capsys.readouterr().out


def test_time_left():
    bp, fa = (Cell("ib", rule, (0, 1), 10) for rule in (BP(), FA()))
    other = Cell("clipped_polynomial", TF(), (0, 1), 10)
    known = estimate.rates({bp: {"seconds": 20.0}})
    assert estimate.expected(Cell("ib", BP(), (4, 5), 30, seed=3, scale=True), known) == 60
    assert estimate.expected(fa, known) == estimate.expected(other, known) == 20  # by what is known
    assert estimate.expected(fa, {}) is None
    assert estimate.total([bp, fa, other], known, 2) == 30
    assert estimate.total([bp], known, 8) == 20  # one cell is not shared
    assert estimate.total([bp], {}, 1) is None
    assert estimate.total([], known, 0) == 0
    spans = {
        40: "40 s",
        89: "89 s",
        90: "2 min",
        119: "2 min",
        5000: "83 min",
        12000: "3 h 20 min",
        3600 * 30: "30 h 00 min",
    }
    assert {seconds: estimate.span(seconds) for seconds in spans} == spans


@pytest.mark.parametrize(
    ("cell", "few", "more"),
    [
        (Cell("mnist", BP(), (0,), 2, samples=2000, test_samples=20, batch=20), (1, 200), (1, 600)),
        (Cell("ib", BP(), (0,), 2), (1, 5), (1, 25)),
    ],
)
def test_a_measure_is_scaled_to_all_images_and_to_one_epoch(monkeypatch, cell, few, more):
    """A training takes a second, and one more for each image or epoch; the first takes much longer."""
    took, tried = iter([0, 1000, 0, sum(few), 0, sum(more)]), []
    monkeypatch.setattr(estimate.time, "perf_counter", lambda: next(took))
    monkeypatch.setattr(Cell, "compute", lambda self: tried.append(self))
    assert estimate.measure(cell) == pytest.approx(2001 if cell.task == "mnist" else 1)
    if cell.task == "mnist":  # with as large a share of the test images
        assert [(one.samples, one.test_samples) for one in tried] == [(200, 2), (200, 2), (600, 6)]
    else:
        assert [one.epochs for one in tried] == [5, 5, 25]


def test_what_does_not_change_the_cost_is_left_out_of_a_kind():
    cell = Cell("ib", BP(), (3, 4), 30, seed=3, scale=True, learn_decoder=False)
    assert estimate.kind(cell) == estimate.kind(Cell("ib", BP(), (0, 1), 10))


def test_measuring_gives_seconds_of_an_epoch():
    cell = Cell("mnist", BP(), (0,), 2, samples=200, test_samples=20)
    assert 0 < estimate.measure(estimate.kind(cell)) < 60


def test_progress_says_rate_and_time_left():
    times, lines = iter((0.0, 1800.0, 3600.0)), []
    cells = [Cell("ib", rule, runs, 10) for runs in ((0, 1), (2,)) for rule in (BP(), FA())]
    progress = Progress(cells, {cells[0]: {"seconds": 600.0}}, lines.append, lambda: next(times))
    progress.finished(cells[1], {"seconds": 1200.0}, 1)
    progress.broken(cells[2], ValueError("why"))
    progress.waiting(0)
    progress.waiting(2)
    assert lines == [
        "2 of 4: ib: FA, runs 0 to 1, in 20 min; 2 cells an hour, 30 min left",
        f"failed: ib: BP, run 2 ({cells[2].name}): why",
        "waiting for workers: the scheduler has none",
    ]
    assert progress.state().startswith("2 of 4 cells are finished and safe")

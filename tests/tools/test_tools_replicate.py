"""Every verdict with another seed: chapters run on the second seed's results, and what rests on others is left out."""

import json

import pytest
from small_book import HEAD, cell, chapter, make_book

from fa_book.claims.evidence import exact
from fa_book.claims.verdict import Claim
from tools import replicate

JUDGE = """
from pathlib import Path
from fa_book.claims.evidence import exact
from fa_book.claims.verdict import Claim

def judge(id, value, rests=""):
    claim = Claim(id, "2.1", "s", "c", lambda: [exact("below 100", value, high=100)], rests=rests)
    return claim.judge()
"""
LIVE = cell(JUDGE) + cell("judge('C1a', seed)")
PUBLISHED = cell(JUDGE) + cell("judge('C2', len(Path('results/ibtask.nc').read_text()), 'ibtask')")
DEAR = cell(JUDGE) + cell("judge('C3', 1, 'fig7')")


@pytest.fixture
def book(tmp_path):
    seedless = HEAD + DEAR.replace("judge('C3'", "judge('C10'").replace("'fig7'", "''")
    book = make_book(tmp_path, a=chapter(LIVE), b=chapter(PUBLISHED, DEAR), c=seedless, d=chapter())
    results = book.folder / "results"
    (results / replicate.FOLDER).mkdir(parents=True)
    for name in ("ibtask.nc", *replicate.FIRST_ONLY):
        (results / name).write_text("x")
    for name in (*replicate.REPEATED, *replicate.STUDIES):
        (results / replicate.FOLDER / f"{name}-7.nc").write_text("x" * 200)
    return book


def verdicts(book):
    found = json.loads((book.folder / "results/replication.json").read_text())
    return found["seed"], {
        row["id"]: (row["chapter"], row["outcome"], row["checks"][0]["effect"]) for row in found["verdicts"]
    }


def test_the_second_seed_has_its_own_draws_and_results(book, capsys):
    assert replicate.main(["--seed", "7", "--root", str(book.root), "--jobs", "2"]) == 0
    assert verdicts(book) == (7, {
        "C1a": ("a", "holds", 7.0),  # drawn by the chapter
        "C2": ("b", "does not hold", 200.0),  # from the second seed's file, not the book's
        "C10": ("c", "holds", 1.0),  # a chapter without a seed; after C2, and without C3, which rests on other runs
    })  # fmt: skip
    assert "3 verdicts of seed 7" in capsys.readouterr().out
    assert (book.folder / "results/ibtask.nc").read_text() == "x"
    assert not list(book.folder.glob("*.ipynb"))
    copied = {path.name for path in (book.build / "replicate/book/results").iterdir()}
    assert not copied & {replicate.FOLDER, *replicate.FIRST_ONLY}  # nothing of the first seed's second look


def test_one_chapter_again_leaves_the_others_verdicts(book):
    command = ["--seed", "7", "--root", str(book.root), "--jobs", "2"]
    replicate.main(command)
    book.text("a").write_text(chapter(LIVE.replace("seed)", "300)")))
    assert replicate.main([*command, "--chapters", "a"]) == 0
    found = verdicts(book)[1]
    assert found["C1a"] == ("a", "does not hold", 300.0)
    assert set(found) == {"C1a", "C2", "C10"}


def test_a_chapter_that_fails_is_told_and_costs_no_other(book, capsys):
    book.text("a").write_text(chapter(LIVE, cell("assert seed == 0, 'only as published'")))
    assert replicate.main(["--seed", "7", "--root", str(book.root)]) == 1
    assert "not repeated: book/a.md" in capsys.readouterr().err
    assert "C2" in verdicts(book)[1]


def test_the_books_own_seed_is_no_replication(book, capsys):
    with pytest.raises(SystemExit):
        replicate.main(["--seed", "0", "--root", str(book.root)])
    assert "give another" in capsys.readouterr().err


@pytest.fixture
def dear(book, monkeypatch):
    """The dear sweep "depth" with a verdict read from its file; gives where the other seed has its own."""

    def judge(folder):
        size = len((folder / "depth.nc").read_text())
        yield Claim("C22", "2.1", "s", "c", lambda: [exact("above 100", size, 100)], rests="depth").judge()

    monkeypatch.setattr(replicate.again, "FROM_FILES", {"depth": ("d", judge)})
    (book.folder / "results/depth.nc").write_text("x")
    return book.folder / "results" / replicate.FOLDER / "depth-7.nc"


def test_a_dear_sweep_counts_where_its_file_is_there(book, dear):
    command = ["--seed", "7", "--root", str(book.root), "--jobs", "2"]
    assert replicate.main(command) == 0
    assert "C22" not in verdicts(book)[1]
    dear.write_text("x" * 200)
    assert replicate.main(command) == 0
    assert verdicts(book)[1]["C22"] == ("d", "holds", 200.0)
    dear.write_text("x" * 50)
    assert replicate.main([*command, "--chapters", "d"]) == 0  # without running one
    assert verdicts(book)[1]["C22"] == ("d", "does not hold", 50.0)
    assert set(verdicts(book)[1]) == {"C1a", "C2", "C10", "C22"}


def test_a_dear_sweep_is_made_only_where_it_is_named(book, dear, monkeypatch):
    made = []
    monkeypatch.setattr(replicate.subprocess, "run", lambda command, **_: made.append(command[2:]))
    results = replicate.evidence(book, 7, 1)
    assert "depth" not in results
    assert not made
    assert "depth" in replicate.evidence(book, 7, 1, ("depth",))
    sweep, merge = made
    assert sweep[:3] == ["fa_book", "sweep", "depth"]
    assert merge[:3] == ["fa_book", "merge", "depth"]
    for command in made:
        assert command[command.index("--runs") + 1] == str(replicate.DEAR["depth"])
        assert command[command.index("--seed") + 1] == "7"


def test_a_file_of_what_is_judged_alone_counts_beside_its_chapter(book, monkeypatch):
    """The second seed's fig7 lacks conditions: the chapter runs on the first's, whose verdict is no second one."""

    def judge(path):
        yield Claim("C3", "2.1", "s", "c", lambda: [exact("1", len(path.read_text()), 1)], rests="fig7").judge()

    monkeypatch.setattr(replicate.again, "FROM_ONE", {"fig7": ("b", judge)})
    results = book.folder / "results"
    (results / "fig7.nc").write_text("first")
    (results / replicate.FOLDER / "fig7-7.nc").write_text("x" * 50)
    command = ["--seed", "7", "--root", str(book.root), "--jobs", "2"]
    for more in ([], ["--chapters", "b"]):
        assert replicate.main([*command, *more]) == 0
        assert verdicts(book)[1]["C3"] == ("b", "holds", 50.0)
        assert verdicts(book)[1]["C2"] == ("b", "does not hold", 200.0)
        assert set(verdicts(book)[1]) == {"C1a", "C2", "C3", "C10"}
    assert (book.build / "replicate/book/results/fig7.nc").read_text() == "first"
    sweep, merge = replicate.commands("fig7", 7, 1, results / "fig7-7.nc", results)
    assert sweep[:3] == ["fa_book", "sweep", "fig7_judged"]
    assert merge[:3] == ["fa_book", "merge", "fig7_judged"]


def test_a_chapter_that_needs_a_dear_sweep_waits_for_it(book, monkeypatch):
    assert replicate.judging(book, dict.fromkeys(("ibtask",))) == ["a", "b", "c"]
    monkeypatch.setattr(replicate, "NEEDED", {"c": "depth"})
    assert replicate.judging(book, dict.fromkeys(("ibtask",))) == ["a", "b"]
    assert replicate.judging(book, dict.fromkeys(("ibtask", "depth"))) == ["a", "b", "c"]

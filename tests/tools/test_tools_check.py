"""How make test goes through its steps: lanes side by side, what each says in one piece, no further than a failure."""

import re
import sys
import threading

import pytest

from tools import check
from tools.check import Step, run, walk


def saying(name: str, good: bool = True, before=lambda: None):
    def step() -> bool:
        print(f"{name} says", file=check.out(), flush=True)
        before()
        return (
            run(sys.executable, "-u", "-c", f"import sys; print('{name} ran'); print('{name} erred', file=sys.stderr)")
            and good
        )

    return Step(name, step)


def told(text: str) -> list[str]:
    return re.sub(r" in [\d.]+ s", "", text).split("\n")


@pytest.mark.parametrize("good", [True, False])
def test_lanes_go_side_by_side_and_each_step_speaks_in_one_piece(capfd, good):
    met = threading.Barrier(2, timeout=60)  # neither passes it alone
    taken = walk([[saying("a", good, met.wait), saying("b")], [saying("c", before=met.wait)]])
    assert {step.heading for step, well in taken if well} == ({"a", "b", "c"} if good else {"c"})
    assert [step.heading for step, well in taken if not well] == ([] if good else ["a"])
    said, errors = capfd.readouterr()
    assert errors == ""
    for name in "abc" if good else "ac":
        end = "FAILED" if name == "a" and not good else "passed"
        assert f"\n== {name}\n{name} says\n{name} ran\n{name} erred\n== {end}\n" in "\n".join(told(said))
    assert ("b says" in said) == good


def test_one_lane_speaks_as_it_goes_and_ends_with_the_first_failure(capfd):
    taken = walk([[saying("a"), saying("b", good=False), saying("c")]])
    assert [(step.heading, good) for step, good in taken] == [("a", True), ("b", False)]
    said, errors = capfd.readouterr()
    assert errors == "a erred\nb erred\n"  # as the commands themselves say it
    assert told(said) == ["", "== a", "a says", "a ran", "== passed", "", "== b", "b says", "b ran", "== FAILED", ""]


def test_no_step_is_taken_where_none_is_wanted():
    assert walk([]) == []


def test_the_rounds_hold_every_step_once():
    names = [step.check.__name__ for step in check.STEPS]
    assert len(names) == len(set(names)) == sum(len(lane) for lanes in check.ROUNDS for lane in lanes)


def test_notebooks_that_were_run_again_here_are_not_run_once_more(monkeypatch, capsys):
    chapters, commands = check.BOOK.chapters(), []
    monkeypatch.setattr(check, "run", lambda *words: commands.append(words) or True)
    monkeypatch.setattr(check, "warm_up", lambda book: None)
    monkeypatch.setattr(check.stamps, "came_out_again", lambda book, name: name in repeated)
    for repeated in ([], chapters[:3], chapters):
        assert check.notebooks()
        said = capsys.readouterr().out
        assert all(name in said for name in repeated)
    given = [[word for word in words if word.endswith(".ipynb")] for words in commands]
    assert given == [[f"book/{name}.ipynb" for name in chapters[start:]] for start in (0, 3)]


def test_a_site_that_is_current_is_not_built_again(monkeypatch):
    commands = []
    monkeypatch.setattr(check, "run", lambda *words: commands.append(words) or True)
    for current in (True, False):
        monkeypatch.setattr(check.built, "is_current", lambda book, current=current: current)
        assert check.build()
    assert commands == [("make", "--no-print-directory", "html")]

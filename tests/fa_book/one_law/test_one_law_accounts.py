"""Twenty accounts: what is made of them, how they are made and kept, and the second look's runs."""

import numpy as np
import pytest
import xarray as xr

from fa_book.one_law import accounts, books, plan, runs
from fa_lib.sweep import store

PARTS = [f"{way}, {kind}" for way in accounts.WAYS for kind in accounts.KINDS]


@pytest.fixture
def book():
    """Two layers, three runs; part i brings i + 1 to the first layer, twice that to the second, more in later runs."""
    ends = np.arange(1.0, 7.0)[:, None, None] * np.array([1.0, 2.0])[None, :, None] * np.array([0.9, 1.0, 1.1])
    booked = -np.stack([np.zeros_like(ends), ends], -1)[:, :, None]  # (part, layer, scheme, run, epoch)
    loss = np.stack([np.full(3, 100.0), 100 - ends.sum((0, 1))], 1)
    return xr.Dataset(
        {
            "booked": (("part", "layer", "scheme", "run", "epoch"), np.concatenate([0 * booked, booked], 2)),
            "regression_loss": (("run", "epoch"), loss),
        },
        {"part": PARTS, "layer": [1, 2], "scheme": ["start", "both ends"], "run": [0, 1, 2], "epoch": [0, 1]},
    )


def test_shares_are_what_their_parts_brought(book):
    assert accounts.fall(book).mean() == pytest.approx(63)
    assert abs(accounts.left_open(book)).max() < 1e-12
    found = accounts.rows(book)
    assert found["along"].mean == pytest.approx(0.18)
    assert found["across"].mean == pytest.approx(0.45)
    assert [found[kind].mean for kind in accounts.KINDS] == pytest.approx([0.15, 0.21, 0.27])
    assert found["layer 2"].mean == pytest.approx(0.42)
    assert found["layer 2"].low < 0.42 < found["layer 2"].high
    both = accounts.share(book, way="across BP", kind="between classes", layer=1)
    assert both.mean == pytest.approx(0.05)


def test_what_is_left_open_is_seen(book):
    more = book.assign(regression_loss=book.regression_loss + np.array([0, 6.3]))
    assert accounts.left_open(more).mean() == pytest.approx(6.3 / 56.7)


def test_books_are_written_and_gone_on_from(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(books, "STEPS", {"IBTask": 4})
    monkeypatch.setattr(books, "RULES", {name: books.RULES[name] for name in ("FA, frozen", "DFA, learning")})
    monkeypatch.setattr(books, "BLOCK", 2)
    into, said = tmp_path / "new" / "books.nc", ["--runs", "3", "--out", str(tmp_path / "parts")]
    assert books.main([*said, "--into", str(into)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
    data = xr.load_dataset(into, engine="h5netcdf")
    assert data.attrs["digest"] == store.digest(data)
    assert data.sizes == {"task": 1, "rule": 2, "part": 6, "layer": 3, "scheme": 2, "run": 3, "epoch": 3}
    one = data.sel(task="IBTask", rule="DFA, learning")
    alone = books.books("IBTask", "DFA, learning", [2], steps=4)
    np.testing.assert_allclose(one.booked.sel(run=[2]), alone.booked, rtol=1e-3, atol=1e-9)
    assert abs(accounts.left_open(one)).max() < 0.05
    assert books.main([*said, "--into", str(into)]) == 0
    assert not capsys.readouterr().out


def test_the_second_look_has_other_runs_of_the_same_conditions():
    first, second = plan.one_law_further(), runs.one_law_runs()
    assert not {cell.name for cell in first} & {cell.name for cell in second}
    same = {cell.options()["edition"]: None for cell in second}
    assert len(second) == 180
    assert len(same) == 1
    assert all(cell.runs == tuple(range(5, 20)) for cell in second)

    def words(cell):
        return {**cell.options(), "runs": None}

    known = [words(cell) for cell in first]
    assert all(words(cell) in known for cell in second[:5])


def test_both_looks_are_joined_where_there_are_two(monkeypatch, tmp_path):
    def data(numbers):
        values = xr.Dataset({"told": (("run", "epoch"), np.ones((len(numbers), 2)))}, {"run": numbers, "epoch": [0, 1]})
        return values.assign(ceiling=1.0)

    files = {"one_law_further": {"a": data([0, 1]), "b": data([0, 1])}, "one_law_runs": {"a": data([2, 3])}}
    monkeypatch.setattr(runs, "published", lambda path: dict(files[path.stem]))
    assert runs.both_looks(tmp_path)["a"].run.values.tolist() == [0, 1]
    (tmp_path / "one_law_runs.nc").touch()
    found = runs.both_looks(tmp_path)
    assert found["a"].run.values.tolist() == [0, 1, 2, 3]
    assert found["b"].run.values.tolist() == [0, 1]
    assert found["a"].ceiling.ndim == 0

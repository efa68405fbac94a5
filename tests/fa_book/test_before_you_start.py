"""The answer in one picture: its marks stand where the runs ended, and its table says the same."""

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr

from fa_book import figures
from fa_book.before_you_start import hero

mpl.use("Agg")


@pytest.fixture(scope="module")
def results():
    random = np.random.default_rng(0)
    return {
        name: xr.Dataset({reading: (("run", "epoch"), random.uniform(0.1, 0.9, (4, 3))) for reading in hero.READINGS})
        for name in [*hero.ROWS, "another"]
    }


def test_the_marks_are_the_last_epochs_of_all_runs(results):
    with mpl.rc_context(figures.STYLE):
        figure = hero.hero(results)
    axes = figure.axes[0]
    lines = {line.get_gid(): line for line in axes.lines}
    for name in hero.ROWS:
        for reading in hero.READINGS:
            np.testing.assert_array_equal(lines[f"{name}: {reading}"].get_xdata(), results[name][reading][:, -1])
    words = {text.get_gid(): (text.get_text(), text.get_position()[1]) for text in axes.texts if text.get_gid()}
    assert [text for text, _ in words.values()] == [text for text, _ in hero.ROWS.values()]
    for name, (_, height) in words.items():  # each row's words stand right above its own marks
        marks = [lines[f"{name}: {reading}"].get_ydata()[0] for reading in hero.READINGS]
        assert 0 < marks[0] - height < 0.5
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first row on top
    mpl.pyplot.close(figure)


def test_the_table_has_means_and_extremes(results, monkeypatch):
    shown = []
    monkeypatch.setattr(hero.tables, "display", shown.append)
    hero.table(results)
    rows = shown[0].cells
    assert len(rows) == len(hero.ROWS)
    both = (results["error, random B"][name].values[:, -1] for name in hero.READINGS)
    assert rows[1][1:] == [f"{v.mean():.2f} ({v.min():.2f} to {v.max():.2f})" for v in both]


def test_notes_are_about_rows_of_the_picture():
    assert {name for name, _, _ in hero.NOTES} <= set(hero.ROWS)


def test_letters_are_readable_on_a_phone(results):
    """Of 390 pixels a page has 350 for its picture; 11 pixels is the smallest that is read with ease."""
    with mpl.rc_context(figures.STYLE):
        figure = hero.hero(results)
        figure.canvas.draw()
    pixels = 350 / figure.get_figwidth() / 72  # of the screen for a point
    texts = [text for text in figure.findobj(mpl.text.Text) if text.get_text() and text.get_visible()]
    assert len(texts) > len(hero.ROWS) + len(hero.NOTES)
    assert min(text.get_fontsize() for text in texts) * pixels >= 11
    mpl.pyplot.close(figure)

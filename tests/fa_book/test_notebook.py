"""What a chapter's notebook edition calls `glue`: figures show, numbers are kept and compared."""

import os

import numpy as np
import pytest
from matplotlib.figure import Figure

from fa_book import notebook


@pytest.fixture
def shown(monkeypatch):
    """What is displayed."""
    found = []
    monkeypatch.setattr(notebook, "display", found.append)
    return found


def test_a_figure_is_shown_at_half_its_pixels(shown):
    figure = Figure(figsize=(2, 1), dpi=200)
    figure.text(0, 0, "left").get_figure().text(0.9, 0.9, "x")
    notebook.Glue()("fig-a", figure, display=False)
    (image,) = shown
    width, height = (int.from_bytes(image.data[start : start + 4], "big") for start in (16, 20))
    assert (image.width, image.height) == (width // 2, height // 2)
    assert width > 200


def test_numbers_and_words_are_kept_and_other_values_shown(shown):
    glue = notebook.Glue()
    glue("share", "0.87 or more", display=False)
    glue("degrees", round(float(np.float32(45.2))), display=False)
    glue("both", np.float64(0.5))
    widget = object()
    glue("train", widget)
    glue("kept", widget, display=False)
    assert glue.numbers == {"share": "0.87 or more", "degrees": "45", "both": "0.5"}
    assert shown == [0.5, widget]


def test_numbers_are_set_beside_those_of_the_text(capsys):
    glue = notebook.Glue()
    glue("a", "0.87", display=False)
    glue("longer-name", 3, display=False)
    glue.compare({"a": "0.87", "longer-name": "3"})
    assert capsys.readouterr().out == "2 of 2 numbers are as in the text\n"
    glue.compare({"a": "0.87", "longer-name": "4", "b": "1"})
    assert capsys.readouterr().out.splitlines() == [
        "1 of 3 numbers are as in the text",
        "name         in the text  in this run",
        "longer-name  4            3",
        "b            1            not computed",
    ]


def test_an_edition_works_in_the_books_folder_if_there_is_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(notebook, "BOOK", tmp_path / "none")
    assert isinstance(notebook.begin(), notebook.Glue)
    assert os.getcwd() == str(tmp_path)
    monkeypatch.setattr(notebook, "BOOK", tmp_path)
    notebook.begin()
    monkeypatch.undo()
    assert (notebook.BOOK / "data").is_dir()

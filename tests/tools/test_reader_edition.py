"""A chapter's page and notebook as one notebook whose text is complete, compared with the page, and run alone."""

import base64
import io
import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image
from small_book import ADDRESS

from tools.book import Book, environment
from tools.finish.pictures import name_of
from tools.reader import notebook, run
from tools.reader.check import problems, raw
from tools.reader.outputs import output_for_readers, shown_at_once
from tools.setup_cell import CODE

SITE = "https://some.where/site/"
PAGE = f"{SITE}book/drift.html"
RECORD = "application/papermill.record/"
DRAW = """\
from matplotlib.figure import Figure
from myst_nb import glue

figure = Figure(figsize=(1, 1))
glue("fig-dot", figure, display=False)
glue("dots", f"{1:.2f}", display=False)"""


def png(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 6), colour).quantize().save(file, "PNG")  # of few colours, as normalised notebooks have them
    return file.getvalue()


DOT = png("red")
TEXT = base64.b64encode(DOT).decode()
WIDGET = f'<fa-widget module="w" state="{{}}"><img src="data:image/png;base64,{TEXT}" alt="It&#x27;s red."></fa-widget>'


def glued(name: str, data: dict) -> nbformat.NotebookNode:
    return new_output("display_data", data, metadata={"scrapbook": {"name": name, "mime_prefix": RECORD}})


def code(source: str, *tags: str, outputs=(), **more):
    return new_code_cell(source, metadata={"tags": list(tags), **more}, outputs=list(outputs), execution_count=1)


def chapter():
    """A notebook with one of each: a hidden cell, a figure, numbers, a widget, a verdict, a solution."""
    figure = glued("fig-dot", {f"{RECORD}image/png": TEXT, f"{RECORD}text/plain": "<Figure>"})
    number = glued("dots", {f"{RECORD}text/plain": "'1.00'"})
    claim = new_output(
        "execute_result", {"text/html": '<p><a href="x.html#y">C1</a></p>', "text/plain": "C1", "application/x": "1"}
    )
    moving = new_output("display_data", {"text/html": WIDGET, "text/plain": "W()"})
    return new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        cells=[
            new_markdown_cell("# Dots"),
            code(CODE.format(repository=ADDRESS), "remove-cell"),
            code("runs = 2", "parameters"),
            code("secret = 1", "remove-cell", outputs=[new_output("stream", text="secret")]),
            code(DRAW, "hide-input", outputs=[figure, number]),
            code("moving", outputs=[moving]),
            code("C1", outputs=[claim]),
            code("answer", "hide-cell", mystnb={"code_prompt_show": "Show a solution"}),
        ],
    )


def cell(source: str, more: str = "") -> str:
    return (
        f'<div class="cell"><div class="cell_input"><div class="highlight"><pre>{source}</pre></div></div>{more}</div>'
    )


FIGURE = f"""<figure id="fig-dot"><img alt="A red dot." src="../_images/{name_of(DOT)}.webp"/>
<figcaption><p><span class="caption-number">Fig. 7 </span><span>A dot.</span></p></figcaption></figure>"""
BODY = f"""<section id="dots"><span id="sec-dots"></span><h1>Dots<a class="headerlink" href="#dots">#</a></h1>
<p>There is <span class="pasted-text">1.00</span> dot.</p>{cell("runs = 2")}{cell(DRAW)}{FIGURE}
<section id="more"><h2>More</h2><p>See <a href="#fig-dot"><span>Fig. 7</span></a>.</p>
{cell("moving", "<fa-widget></fa-widget>")}<p>Then</p>{cell("C1")}<p><strong>1. Why?</strong> Say.</p>{cell("answer")}
<p>So.</p></section></section>"""


def page(body: str = BODY):
    return BeautifulSoup(f"<article>{body}</article>", "html.parser").article


def made(chapter=chapter, body: str = BODY, folder=None):
    place = {"address": PAGE, "site": SITE, "title": "The book", "images": folder, "texts": ["dots"]}
    return notebook.make(chapter(), page(body), **place)


def test_text_code_and_pictures_stand_where_the_page_has_them():
    cells = made().cells
    assert [cell.source.split("\n")[0] for cell in cells] == [
        "# Dots",
        f"*This is the notebook of [a page]({PAGE}) of [The book]({SITE}). The numbers in the text are those of the "
        "published run; the last cell sets yours beside them. Links lead to the book's pages. Where the book's Python "
        "is missing, the first cell of code fetches it (this needs git and a network). In VS Code trust the notebook's "
        "folder: in one that is not trusted its tables stay empty.*",
        "There is 1.00 dot.",
        "# @title Set up: fetch the book's Python where it is missing",
        "runs = 2",
        "# @title Code",
        "# @title Draw Fig. 7",
        "**Fig. 7** A dot.",
        "## More",
        "moving",
        "*Run the cell above to move what it shows, where your front end shows widgets; the picture is a still. "
        f"[On the book's page]({PAGE}#more) it moves without Python.*",
        "Then",
        "C1",
        "**1. Why?** Say.",
        "*The solution in code is at the end of this notebook.*",
        "So.",
        "## Solutions",
        "**1. Why?**",
        "# @title Show a solution",
        "# @title The numbers of the text, and of this run",
    ]
    assert f"See [Fig. 7]({PAGE}#fig-dot)." in cells[8].source
    assert "jupytext" not in made().metadata


def test_what_a_cell_has_put_out_is_what_front_ends_know():
    _, _, _, _, _, secret, draw, _, _, moving, _, _, claim, *_ = made().cells
    assert secret.outputs == []
    (figure,) = draw.outputs
    assert base64.b64decode(figure.data["image/png"]) == DOT
    assert figure.metadata["image/png"] == {"alt": "A red dot.", "width": 4, "height": 3}
    assert figure.data["text/plain"] == "A red dot."
    assert base64.b64decode(moving.outputs[0].data["image/png"]) == DOT
    assert moving.outputs[0].metadata["image/png"]["alt"] == "It's red."
    assert claim.outputs[0].data["text/html"] == f'<p><a href="{SITE}book/x.html#y">C1</a></p>'
    assert set(claim.outputs[0].data) == {"text/html", "text/plain"}


def test_small_print_of_a_caption_has_a_line_of_its_own():
    table = new_output("display_data", {"text/html": "<table><caption>Dots <small>Means.</small></caption></table>"})
    shown = output_for_readers(table, PAGE).data["text/html"]
    assert shown == "<table><caption>Dots <br/><small>Means.</small></caption></table>"


def test_what_the_page_folds_is_folded_and_parameters_stay_parameters():
    cells = [cell for cell in made().cells if cell.cell_type == "code"]
    folds = [cell.metadata.get("jupyter", {}) for cell in cells]
    whole, source = {"source_hidden": True, "outputs_hidden": True}, {"source_hidden": True}
    assert folds == [source, {}, whole, source, {}, {}, whole, source]
    assert [cell.metadata.get("cellView") == "form" for cell in cells] == [bool(fold) for fold in folds]
    assert cells[1].metadata.tags == ["parameters"]


def test_code_shows_its_figure_and_keeps_its_numbers():
    draw = made().cells[6].source
    assert "myst_nb" not in draw
    assert 'glue("fig-dot", figure)' in draw
    assert 'glue("dots", f"{1:.2f}", display=False)' in draw
    assert made().cells[-1].source.endswith('glue.compare({\n    "dots": "1.00",\n})')
    long = 'x = "é"; glue("a", x, display=False); glue(\n    "a",\n    x, display=False\n)\nglue("b", x, display=False)'
    short = 'x = "é"; glue("a", x); glue(\n    "a",\n    x\n)\nglue("b", x, display=False)'
    assert shown_at_once(long, {"a"}) == short


def test_the_same_sources_give_the_same_notebook():
    assert nbformat.writes(made()) == nbformat.writes(made())


def test_a_figure_away_from_its_cell_goes_along_in_the_text():
    body = BODY.replace(FIGURE, f"<p>Between.</p>{FIGURE}")
    edition = made(body=body)
    assert edition.cells[6].outputs == []
    name = f"{name_of(DOT)}.png"
    assert f"![A red dot.](attachment:{name})\n\n**Fig. 7** A dot." in edition.cells[7].source
    assert base64.b64decode(edition.cells[7].attachments[name]["image/png"]) == DOT
    assert problems(edition, page(body)) == []


def test_a_picture_that_no_cell_draws_goes_along(tmp_path):
    Image.new("RGB", (3, 2), "blue").save(tmp_path / "blue.webp", lossless=True)
    body = BODY.replace("<p>Then</p>", '<p><img alt="Blue." src="../_images/blue.webp"></p>')
    cell = next(cell for cell in made(body=body, folder=tmp_path).cells if "attachments" in cell)
    assert cell.source == "![Blue.](attachment:blue.png)"
    picture = Image.open(io.BytesIO(base64.b64decode(cell.attachments["blue.png"]["image/png"])))
    assert picture.getpixel((0, 0)) == (0, 0, 255)
    with pytest.raises(ValueError, match="a picture from elsewhere"):
        made(body=body.replace("../_images/blue.webp", "https://else.where/blue.png"), folder=tmp_path)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (BODY.replace(cell("C1"), ""), "shows another code than the notebook: 'C1'"),
        (BODY.replace(cell("answer"), ""), "lacks a cell of the notebook: 'answer'"),
        (BODY.replace(cell("C1"), cell("C1") + cell("C2")), "shows another code"),
        (BODY + cell("one more"), "has more cells than the notebook"),
    ],
)
def test_a_page_of_another_run_is_refused(body, message):
    with pytest.raises(ValueError, match=message):
        made(body=body)


def test_an_edition_is_compared_with_its_page_word_for_word():
    assert problems(made(), page()) == []
    for old, new, message in (
        ("1.00", "1.01", "the page says '.*There is 1 . 01 dot .*', the edition '.*There is 1 . 00 dot"),
        ("Then", "Then more", "the page says"),
        ("A dot.", "A dot and", "the page says"),
        (FIGURE, FIGURE * 2, "the page has 2 figures, the edition 1"),
    ):
        assert any(re.search(message, line) for line in problems(made(), page(BODY.replace(old, new))))
    for left in (
        "{glue:text}`dots`",
        "```{math}\nx\n```",
        "(sec-x)=",
        "{cite}`cheng2023`",
        ":::{note}",
        "{{ x }}",
        "+++",
    ):
        edition = made()
        edition.cells[2].source += f"\n\n{left}"
        assert "is left" in problems(edition, page())[0]


def test_what_looks_like_a_role_but_is_code_or_a_formula_is_no_fault():
    assert raw("Write `{glue:text}` and `` {cite}`x` ``; $\\frac{a}`$ and $$\\text{x}`{{y}}$$") == []


def test_it_runs_alone_in_an_empty_folder(tmp_path, capsys):
    short = made()
    short.cells = [cell for cell in short.cells if cell.source not in ("moving", "C1") and "answer" not in cell.source]
    path = tmp_path / "dots.ipynb"
    nbformat.write(short, path)
    (tmp_path / "empty").mkdir()
    assert run.run(path, tmp_path / "empty", environment(Book())) == []
    assert "1 of 1 numbers are as in the text" in capsys.readouterr().out
    draw = short.cells[6]
    draw.source = draw.source.replace('glue("fig-dot", figure)', "open('left', 'w').close()").replace("{1:", "{2:")
    nbformat.write(short, path)
    (tmp_path / "other").mkdir()
    faults = run.run(path, tmp_path / "other", environment(Book()))
    assert faults == ["cell of code 4 shows 0 pictures, not 1"]
    assert "dots  1.00         2.00" in capsys.readouterr().out
    draw.source = "1 / 0"
    nbformat.write(short, path)
    (tmp_path / "third").mkdir()
    assert "ZeroDivisionError" in run.run(path, tmp_path / "third", environment(Book()))[0]


def test_numbers_of_a_table_stay_to_the_right():
    table = "<table><tr><th scope='row'>FA</th><td class='number'>0.88</td></tr></table>"
    kept = output_for_readers(new_output("display_data", {"text/html": table, "text/plain": "FA 0.88"}), PAGE)
    page = BeautifulSoup(kept.data["text/html"], "html.parser")
    assert [cell["style"] for cell in page.find_all(["th", "td"])] == ["text-align: left", "text-align: right"]
    assert kept.data["text/plain"] == "FA 0.88"

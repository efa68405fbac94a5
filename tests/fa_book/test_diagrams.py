"""The diagrams read as graphs: who reaches whom, do arrows touch what they join, can every text be read?"""

from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import colors
from matplotlib.collections import QuadMesh
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path
from matplotlib.quiver import Quiver
from matplotlib.text import Text

from fa_book import diagrams, figures
from fa_book.encoder_decoder import box
from fa_lib.feedback import BP, FA, NF, NFA, TF

mpl.use("Agg")
RULES = ("BP", "FA", "NFA", "NF", "TF")


@pytest.fixture(scope="module")
def drawings():
    with mpl.rc_context(figures.STYLE):
        drawn = {"triangle": diagrams.triangle(), "channels": diagrams.channels(), "ways": diagrams.two_ways()}
        for figure in drawn.values():
            figure.canvas.draw()
    yield drawn
    mpl.pyplot.close("all")


def panels(drawings):
    return [(name, axes) for name, figure in drawings.items() for axes in figure.axes]


def shapes(axes):
    return {patch.get_gid(): patch for patch in axes.patches if not isinstance(patch, FancyArrowPatch)}


def arrows(axes):
    return {tuple(patch.get_gid().split(" -> ")): patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)}


def outline(shape):
    """A shape's border in pixels."""
    return shape.get_transform().transform_path(shape.get_path())


def reachable(edges, start):
    found, seen = [start], set()
    while found:
        node = found.pop()
        seen.add(node)
        found += [end for begin, end in edges if begin == node and end not in seen]
    return seen


def test_the_two_ways_differ_in_the_box_on_the_way_back(drawings):
    left, right = drawings["ways"].axes
    assert set(arrows(left)) == set(arrows(right))
    assert reachable(arrows(left), "x") == reachable(arrows(right), "x") >= {"H", "y_hat", "error", "channel"}
    assert ("channel", "H") in arrows(left)
    words = [{text.get_text() for text in axes.texts} for axes in (left, right)]
    assert "$B$" in words[1] - words[0]


def test_the_triangle_joins_what_the_paper_joins(drawings):
    edges = set(arrows(drawings["triangle"].axes[0]))
    assert edges == {
        ("x", "Encoder"), ("Encoder", "H"), ("H", "Decoder"), ("Decoder", "y_hat"),
        ("y", "Feedback"), ("y_hat", "Feedback"), ("Feedback", "H"),
    }  # fmt: skip


def test_the_target_reaches_h_through_the_feedback_alone(drawings):
    without = [edge for edge in arrows(drawings["triangle"].axes[0]) if "Feedback" not in edge]
    assert reachable(without, "y") == {"y"}
    assert "H" not in reachable(without, "y_hat")


def test_each_panel_starts_from_what_its_rule_uses(drawings):
    figure = drawings["channels"]
    assert tuple(axes.get_label() for axes in figure.axes) == RULES
    for axes in figure.axes:
        edges, rule = set(arrows(axes)), axes.get_label()
        source = "target" if rule == "TF" else "error"
        stages = {"NF": 3}.get(rule, 1)
        assert reachable(edges, source) >= {f"rule {i + 1}" for i in range(stages)} | {"H", "Decoder", "y_hat"}
        assert (("y_hat", source) in edges) == (rule != "TF")  # the error is made from the output, the target is not
        assert ("error" in shapes(axes)) == (rule != "TF")
        assert len([edge for edge in edges if edge[1] == "H"]) == 1
        assert {colors.to_hex(shapes(axes)[f"rule {i + 1}"].get_edgecolor()).upper() for i in range(stages)} == {
            figures.COLOURS[rule]
        }


def test_every_feedback_rule_of_the_library_has_its_panel():
    assert tuple(diagrams.CHANNELS) == RULES == tuple(rule.__name__ for rule in (BP, FA, NFA, NF, TF))


def test_arrows_join_the_shapes_they_name_and_cross_no_other(drawings):
    for name, axes in panels(drawings):
        point = axes.figure.dpi / 72
        borders = {key: Path(outline(shape).to_polygons()[0]) for key, shape in shapes(axes).items()}
        for (start, end), arrow in arrows(axes).items():
            drawn = arrow.get_path()
            line = arrow.get_transform().transform(drawn.vertices[drawn.codes != Path.CLOSEPOLY])
            for key, border in borders.items():
                gap = np.linalg.norm(border.interpolated(100).vertices[None] - line[:, None], axis=2).min()
                if key in (start, end):
                    assert gap < 6 * point, f"{name}: {start} -> {end} does not touch {key}"
                else:
                    assert gap > 4 * point, f"{name}: {start} -> {end} meets {key}"
                    assert not border.contains_points(line).any(), f"{name}: {start} -> {end} runs through {key}"
                    assert not border.intersects_path(Path(line)), f"{name}: {start} -> {end} runs through {key}"


def texts(axes):
    return [text for text in axes.findobj(Text) if text.get_text() and text.get_visible()]


def inside(part, frame):
    return frame.x0 < part.x0 and part.x1 < frame.x1 and frame.y0 < part.y0 and part.y1 < frame.y1


def test_nothing_leaves_the_figure_and_no_text_meets_another(drawings):
    for name, figure in drawings.items():
        written = [(text.get_text(), text.get_window_extent()) for axes in figure.axes for text in texts(axes)]
        drawn = [(key, outline(shape).get_extents()) for axes in figure.axes for key, shape in shapes(axes).items()]
        for what, its in written + drawn:
            assert inside(its, figure.bbox), f"{name}: {what} is cut off"
        for (text, mine), (other, its) in combinations(written, 2):
            assert not mine.overlaps(its), f"{name}: {text} and {other} overlap"


def test_a_shapes_text_stays_inside_it(drawings):
    for name, axes in panels(drawings):
        for key, shape in shapes(axes).items():
            border = outline(shape).get_extents()
            held = [text for text in texts(axes) if border.contains(*text.get_window_extent().get_points().mean(0))]
            assert len(held) == 1, f"{name}: {key} should hold one text"
            assert inside(held[0].get_window_extent(), border), f"{name}: the text of {key} is wider than its shape"


def luminance(color):
    """WCAG 2.1's relative luminance."""
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colors.to_rgb(color)]
    return np.dot([0.2126, 0.7152, 0.0722], channels)


def test_texts_are_large_and_dark_on_every_fill(drawings):
    for _, axes in panels(drawings):
        fills = {"white", *(shape.get_facecolor() for shape in shapes(axes).values())}
        for text in texts(axes):
            assert text.get_fontsize() >= 11
            for fill in fills:
                contrast = (luminance(fill) + 0.05) / (luminance(text.get_color()) + 0.05)
                assert contrast >= 7  # WCAG's stricter level


def test_the_background_is_white_whatever_the_page(drawings):
    for figure in drawings.values():
        assert colors.to_hex(figure.get_facecolor()) == "#ffffff"


def test_the_field_shows_what_is_asked_for_and_where_it_leads():
    w, B, y = np.array([1, 0.6]), np.array([1, -0.4]), 0.8
    figure, axes = mpl.pyplot.subplots()
    diagrams.field(axes, w, B, y, gamma=1.2)
    shade = next(part for part in axes.collections if isinstance(part, QuadMesh))
    lost = box.lost(w, B, y, gamma=1.2)
    assert 0 < lost.mean() < 1
    assert np.array_equal(np.ma.getmaskarray(shade.get_array()), ~lost)
    arrows = next(part for part in axes.collections if isinstance(part, Quiver))
    for H, asked in zip(arrows.get_offsets(), np.stack([arrows.U, arrows.V], 1), strict=True):
        np.testing.assert_allclose(asked, -(H @ w - y) * B)
    dashed = next(line for line in axes.lines if line.get_linestyle() == "--")
    np.testing.assert_allclose(dashed.get_xydata() @ w, y)
    dots = next(line for line in axes.lines if line.get_marker() == "o").get_xydata()
    assert np.array_equal(
        np.abs(dots @ w - y) > 1e-2, box.lost(w, B, y, gamma=1.2, start=box.grid(5, 0.8).reshape(-1, 2))
    )
    mpl.pyplot.close(figure)

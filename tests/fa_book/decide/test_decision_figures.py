"""The pictures of the deciding experiment show what is in its tables."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from fa_book.decide import decision_figures

NAMES = [
    "error, turned 180",
    "error, turned 0",
    "error, turned 90",
    "target, turned 90",
    "target, turned 0",
    "error, noise 1",
]


@pytest.fixture(scope="module")
def rows():
    values = np.arange(12.0).reshape(6, 2) / 10
    names = ("readout", "answer", "information", "alignment")
    return xr.Dataset(
        {name: (("condition", "run"), values * (place + 1)) for place, name in enumerate(names)},
        coords={"condition": NAMES, "run": [0, 1]},
    )


def test_angles_are_in_order_and_only_whole_promises_are_drawn(rows):
    both = {"$W_O$ frozen": rows, "$W_O$ learns": rows}
    figure = decision_figures.by_angle(both, {"control": ("error, noise 1", 90, "x")})
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    assert lines["error"].get_xdata().tolist() == [0, 90, 180]
    np.testing.assert_allclose(lines["error"].get_ydata(), [0.25, 0.45, 0.05])
    np.testing.assert_allclose(lines["alignment expects"].get_ydata()[[0, -1]], [0.25, -0.25])
    promised = ["information expects" in [line.get_label() for line in ax.lines] for ax in figure.axes]
    assert promised == [True, True, False, True]
    plt.close(figure)


def test_the_plane_has_a_point_a_condition(rows):
    figure = decision_figures.plane({"$W_O$ frozen": rows, "$W_O$ learns": rows})
    points = np.concatenate([drawn.get_offsets() for drawn in figure.axes[0].collections])
    assert len(points) == len(NAMES)
    np.testing.assert_allclose(points[:, 1] / points[:, 0], 4 / 3)
    plt.close(figure)


def test_kinds_have_a_colour_each(rows):
    figure, ax = plt.subplots()
    decision_figures.against(ax, rows, "information", "readout", {name: name.split(",")[0] for name in NAMES})
    assert ax.get_legend_handles_labels()[1] == ["error", "target"]
    plt.close(figure)

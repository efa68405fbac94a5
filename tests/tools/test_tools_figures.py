"""The paper's figures keep their numbers."""

from tools.figure_numbers import renumber


def test_own_figures_are_counted_apart():
    numbers = {
        "a": {"figure": {"fig-1": (1,), "fig-a-more": (2,)}, "table": {"t": (1,)}},
        "b": {"figure": {"fig-b": (3,), "fig-2": (4,)}},
    }
    renumber(numbers)
    assert numbers["a"] == {"figure": {"fig-1": ("1",), "fig-a-more": ("S1",)}, "table": {"t": (1,)}}
    assert numbers["b"] == {"figure": {"fig-b": ("S2",), "fig-2": ("2",)}}

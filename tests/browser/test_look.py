"""Every widget on a page: alive, inside the screen's width, in both themes; screenshots are kept in _build."""

import pytest
from visits import NAMES, SCREENSHOTS


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_screenshot(visitor, name, theme, width):
    page = visitor.open(name, theme, width=width, device_scale_factor=2 if width < 500 else 1)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}-{theme}-{width}.png", full_page=True)

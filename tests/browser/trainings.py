"""What tests do with a widget that trains in the page: press, wait for an epoch, see that it stands still."""

import re

from patience import PATIENCE


def epoch(page) -> int:
    return int(re.search(r"After epoch (\d+)", page.locator("fa-widget caption").inner_text())[1])


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


IN = "document.querySelector('fa-widget').shadowRoot.querySelector('div').shadowRoot"
RUNNING = f"() => !{IN}.querySelector('caption').textContent.includes('finished')"


def wait_for_epoch(page, least):
    text = f"{IN}.querySelector('caption')"
    page.wait_for_function(f"(least) => Number({text}.textContent.match(/\\d+/)[0]) >= least", arg=least)


def run_to(page, least):
    press(page, "Run")
    page.wait_for_function(RUNNING)
    wait_for_epoch(page, least)
    press(page, "Pause")
    page.get_by_role("button", name="Run", exact=True).wait_for()


def still_for(page, milliseconds=400):
    """The epoch now, if it stays."""
    before = epoch(page)
    page.wait_for_timeout(milliseconds)
    assert epoch(page) == before
    return before


def settle(page):
    """Wait for the rounds that were under way when the training was halted; a busy machine takes its time."""
    for _ in range(30 * PATIENCE):
        before = epoch(page)
        page.wait_for_timeout(400)
        if epoch(page) == before:
            return
    raise AssertionError("the training does not halt")


def halt_of_motion(visitor, widget):
    """Open the widget for a reader who asked for less motion: Run goes to its end with no picture on the way."""
    page = visitor.open(widget, reduced_motion="reduce")
    press(page, "Back to epoch 0")
    visitor.settle(page, 2)
    picture = visitor.picture(page)
    press(page, "Run 250 epochs")
    page.get_by_role("button", name="Pause").wait_for()
    page.wait_for_timeout(300)
    assert epoch(page) in (0, 250)
    assert epoch(page) == 250 or visitor.picture(page) == picture
    wait_for_epoch(page, 250)
    assert still_for(page) == 250
    assert visitor.picture(page) != picture

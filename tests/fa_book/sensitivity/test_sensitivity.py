"""The sweep over settings changes one thing at a time and calls every condition by a name of its own."""

from fa_book.plans import PLANS
from fa_book.sensitivity.plan import RULES, SAMPLES
from fa_lib.feedback.init import Initial
from fa_lib.sweep.labels import labels

USUAL = {"ib": {"epochs": 1000, "lr": None, "batch": None}, "mnist_rows": {"epochs": 10, "lr": None, "batch": 64}}


def changed(cell):
    """What is not as in the paper's setting, with what goes with it left out."""
    names = {name for name, value in USUAL[cell.task].items() if getattr(cell, name) != value}
    names |= {name for name in ("optimizer", "nonlinearity") if getattr(cell, name) is not None}
    if isinstance(cell.feedback, Initial):
        names |= {name for name, usual in (("kind", "normal"), ("size", 1.0)) if getattr(cell.feedback, name) != usual}
    elif cell.feedback not in RULES and getattr(cell.feedback, "sigma", None) is not None:
        names.add("sigma")
    if cell.scale:
        names.add("scale")
    if "batch" in names:
        names.discard("epochs")  # fewer, for the same number of steps
    if "optimizer" in names:
        names.discard("lr")  # Adam's would not do
    return names


def test_one_setting_at_a_time():
    cells = PLANS["sensitivity"]()
    assert all(len(changed(cell)) <= 1 or changed(cell) in ({"optimizer", "size"}, {"scale", "lr"}) for cell in cells)
    usual = [cell for cell in cells if not changed(cell)]
    assert [cell.feedback for cell in usual if cell.task == "ib"] == list(RULES)
    assert len(set(labels(cells).values())) == len({cell.name for cell in cells}) == len(cells)


def test_batches_keep_the_number_of_steps():
    for cell in PLANS["sensitivity"]():
        if cell.task == "ib":
            steps = -(-SAMPLES // (cell.batch or SAMPLES)) * cell.epochs
            assert abs(steps / 1000 - 1) < 0.05, cell


def test_small_sweeps_are_small():
    assert {cell.runs for cell in PLANS["sensitivity"](runs=2, epochs=100)} == {(0, 1), (0,)}

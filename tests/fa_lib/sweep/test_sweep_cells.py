"""What determines a cell has one name everywhere; files say what they are; labels tell conditions apart."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sweep_cluster import ENVIRONMENT

from fa_lib import BP, FA, NF, NFA, TF
from fa_lib.feedback import DFA, DRTP, Centred, Chained, Direct, OutputError
from fa_lib.networks.mlp import NONLINEARITIES
from fa_lib.sweep import Cell, store
from fa_lib.sweep.cells import from_options
from fa_lib.sweep.labels import condition, labels
from fa_lib.sweep.registry import MEASURES, TASKS
from fa_lib.training.optim import OPTIMIZERS

numbers = st.floats(1e-6, 100)
plain = st.one_of(
    st.sampled_from([BP(), FA()]),
    st.builds(NFA, sigma=numbers, noise=st.sampled_from(["normal", "uniform"])),
    st.builds(NF, hidden=st.integers(1, 99)),
    st.builds(TF, centred=st.booleans(), modulated=st.booleans(), decorrelate=numbers, slope=st.booleans()),
)
single = st.one_of(plain, st.builds(Centred, plain), st.builds(OutputError, plain))
some_layers = st.one_of(st.none(), st.lists(st.integers(0, 6), max_size=3, unique=True).map(tuple))
deep = [st.builds(rule, layers=some_layers) for rule in (DFA, DRTP)]
deep += [st.builds(rule, rule=single, layers=some_layers) for rule in (Direct, Chained)]
rules = st.one_of(single, *deep)
cells = st.builds(
    Cell,
    task=st.sampled_from(sorted(TASKS)),
    feedback=rules,
    runs=st.lists(st.integers(0, 50), min_size=1, max_size=5, unique=True).map(tuple),
    epochs=st.integers(1, 1000),
    seed=st.integers(0, 2**32 - 1),
    scale=st.booleans(),
    learn_decoder=st.booleans(),
    lr=st.one_of(st.none(), numbers),
    batch=st.one_of(st.none(), st.integers(1, 64)),
    widths=st.one_of(st.none(), st.lists(st.integers(1, 64), min_size=1, max_size=3).map(tuple)),
    optimizer=st.one_of(st.none(), st.sampled_from(sorted(OPTIMIZERS))),
    nonlinearity=st.one_of(st.none(), st.sampled_from(sorted(NONLINEARITIES))),
    record=st.one_of(st.none(), st.sampled_from(sorted(MEASURES))),
)
modest = settings(deadline=None, derandomize=True, max_examples=60)


@modest
@given(cells)
def test_a_cell_survives_json(cell):
    back = from_options(json.loads(cell.text()))
    assert back == cell
    assert back.name == cell.name


def test_a_cells_options_are_what_json_gives_back():
    for rule in (Direct(FA(), (1, 2)), DFA((0,)), NFA(sigma=0.5)):
        cell = Cell("ib", rule, (0,), 1)
        feedback = cell.options()["feedback"]
        assert json.loads(cell.text())["feedback"] == feedback
        assert not any(isinstance(value, tuple) for value in feedback.values())


def test_what_a_failing_git_says_is_no_commit(monkeypatch):
    def failing(command, *, check, **options):
        if check:
            raise subprocess.CalledProcessError(128, command)
        return subprocess.CompletedProcess(command, 128, "half an answer\n", "")

    monkeypatch.setattr(store.subprocess, "run", failing)
    assert store.provenance("cpu")["commit"] == "unknown"


def test_a_cells_text_does_not_depend_on_the_order_of_its_fields():
    options = json.loads(Cell("ib", Centred(NFA(sigma=0.5)), (0,), 1).text())
    for part in (options, options["feedback"], options["feedback"]["channel"]):
        assert list(part) == sorted(part)


@modest
@given(cells, cells)
def test_two_cells_have_one_name_only_if_they_are_one(one, other):
    assert (one.name == other.name) == (one == other)


@modest
@given(st.lists(cells, min_size=1, max_size=6))
def test_labels_tell_conditions_apart_and_begin_with_the_rule(several):
    names = labels(several)
    assert len(set(names.values())) == len(names) == len(set(map(condition, several)))
    for cell, name in names.items():
        inner = cell.feedback
        while hasattr(inner, "rule"):
            inner = inner.rule
        assert name.split(", ")[0] == type(inner).__name__
        assert ("gamma" in name.split(", ")) == cell.scale


def test_every_option_changes_the_name():
    cell = Cell("mnist", FA(), (0, 1), 3)
    others = {
        "task": "mnist_regression", "feedback": BP(), "runs": (0, 2), "epochs": 4, "seed": 1, "learn_decoder": False,
        "learn_encoder": False, "scale": True, "every": 2, "bin_size": 0.2, "lr": 0.1, "batch": 7, "samples": 9,
        "test_samples": 9, "device": "cuda", "widths": (9, 9), "optimizer": "sgd", "nonlinearity": "relu",
        "record": "layers",
    }  # fmt: skip
    assert set(others) == {field.name for field in dataclasses.fields(Cell)}
    names = {dataclasses.replace(cell, **{name: value}).name for name, value in others.items()}
    assert len(names | {cell.name}) == len(others) + 1


def test_importing_the_library_does_not_import_dask():
    code = "import sys, fa_lib.sweep.command; print({'dask', 'distributed'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    assert found.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"task": "cifar"}, "task must be one of ib, .* got 'cifar'"),
        ({"feedback": "FA"}, "feedback must be a rule .* got 'FA'"),
        ({"feedback": FA(B=np.ones((2, 4)))}, "FA must draw its own B"),
        ({"samples": 10}, "samples are for mnist"),
        ({"record": "all"}, "record must be one of layers.* got 'all'"),
        ({"runs": "ab"}, "runs must be a whole number of 1 or more, or different run numbers from 0, got 'ab'"),
        ({"runs": (1, 1)}, "runs must be"),
        ({"widths": 5}, r"widths must be a width of 1 or more for each hidden layer, such as \(8, 4\), got 5"),
    ],
)
def test_cells_refuse(options, words):
    with pytest.raises(ValueError, match=words):
        Cell(**{"task": "ib", "feedback": FA(), "runs": (0,), "epochs": 1} | options)


def test_options_of_another_edition_or_rule_are_refused():
    options = Cell("ib", FA(), (0,), 1).options()
    with pytest.raises(ValueError, match="edition 0 of the code, this is edition 1"):
        from_options(options | {"edition": 0})
    with pytest.raises(ValueError, match="FA has no option sigma; it has none"):
        from_options(options | {"feedback": {"rule": "FA", "sigma": 1.0}})
    with pytest.raises(ValueError, match=r"rule must be one of BP, .* got 'SGD'"):
        from_options(options | {"feedback": {"rule": "SGD"}})


@pytest.fixture(scope="module")
def computed():
    cell = Cell("ib", NFA(), (0, 3), 3)
    return cell, cell.compute()


def test_a_file_gives_back_the_numbers_with_provenance(computed, tmp_path):
    cell, data = computed
    path = store.put(store.content(cell, data), tmp_path / cell.name)
    assert path.name == cell.name
    assert [file.name for file in tmp_path.iterdir()] == [cell.name]
    back = store.read(cell, tmp_path)
    assert back.drop_attrs().identical(data.drop_attrs())
    assert data.attrs.items() <= back.attrs.items()
    provenance = {"commit", "host", "hardware", "xarray", "dask", "fa_lib", "peak_memory", "finished", "digest", "cell"}
    assert provenance | {"torch", "numpy", "python", "device", "seconds", "core_seconds", "seed"} <= set(back.attrs)
    assert from_options(json.loads(back.attrs["cell"])) == cell
    survey = store.survey([cell, dataclasses.replace(cell, seed=1)], tmp_path)
    assert list(survey.found) == [cell]
    assert [one.seed for one in survey.missing] == [1]
    assert survey.size == path.stat().st_size


@modest
@given(st.data())
def test_the_digest_notices_one_bit(computed, data):
    _, result = computed
    name = data.draw(st.sampled_from(sorted(result.data_vars)))
    changed = result.copy(deep=True)
    values = changed[name].values.reshape(-1).view(np.uint8)
    values[data.draw(st.integers(0, len(values) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert store.digest(changed) != store.digest(result)
    assert store.digest(result.copy(deep=True)) == store.digest(result)


def test_the_digest_notices_runs_epochs_and_what_is_missing(computed):
    _, result = computed
    others = [
        result.assign_coords(run=[0, 4]),
        result.isel(run=[1, 0]),
        result.isel(epoch=[0, 1]),
        result.drop_vars("rank"),
        result.rename(rank="ranks"),
    ]
    assert len({store.digest(data) for data in (result, *others)}) == 6
    assert store.digest(result[sorted(result.data_vars)]) == store.digest(result)  # their order does not matter


def test_a_run_is_the_same_in_any_block(computed):
    cell, data = computed
    alone = dataclasses.replace(cell, runs=(3,)).compute()
    for name in ("loss", "test_loss", "gamma", "spread"):
        np.testing.assert_allclose(alone[name], data[name].sel(run=[3]), rtol=2e-4, atol=1e-6)

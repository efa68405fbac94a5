"""Widgets in Python: what they put out, what they accept, and how their modules become one text or part of a page."""

import base64
import gzip
import html
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import traitlets
from nbformat import v4
from PIL import Image
from scipy.integrate import solve_ivp

from fa_book import ledger, widgets
from fa_book.widgets import (
    Account,
    Bar,
    DeadZones,
    Dynamics,
    Icosahedron,
    Information,
    Runs,
    Training,
    Turn,
    account,
    bar,
    dead_zones,
    modules,
    train,
    turn,
)
from tools.normalise import normalise

ROOT = Path(__file__).resolve().parents[3]
KINDS = [getattr(widgets, name) for name in widgets.__all__]
VIEW = "application/vnd.jupyter.widget-view+json"
OTHER = {
    Account: {"view": "kind", "beside": "BP, learning", "rate": 0.01, "seed": 3},
    Bar: {"factor": 2.0, "view": "changed"},
    Icosahedron: {"pattern": 77, "turn": 12.5, "tilt": -30.0},
    Dynamics: {"m": 4, "p": 2, "angle": 150.0, "step": 0.1, "n": 200, "steps": 30, "seed": 3},
    DeadZones: {"gamma": 2.0, "target": -1.5, "w": 20.0, "b": 80.0, "u1": 0.5, "u2": -0.9, "shade": "BP"},
    Information: {"target": "ten", "correlation": 0.5, "m": 4, "n": 500, "bin_size": 0.3, "seed": 7},
    Runs: {"task": "IBRegTask", "rules": ["FA"], "metric": "information", "view": "mean", "run": 2},
    Training: {
        "frozen": True,
        "gamma": True,
        "k_term": True,
        "sigma": 0.1,
        "rate": 0.003,
        "seed": 3,
        "rule": "TF",
        "view": "units 3, 4",
    },
    Turn: {"angle": 75.0, "share": 0.5, "carrier": "error", "frozen": False, "seed": 3},
}


@pytest.fixture
def short(monkeypatch):
    """Trainings of widgets that end after some epochs, for what does not depend on their length."""
    for module in (account, train, turn):
        monkeypatch.setattr(module, "EPOCHS", 2 * module.EVERY)


def parts(widget):
    """State, alternative text and picture of the HTML that a widget puts out."""
    data, _ = widget._repr_mimebundle_()
    image = r'<img src="data:image/png;base64,([^"]*)" alt="([^"]*)">'
    pattern = rf'<fa-widget module="(\w+)" state="([^"]*)"(?: data="([^"]*)")?>{image}</fa-widget>'
    match = re.fullmatch(pattern, data["text/html"])
    assert match[1] == widget.module
    assert json.loads(html.unescape(match[3] or "{}")) == widget.data()
    picture = Image.open(io.BytesIO(base64.b64decode(match[4])))
    return json.loads(html.unescape(match[2])), html.unescape(match[5]), picture


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("kind", KINDS)
def test_output_holds_state_words_and_picture(kind):
    for widget in (kind(), kind(**OTHER[kind])):
        state, words, picture = parts(widget)
        assert state == widget.state()
        assert words == widget.words()
        assert picture.width > 500
        assert len(picture.getcolors()) > 10
    assert state == OTHER[kind]
    assert set(widget._repr_mimebundle_()[0]) == {"text/plain", "text/html", VIEW}
    assert eval(repr(widget), vars(widgets)).state() == OTHER[kind]


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("kind", KINDS)
def test_saved_notebooks_are_the_same_each_time(kind):
    """Two widgets have two model ids; in a normalised notebook nothing of them is left."""
    texts = []
    for _ in range(2):
        with mpl.rc_context({"font.size": 5 + len(texts)}):  # what a chapter has set changes no picture
            output = v4.new_output("display_data", data=kind()._repr_mimebundle_()[0])
        book = v4.new_notebook(cells=[v4.new_code_cell("w", outputs=[output])], metadata={"widgets": {"x": 1}})
        texts.append(normalise(book))
    assert texts[0] == texts[1]
    assert "fa-widget" in texts[0]
    assert "model_id" not in texts[0]


@pytest.mark.parametrize("kind", KINDS)
def test_state_from_the_front_end_is_checked(kind):
    widget = kind()
    widget.set_state(OTHER[kind])
    assert widget.state() == OTHER[kind]
    assert set(widget.get_state()) >= {"_esm", *OTHER[kind]}
    for name, trait in widget.traits(state=True).items():
        wrong = 10**6 if isinstance(trait, traitlets.Int | traitlets.Float) else "x"
        wrong = ["x"] if isinstance(trait, traitlets.List) else wrong
        with pytest.raises(traitlets.TraitError):
            setattr(widget, name, wrong)
        with pytest.raises(traitlets.TraitError):
            kind(**{name: wrong})


@pytest.mark.parametrize("missing", ["anywidget", "ipywidgets", "traitlets"])
def test_without_the_chapters_extra_one_line_says_what_to_install(missing):
    code = f"import sys; sys.modules[{missing!r}] = None; import fa_book.widgets"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    *_, said = answer.stderr.splitlines()
    assert said.startswith("ImportError: ")
    assert missing in said
    assert 'pip install "fa-lib[chapters]"' in said
    assert "During handling" not in answer.stderr


def test_python_hears_of_changes():
    heard = []
    widget = Icosahedron()
    widget.observe(lambda change: heard.append(change.new), "pattern")
    widget.set_state({"pattern": 5})
    assert heard == [5]


def test_words_are_about_the_state():
    whole = Icosahedron(pattern=4095).words()
    assert "12 of its 12 vertices on; 30 pairs of them stand at 63 degrees, 30 at 117 and 6 at 180" in whole
    assert "The score is 108, the threshold 99, so the label is 1." in whole
    assert "From 0 % of the square FA's" in DeadZones(b=35.0).words()  # FA with B = W is BP
    assert "over 7 steps" in Dynamics(steps=7).words()


# margins


def test_a_verdict_under_moved_margins():
    assert bar.verdict(bar.EXAMPLE[0], 1.0) == "holds"
    assert bar.verdict(bar.EXAMPLE[0], 0.5) == "undecided"
    assert bar.verdict(bar.EXAMPLE[1], 1.0) == "does not hold"
    assert bar.verdict(bar.EXAMPLE[1], 2.0) == "holds"
    assert bar.verdict(bar.EXAMPLE[2], 0.8) == "holds"  # a smaller gain is asked
    assert bar.verdict(bar.EXAMPLE[1] | {"artefact": 0}, 1.0) == "artefact"
    assert Bar(factor=2.0).changed() == {"E2": ("does not hold", "holds"), "E3": ("undecided", "does not hold")}
    assert Bar().words().endswith("With margins 1 times as wide, 0 of 3 verdicts change.")


def test_at_the_published_margins_the_widget_says_what_the_ledger_says():
    records = ledger.collect(ROOT / "book")
    assert len(records) > 80
    assert {r["id"]: bar.verdict(r, 1.0) for r in records} == {r["id"]: r["outcome"] for r in records}


def test_the_widget_s_records_say_which_check_decides():
    records = ledger.collect(ROOT / "book")
    chosen = [record["checks"][record["decisive"]]["effect"] for record in Bar(records).records]
    assert chosen == [ledger.decisive(record)["effect"] for record in records]
    assert {record["decisive"] for record in Bar(records).records} >= {0, 1}


# dynamics: the draw


@pytest.mark.parametrize(("angle", "p"), [(0.0, 1), (60.0, 1), (135.0, 3), (180.0, 4)])
def test_feedback_stands_at_the_angle_asked_for(angle, p):
    H0, Y, W, B = Dynamics(angle=angle, p=p, n=5000).draw()
    cosine = np.sum(B * W.T) / np.linalg.norm(B) / np.linalg.norm(W)
    assert cosine == pytest.approx(np.cos(np.radians(angle)), abs=1e-12)
    assert [part.shape for part in (H0, Y, W, B)] == [(5000, 6), (5000, p), (6, p), (p, 6)]


def test_draws_have_the_spreads_of_the_paper():
    draws = [Dynamics(m=12, p=4, n=1000, seed=seed).draw() for seed in range(40)]
    H0, Y, W, B = (np.stack(part) for part in zip(*draws, strict=True))
    for uniform in (H0, Y):
        assert abs(uniform).max() <= 0.5
        assert uniform.std() == pytest.approx(12**-0.5, rel=0.01)
        assert abs(uniform.mean()) < 2e-3
    assert (12 * W).std() == pytest.approx(1, rel=0.05)
    assert B.std() == pytest.approx(1, rel=0.05)
    assert len(np.unique(H0)) > 0.99 * H0.size  # seeds share no numbers
    assert abs(np.corrcoef(H0[:2].reshape(2, -1))[0, 1]) < 0.05


# dead zones: the closed form


@pytest.mark.parametrize("seed", range(6))
def test_path_solves_the_differential_equation(seed):
    random = np.random.default_rng(seed)
    w, b, target = random.uniform(-180, 180), random.uniform(-180, 180), random.uniform(-1, 1)
    widget = DeadZones(gamma=1.5, w=w, b=b, target=target)
    _, b = widget._directions("FA")
    start = random.uniform(-0.8, 0.8, 2)
    error = widget._error(start)

    def flow(_, a):
        return -widget._error(np.tanh(a)) * b * widget.gamma / np.cosh(a) ** 2

    def met(_, a):
        return widget._error(np.tanh(a)) * np.sign(error) - 1e-3

    met.terminal = True
    solution = solve_ivp(flow, (0, 1e4), np.arctanh(start), events=met, rtol=1e-10, atol=1e-12, dense_output=True)
    track = dead_zones.path(start, b, -np.sign(error))  # (place, 2)
    for state in np.tanh(solution.y.T)[1::5]:
        assert np.min(np.linalg.norm(track - state, axis=1)) < 0.25  # near some place on the path ...
        before = np.arctanh(np.stack([start, state]))
        moved = np.diff((before + np.sinh(before) * np.cosh(before)) / 2, axis=0)[0]
        assert moved[0] * b[1] == pytest.approx(moved[1] * b[0], rel=1e-6, abs=1e-9)  # ... and on it
    arrives = bool((widget._error(track) * np.sign(error) <= 0).any())
    assert arrives == (solution.t_events[0].size > 0)


def test_backpropagation_is_never_stuck_where_the_box_reaches_the_line():
    for w in (-160.0, -70.0, 10.0, 100.0):
        reach = abs(np.cos(np.radians(w))) + abs(np.sin(np.radians(w)))
        assert not DeadZones(w=w, target=0.97 * reach).stuck("BP").any()
        assert DeadZones(w=w, target=1.03 * reach).stuck("BP").all()
        assert DeadZones(w=w, b=w + 180 if w < 0 else w - 180, target=0.5).stuck("FA").all()  # away from the line


# modules


@pytest.mark.parametrize("kind", KINDS)
def test_bundle_has_every_module_once_and_imports_nothing(kind):
    text = modules.bundle(kind.module)
    assert str(kind._esm) == text
    assert not re.search(r"^\s*import\b|\bimport\(", text, re.MULTILINE)
    assert len(re.findall(r"^export default ", text, re.MULTILINE)) == 1
    assert not re.search(r"https?://(?!www\.w3\.org)", text)
    needed = modules.imports(kind.module)
    assert needed[-1] == kind.module
    for name in needed[:-1]:
        assert text.count(f"const ${name} = ") == 1
        assert text.index(f"const ${name} = ") < text.index(f"= ${name};")


def test_bundle_refuses_what_it_does_not_understand(tmp_path, monkeypatch):
    monkeypatch.setattr(modules, "FOLDER", tmp_path)
    (tmp_path / "a.js").write_text('import * as b from "./b.js";\n')
    (tmp_path / "b.js").write_text("const x = 1;\nexport { x };\n")
    (tmp_path / "c.js").write_text('import { x } from "./d.js";\nx();\n')
    for name, message in (
        ("a", "a.js: import and export as a bundle can"),
        ("b", "b.js: import"),
        ("c", "no module 'd'"),
    ):
        with pytest.raises(ValueError, match=message):
            modules.bundle(name)
    with pytest.raises(ValueError, match="there are a, b, c"):
        modules.imports("e")
    (tmp_path / "d.js").write_text("export const y = 2, x = 1;\n")  # of two in one line only the first is seen
    with pytest.raises(ValueError, match=r"c.js imports x, which d.js does not export"):
        modules.bundle("c")
    (tmp_path / "d.js").write_text("export const y = 2;\nexport async function x() {}\nexport class K {}\n")
    assert "return { y, x, K };" in modules.bundle("c")
    assert modules.bundle("c").endswith("const { x } = $d;\nx();\n")


def weight(names) -> int:
    """Gzipped bytes of what a page with these widgets loads."""
    needed = {"page"}.union(*(modules.imports(name) for name in names))
    return sum(len(gzip.compress((modules.FOLDER / f"{name}.js").read_bytes())) for name in needed)


@pytest.mark.parametrize("kind", KINDS)
def test_code_of_a_widget_is_small(kind):
    """Beside another one it must still fit on a page, see the next test; those that train are the largest."""
    assert weight([]) < 1300
    assert weight([kind.module]) < (32_000 if kind in (Account, Training, Turn) else 27_500)


def test_no_page_of_the_book_loads_more_than_40_kilobytes_of_code():
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "book").glob("*.ipynb")}
    pages = {name: set(re.findall(r'<fa-widget module=\\"(\w+)\\"', text)) for name, text in texts.items()}
    assert {"icosahedron", "dynamics", "turn", "account"} <= set().union(*pages.values())
    assert {name: weight(found) for name, found in pages.items() if weight(found) > 40_000} == {}


def test_only_pages_with_a_widget_load_the_loader(tmp_path):
    source, site = tmp_path / "source", tmp_path / "site"
    shutil.copytree(modules.FOLDER, source / "fa_book/widgets", ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    (source / "book").mkdir()
    (source / "conf.py").write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nextensions = ['tools.widget_assets']\n"
    )
    (source / "index.rst").write_text("Title\n=====\n\n.. toctree::\n\n   book/with\n   book/without\n")
    (source / "book/with.rst").write_text(
        'With\n====\n\n.. raw:: html\n\n   <fa-widget module="x" state="{}"></fa-widget>\n'
    )
    (source / "book/without.rst").write_text("Without\n=======\n\nThe word ``<fa-widget>`` alone.\n")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", source, site]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    loader = re.findall(r'<script defer="defer" src="([^"?]*widgets/page\.js)', (site / "book/with.html").read_text())
    assert loader == ["../_static/widgets/page.js"]
    for page in ("index.html", "book/without.html"):
        assert "widgets/" not in (site / page).read_text()
    copied = {path.name: path.read_bytes() for path in (site / "_static/widgets").iterdir()}
    assert copied == {path.name: path.read_bytes() for path in modules.FOLDER.glob("*.js")}

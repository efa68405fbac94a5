"""What pip installs: both packages with their scripts and data, at work with no clone around; and what they need."""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile

import pytest
from packaging.requirements import Requirement

from tools import imports
from tools.book import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MADE = shutil.ignore_patterns("__pycache__")
USE = """
import os
import fa_lib
assert fa_lib.__file__.startswith(os.getcwd()), fa_lib.__file__
task = fa_lib.tasks.mnist(20, 10)
data = fa_lib.train(task, fa_lib.FA(), runs=2, epochs=1, progress=False)
from fa_book import widgets
print(data.sizes["run"], "<fa-widget" in widgets.Icosahedron().html())
"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A copy of what is installed from."""
    folder = tmp_path_factory.mktemp("clone")
    for name in ("fa_lib", "fa_book", "book/data"):
        shutil.copytree(ROOT / name, folder / name, ignore=MADE)
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", ".gitignore"):
        shutil.copyfile(ROOT / name, folder / name)
    (folder / "_build/package/lib/fa_lib").mkdir(parents=True)
    (folder / "_build/package/lib/fa_lib/moved_since.py").write_text("")
    return folder


@pytest.fixture(scope="module")
def installed(clone, tmp_path_factory):
    """The folder of an installation from it."""
    for arguments in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *arguments], cwd=clone, check=True)
    target = tmp_path_factory.mktemp("installed")
    command = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", target, clone]
    subprocess.run([sys.executable, "-m", "pip", *command], check=True, cwd=target)
    (wheel,) = target.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(target)
    return target


def test_all_modules_scripts_and_data_are_installed_and_nothing_else(installed):
    for package in ("fa_lib", "fa_book"):
        ours = {path.relative_to(ROOT) for path in (ROOT / package).rglob("*") if path.suffix in (".py", ".js", ".css")}
        there = {path.relative_to(installed) for path in (installed / package).rglob("*") if path.is_file()}
        there = {path for path in there if "__pycache__" not in path.parts}  # pip's, where Python may write any
        data = {path for path in there if path.parts[:3] == ("fa_lib", "tasks", "data")}
        assert there - data == ours
    names = {path.name for path in (installed / "fa_lib/tasks/data").iterdir()}
    assert names == {path.name for path in (ROOT / "book/data/mnist").iterdir()}  # the licence among them


def test_what_is_installed_works_without_a_clone(installed):
    settings = os.environ | {"PYTHONPATH": str(installed), "MPLCONFIGDIR": str(installed / "settings")}
    settings.pop("FA_DATA", None)
    answer = subprocess.run(
        [sys.executable, "-c", USE], cwd=installed, env=settings, capture_output=True, text=True, check=False
    )
    assert answer.stdout == "2 True\n", answer.stderr


def test_installing_leaves_nothing_in_a_clone_that_git_shows(clone, installed):
    shown = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True)
    assert [line for line in shown.stdout.splitlines() if not line.startswith("A ")] == []


def third_party(files) -> set[str]:
    names = {name.split(".")[0] for file in files for name in imports.imported(file.read_text())}
    return names - sys.stdlib_module_names - {"fa_lib", "fa_book"}


def test_the_library_asks_for_what_it_imports_and_no_more():
    asked = {Requirement(line).name for line in PROJECT["dependencies"]}
    sweep = {Requirement(line).name for line in PROJECT["optional-dependencies"]["sweep"]}
    imported = third_party((ROOT / "fa_lib").rglob("*.py"))
    assert imported - sweep <= asked
    assert asked - imported == {"h5netcdf", "h5py"} - imported  # behind xarray, where results are read and written
    assert "matplotlib" not in asked


def test_the_chapters_extra_has_what_the_book_imports_beyond():
    asked = {Requirement(line).name for line in PROJECT["dependencies"]}
    asked |= {Requirement(line).name for line in PROJECT["optional-dependencies"]["chapters"]}
    come_along = {"IPython", "matplotlib_inline", "traitlets", "PIL"}  # with ipywidgets and matplotlib
    assert third_party((ROOT / "fa_book").rglob("*.py")) - come_along <= asked

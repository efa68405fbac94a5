"""Direct requirements, their pins, and the files that follow them: Binder, the Dockerfile and the workflows."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from tools import pin
from tools.book import ROOT

DIRECT = (ROOT / "requirements.in").read_text()
HASHED, TORCH = ((ROOT / name).read_text() for name in pin.FILES)
PINNED = pin.pinned()
WHEELS = "https://download.pytorch.org/whl/cpu"  # the one index that is named: torch without CUDA


def requirements(text: str) -> list[Requirement]:
    lines = [line.split("#")[0].strip(" \\") for line in text.splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("--")]


def test_every_direct_requirement_has_its_reason_and_no_pin():
    lines = [line for line in DIRECT.splitlines() if not line.startswith("#")]
    assert [line for line in lines if len(line.partition("# ")[2]) < 5] == []
    assert [line for line in lines if "==" in line] == []


def test_requirements_txt_pins_what_is_asked_for():
    versions = pin.pins(PINNED)
    for requirement in requirements(DIRECT):
        assert pin.normal(requirement.name) in versions, f"{requirement.name}: run python -m tools.pin"
        assert requirement.specifier.contains(versions[pin.normal(requirement.name)], prereleases=True)
    assert len(versions) == len(requirements(PINNED))
    assert all(str(requirement.specifier).startswith("==") for requirement in requirements(PINNED))


def test_every_pin_but_torchs_has_hashes_and_none_an_index_or_build():
    entries = re.findall(r"^[A-Za-z0-9].*(?:\n[ \t].*)*", HASHED, re.MULTILINE)
    assert len(entries) == len(pin.pins(HASHED)) > 100
    for entry in entries:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry.split()[0]
    assert re.findall(r"^(?!#).+", TORCH, re.MULTILINE) == [f"torch=={pin.pins(TORCH)['torch']}"]
    assert not [name for name in pin.pins(HASHED) if pin.APART.match(name)]
    assert "://" not in PINNED
    assert not re.search(r"==\S*\+", PINNED)


def test_an_environment_takes_both_files_and_checks_the_hashes():
    script = (ROOT / "tools/venv.sh").read_text()
    assert "install --require-hashes -r requirements.txt\ninstall -r requirements-torch.txt" in script
    assert "COPY requirements.txt requirements-torch.txt " in (ROOT / "Dockerfile").read_text()


def test_binder_has_all_that_the_library_and_glue_need():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = [Requirement(line).name for line in project["dependencies"]]
    needed += [Requirement(line).name for line in project["optional-dependencies"]["chapters"]]
    installed = pin.pins((ROOT / "binder/requirements.txt").read_text())
    # glue reads nbformat; myst-nb itself comes without its Sphinx, in postBuild
    assert {pin.normal(name) for name in needed} - {"myst-nb"} | {"nbformat"} <= installed.keys()
    post = (ROOT / "binder/postBuild").read_text()
    assert installed.items() <= pin.pins(PINNED).items()
    assert f"--no-deps myst-nb=={pin.pins(PINNED)['myst-nb']}" in post
    assert (ROOT / "binder/runtime.txt").read_text() == "python-3.11\n"
    assert (ROOT / "binder/postBuild").stat().st_mode & 0o111


COMPILED = """#
--find-links x
numpy==2.4.6 ; python_version < '4' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via torch
nvidia-cudnn-cu13==9.20.0 ; sys_platform == 'linux' \\
    --hash=sha256:cc
    # via torch
torch==2.13.0+cpu
    # via -r requirements.in
torchvision-like==1.0 \\
    --hash=sha256:dd
"""


def test_compiled_pins_are_tidied():
    texts = pin.tidy(COMPILED.replace("torchvision-like", "tqdm"))
    hashed, torch = (texts[name] for name in pin.FILES)
    lines = [line for line in hashed.splitlines() if not line.startswith("#")]
    assert lines[0] == "numpy==2.4.6 ; python_version < '4' \\"
    assert lines[1:4] == ["    --hash=sha256:aa \\", "    --hash=sha256:bb", "    # via torch"]
    assert pin.pins(hashed) == {"numpy": "2.4.6", "tqdm": "1.0"}
    assert torch.splitlines()[2:] == ["torch==2.13.0"]
    assert "torchvision-like" in pin.pins(pin.tidy(COMPILED)[pin.FILES[0]])
    with pytest.raises(ValueError, match=r"^two versions of numpy: "):
        pin.tidy(COMPILED + "numpy==2.5.5 \\\n    --hash=sha256:ee\n")
    with pytest.raises(ValueError, match=r"^the index gives no hash of numpy==2\.4\.6$"):
        pin.tidy(re.sub(r" \\\n    --hash=sha256:(aa|bb)", "", COMPILED))


def test_other_files_follow_the_pins():
    text = '# numpy 1\nnumpy==1.0  # arrays\npip install --no-deps myst_nb==1.0 "docutils<0.22"\n'
    assert pin.follow(text, {"numpy": "2.4.6", "myst-nb": "1.4.0"}) == text.replace("==1.0  ", "==2.4.6  ").replace(
        "myst_nb==1.0", "myst_nb==1.4.0"
    )
    with pytest.raises(ValueError, match=r"numpy is pinned for Binder but is not in requirements\.txt"):
        pin.follow(text, {"myst-nb": "1.4.0"})


def test_a_failed_compilation_is_one_line(tmp_path):
    (tmp_path / "requirements.txt").write_text("numpy==1\n")
    tool = tmp_path / "pin/bin/uv"
    tool.parent.mkdir(parents=True)
    tool.write_text("#!/bin/sh\necho some; echo trouble >&2; echo 'no numpy for this' >&2; exit 1\n")
    tool.chmod(0o755)
    with pytest.raises(ValueError, match=r"^requirements\.in cannot be pinned: trouble no numpy for this$"):
        pin.compile_pins(tmp_path, tmp_path / "pin", upgrade=False)
    assert (tmp_path / "pin/requirements.txt").read_text() == "numpy==1\n"
    tool.write_text(
        '#!/bin/sh\nwhile [ "$1" != --output-file ]; do shift; done; wc -c < "$2" > size; echo new >> "$2"\n'
    )
    assert pin.compile_pins(tmp_path, tmp_path / "pin", upgrade=True) == "new\n"
    assert (tmp_path / "size").read_text().strip() == "0"


@pytest.mark.parametrize("path", sorted((ROOT / ".github/workflows").glob("*.yml")), ids=lambda path: path.stem)
def test_workflows_are_whole(path: Path):
    workflow = yaml.safe_load(path.read_text())
    for line in re.findall(r"uses: .*", path.read_text()):
        assert re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)  # a commit, and its name for people
    triggers = workflow[True]  # YAML 1.1 reads the key `on` as true
    assert triggers
    for entry in triggers.get("schedule", []):
        assert re.fullmatch(r"(\S+ ){4}\S+", entry["cron"])
    assert "permissions" in workflow
    for job in workflow["jobs"].values():
        assert {job["needs"]} <= workflow["jobs"].keys() if "needs" in job else True
        for step in job["steps"]:
            assert len({"uses", "run"} & step.keys()) == 1
            assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40}", step.get("uses", f"a/b@{40 * '0'}"))
            for script in re.findall(r"(?:bash|python -m) (\S+)", step.get("run", "")):
                place = ROOT / (script if "/" in script else script.replace(".", "/") + ".py")
                assert place.exists() or script in ("pip", "venv"), script


def test_every_python_that_the_pins_resolve_for_is_tried():
    jobs = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())["jobs"]
    matrix = jobs["pythons"]["strategy"]["matrix"]["python"]
    assert [pin.OLDEST, *matrix] == ["3.11", "3.12", "3.13", "3.14"]
    assert {pin.OLDEST} == {s["with"]["python-version"] for name in ("test", "package") for s in jobs[name]["steps"]
                            if s.get("uses", "").startswith("actions/setup-python")}  # fmt: skip
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == f">={pin.OLDEST}"
    (script,) = (step["run"] for step in jobs["package"]["steps"] if "run" in step)
    assert 'for extra in "" "[chapters]"' in script
    assert 'pip install "$GITHUB_WORKSPACE$extra"' in script


def test_newest_versions_are_tried_and_reported():
    job = yaml.safe_load((ROOT / ".github/workflows/newest.yml").read_text())["jobs"]["newest"]
    runs = [step.get("run", "") for step in job["steps"]]
    assert any("make upgrade" in run for run in runs)
    assert any("bash .ci/run" in run for run in runs)
    report = next(step for step in job["steps"] if "gh issue" in step.get("run", ""))
    assert report["if"] == "failure()"
    assert job["permissions"] == {"contents": "read", "issues": "write"}


def test_dockerfile_is_cis_environment():
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if line and not line.startswith("#")]
    text = " ".join(" ".join(lines).replace("\\", " ").split())
    workflow = (ROOT / ".github/workflows/test.yml").read_text()
    version = re.search(r'python-version: "([\d.]+)"', workflow)[1]
    assert lines[0].startswith(f"FROM python:{version}-slim")
    assert f"PIP_EXTRA_INDEX_URL={WHEELS}" in text
    assert f"PIP_EXTRA_INDEX_URL: {WHEELS}" in workflow
    assert f"--extra-index-url {WHEELS}" in (ROOT / "binder/requirements.txt").read_text()
    for need in ("make", "git", "chromium"):
        assert re.search(rf"apt-get install [^&]*\b{need}\b", text)
    assert "RUN make venv" in text
    assert text.endswith('CMD ["bash", ".ci/run"]')
    known = {"FROM", "RUN", "COPY", "WORKDIR", "ENV", "CMD"}
    starts = [line.split()[0] for line, before in zip(lines, ["", *lines], strict=False) if not before.endswith("\\")]
    assert set(starts) <= known

"""A sweep on this machine: killed, interrupted and taken up again; full disks and folders that take no files."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from sweep_cluster import (
    as_nobody,
    command,
    fill,
    processes,
    same_results,
    small_cells,
    wait_until,
    whole_files_only,
    writes_for_ever,
)

from fa_lib.sweep import StoppedError, cells_of, run, store

PLAN = 'runs = 3\nblock = 1\nepochs = 25\ntask = "ib"\n[[feedback]]\nrule = "FA"\n[[feedback]]\nrule = "TF"\n'


def session(leader: int) -> dict[int, str]:
    """The processes of a session that live, with their command lines."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, number = (folder / "stat").read_text().rsplit(")", 1)[1].split()[:4]
            words = (folder / "cmdline").read_text().replace("\0", " ")
        except OSError:  # gone meanwhile
            continue
        if int(number) == leader and state != "Z":
            found[int(folder.name)] = words
    return found


def listening(leader: int) -> set[str]:
    """Addresses, in hexadecimal, on which the processes of a session listen."""
    sockets = set()
    for number in session(leader):
        for file in Path(f"/proc/{number}/fd").glob("*"):
            try:
                sockets.add(os.readlink(file))
            except OSError:
                continue
    rows = [row.split() for kind in ("tcp", "tcp6") for row in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets}


def read_until(sweep: subprocess.Popen, words: str) -> str:
    """Its output up to a line with these words."""
    said = ""
    for line in sweep.stdout:
        said += line
        if words in line:
            return said
    pytest.fail(f"no line with {words!r}:\n{said}")


def test_worker_and_client_killed_then_interrupted_then_finished(tmp_path):
    plan, folder = tmp_path / "own.toml", tmp_path / "cells"
    plan.write_text(PLAN)
    cells = cells_of(str(plan))

    sweep = command("sweep", plan, "--out", folder, "--workers", 2)  # a worker dies, then the client
    read_until(sweep, "1 of 6")
    assert listening(sweep.pid) == {"0100007F"}  # 127.0.0.1
    worker = next(number for number, words in session(sweep.pid).items() if "spawn_main" in words)
    os.kill(worker, signal.SIGKILL)
    read_until(sweep, " of 6")
    sweep.kill()
    sweep.wait()
    wait_until(lambda: not session(sweep.pid), "workers to follow their client")
    sweep.stdout.close()
    assert not store.survey(cells, folder).faults

    done = len(store.survey(cells, folder).found)
    sweep = command("sweep", plan, "--out", folder, "--workers", 1)  # Ctrl-C, as a terminal sends it: to all
    said = read_until(sweep, " of 6")
    os.killpg(sweep.pid, signal.SIGINT)
    said += sweep.communicate()[0]
    assert sweep.returncode == 130
    assert said.startswith(f"6 cells, {done} finished")
    assert "the same command goes on from there" in said.splitlines()[-1]
    assert "Traceback" not in said
    assert "Warning" not in said
    wait_until(lambda: not session(sweep.pid), "workers to end")

    sweep = command("sweep", plan, "--out", folder, "--workers", 2)
    said = sweep.communicate()[0]
    assert sweep.returncode == 0, said
    store.tidy(folder, older=0)
    whole_files_only(cells, folder)
    for cell in cells:
        store.put(store.content(cell, cell.compute()), tmp_path / "expected" / cell.name)
    same_results(cells, folder, tmp_path / "expected")


def test_writers_killed_at_random_moments_leave_whole_files(tmp_path):
    cells = small_cells()
    contents = [bytes([number]) * 3_000_000 for number in range(len(cells))]
    for number in range(20):
        writer = processes.Process(target=writes_for_ever, args=(str(tmp_path), contents))
        writer.start()
        wait_until(lambda: list(tmp_path.glob("*.nc")), "a file")
        writer.join(0.003 * number)
        writer.kill()
        writer.join()
        for cell, content in zip(cells, contents, strict=True):
            path = tmp_path / cell.name
            assert not path.exists() or path.read_bytes() == content
            path.unlink(missing_ok=True)
    assert list(tmp_path.glob(".*.part"))  # some were killed amid a file
    assert store.tidy(tmp_path) == 0  # a young one may be somebody's
    assert store.tidy(tmp_path, older=0) > 0
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def full_disk(tmp_path):
    """A folder on a disk of its own with room for 100 kB, and how its limit is set: by mount, or else for a process."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = (
        shutil.which("mount")
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", folder], capture_output=True, check=False
        ).returncode
    )
    yield folder, None if mounted else 60_000
    if mounted:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("limit", [60_000, None], ids=["file size", "disk"])
def test_a_full_disk_leaves_finished_files_whole_and_nothing_else(full_disk, limit):
    folder, without_mount = full_disk
    answers = processes.Queue()
    writer = processes.Process(target=fill, args=(str(folder), limit or without_mount, answers))
    writer.start()
    kept, size, _ = answers.get(timeout=120)
    writer.join()
    answers.close()
    assert kept  # some fitted
    assert {path.name: path.stat().st_size for path in folder.iterdir()} == {
        f"{number}.nc": size * (1 + number) for number in range(len(kept))
    }


def test_a_file_in_place_of_the_folder(tmp_path, capsys):
    from fa_lib.sweep.command import main

    taken = tmp_path / "taken"
    taken.write_text("somebody's")
    with pytest.raises(StoppedError, match=r"cannot write to .*taken: File exists; choose another folder"):
        run(small_cells(), taken)
    assert main(["sweep", "small", "--out", str(taken)], plans={"small": small_cells}) == 1
    assert "cannot write to" in capsys.readouterr().err
    assert taken.read_text() == "somebody's"


def test_a_folder_without_leave_to_write(tmp_path):
    folder = tmp_path / "cells"
    folder.mkdir(mode=0o555)
    answers = processes.Queue()
    somebody = processes.Process(target=as_nobody, args=(str(folder), answers))
    somebody.start()
    assert "Permission denied" in answers.get(timeout=120)
    somebody.join()
    answers.close()
    assert list(folder.iterdir()) == []

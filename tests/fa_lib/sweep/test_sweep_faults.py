"""Whatever is killed while a sweep runs, nothing is lost, nothing is doubled, and the merged results are the same."""

import random
import re

import pytest
from sweep_cluster import (
    LONG,
    Cluster,
    client,
    command,
    processes,
    same_results,
    small_cells,
    wait_until,
    whole_files_only,
)

from fa_lib import FA
from fa_lib.sweep import Cell, StoppedError, cells_of, run, store

CELLS = small_cells()


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The sweep's results computed one after the other, in another order, without dask."""
    folder = tmp_path_factory.mktemp("expected")
    for cell in reversed(CELLS):
        store.put(store.content(cell, cell.compute()), folder / cell.name)
    return folder


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    cluster.add_worker()
    cluster.add_worker()
    yield cluster
    cluster.stop()


def finished(folder):
    return len(list(folder.glob("*.nc"))) if folder.exists() else 0


def test_a_scheduler_and_two_workers_of_their_own_compute_a_sweep(cluster, expected, tmp_path):
    plan = tmp_path / "own.toml"
    plan.write_text(
        'runs = 3\nblock = 2\nepochs = 5\ntask = "ib"\n'
        '[[feedback]]\nrule = "BP"\n[[feedback]]\nrule = "FA"\n[[feedback]]\nrule = "NFA"\n'
    )
    sweep = command("sweep", plan, "--out", tmp_path / "cells", "--scheduler", cluster.address)
    said = sweep.communicate()[0]
    assert sweep.returncode == 0, said
    lines = said.splitlines()
    assert lines[0].startswith("6 cells, 0 finished in ")
    assert [int(line.split(" of 6: ")[0]) for line in lines if " of 6: " in line] == list(range(1, 7))
    assert all(re.search(r"cells an hour, \d+ s left$", line) for line in lines if " of 6: " in line)
    assert "complete" in lines[-1]
    cells = cells_of(str(plan))
    whole_files_only(cells, tmp_path / "cells")
    for cell in set(cells) & set(CELLS):
        found, there = (store.read(cell, folder) for folder in (tmp_path / "cells", expected))
        assert found.drop_attrs().identical(there.drop_attrs())
    assert len(set(cells) & set(CELLS)) == 4


def test_clients_killed_at_random_moments(cluster, expected, tmp_path):
    moments, folder = random.Random(3), tmp_path / "cells"
    killed = 0
    while finished(folder) < len(CELLS):
        goal = min(finished(folder) + moments.randint(1, 2), len(CELLS))
        process = client(CELLS, folder, cluster.address)
        wait_until(lambda goal=goal: finished(folder) >= goal, "a cell")
        process.join(moments.random() / 5)
        killed += process.is_alive()
        process.kill()
        process.join()
    assert killed >= 2
    run(CELLS, folder, scheduler=cluster.address, say=lambda line: None)
    store.tidy(folder, older=0)
    whole_files_only(CELLS, folder)
    same_results(CELLS, folder, expected)


def test_a_worker_killed_while_it_computes(cluster, expected, tmp_path):
    lines, folder = [], tmp_path / "cells"

    def say(line):
        lines.append(line)
        if " of 6: " in line and len(cluster.workers) == 2:  # its next cell has begun
            cluster.workers[0].kill()
            cluster.add_worker()

    assert run(CELLS, folder, scheduler=cluster.address, say=say) == {}
    done = [line.split(": ", 1)[1].split(", in ")[0] for line in lines if " of 6: " in line]
    assert len(done) == len(set(done)) == 6
    whole_files_only(CELLS, folder)
    same_results(CELLS, folder, expected)


class Recomputed:
    """A future whose worker died with the result, after the client had been told that it is there."""

    def __init__(self, key):
        self.key, self.calls = key, 0

    @property
    def status(self):
        return "lost" if self.calls == 1 else "finished"

    def add_done_callback(self, tell):
        self.calls += 1
        tell(self)

    def result(self, timeout):
        return b"a file"


def test_a_result_that_died_with_its_worker_is_waited_for_again():
    from fa_lib.sweep import cluster as module

    class Client:
        def submit(self, function, text, owners, *, key, priority):
            return Recomputed(key)

    assert list(module.results(Client(), CELLS[:2], pytest.fail)) == [(cell, b"a file") for cell in CELLS[:2]]


def test_files_cut_short_altered_or_foreign_are_reported_and_computed_again(cluster, expected, tmp_path):
    lines, folder = [], tmp_path
    for cell in CELLS:
        (folder / cell.name).write_bytes((expected / cell.name).read_bytes())
    cut, altered, foreign, empty = (folder / cell.name for cell in CELLS[:4])
    cut.write_bytes(cut.read_bytes()[:9000])
    loss = store.read(CELLS[1], folder).loss.values.tobytes()
    content = bytearray(altered.read_bytes())
    content[content.index(loss)] ^= 1  # one bit of one number
    altered.write_bytes(content)
    foreign.write_bytes((expected / CELLS[5].name).read_bytes())
    empty.write_bytes(b"")
    kept = {cell: (folder / cell.name).stat().st_mtime_ns for cell in CELLS[4:]}
    assert run(CELLS, folder, scheduler=cluster.address, say=lines.append) == {}
    for path, fault in ((cut, "cannot be read"), (altered, "altered"), (foreign, "else"), (empty, "cannot be read")):
        assert any(line.startswith(path.name) and fault in line and "computed again" in line for line in lines)
    assert kept == {cell: (folder / cell.name).stat().st_mtime_ns for cell in CELLS[4:]}
    same_results(CELLS, folder, expected)


def test_a_cell_that_raises_is_named_and_the_others_go_on(cluster, tmp_path):
    bad, lines = Cell("ib", FA(), (0,), 5, device="nowhere"), []
    failed = run([bad, *CELLS[:2]], tmp_path, scheduler=cluster.address, say=lines.append)
    assert list(failed) == [bad]
    assert "nowhere" in str(failed[bad])
    assert any(line.startswith("failed") and bad.name in line and "nowhere" in line for line in lines)
    whole_files_only(CELLS[:2], tmp_path)


def test_a_folder_that_goes_away_stops_the_sweep_and_keeps_what_is_finished(cluster, expected, tmp_path):
    folder, aside = tmp_path / "cells", tmp_path / "aside"

    def say(line):
        if line.startswith("2 of 6"):
            folder.rename(aside)
            folder.write_text("a file where the folder was")

    with pytest.raises(StoppedError, match=r"cannot write to .*2 of 6 cells are finished and safe"):
        run(CELLS, folder, scheduler=cluster.address, say=say)
    assert len(store.survey(CELLS, aside).found) == 2
    folder.unlink()
    aside.rename(folder)
    run(CELLS, folder, scheduler=cluster.address, say=lambda line: None)
    same_results(CELLS, folder, expected)


def test_a_full_disk_stops_the_sweep_and_keeps_what_is_finished(cluster, expected, tmp_path):
    for cell in CELLS[:2]:
        (tmp_path / cell.name).write_bytes((expected / cell.name).read_bytes())
    reasons = processes.Queue()
    process = client(CELLS, tmp_path, cluster.address, limit=10_000, answer=reasons)  # less than a file
    reason = reasons.get(timeout=LONG)
    process.join()
    reasons.close()
    assert reason.startswith(f"cannot write to {tmp_path}: File too large. 2 of 6 cells are finished and safe")
    whole_files_only(CELLS[:2], tmp_path)
    run(CELLS, tmp_path, scheduler=cluster.address, say=lambda line: None)
    same_results(CELLS, tmp_path, expected)


def test_a_scheduler_killed_while_cells_are_computed(cluster, expected, tmp_path, monkeypatch):
    from fa_lib.sweep import cluster as module

    monkeypatch.setattr(module, "PATIENCE", 10)
    folder, lost = tmp_path / "cells", Cluster(tmp_path)
    lost.add_worker()

    def say(line):
        if line.startswith("2 of 6"):
            lost.scheduler.kill()

    try:
        with pytest.raises(StoppedError, match=r"scheduler .*\d of 6 cells are finished and safe"):
            run(CELLS, folder, scheduler=lost.address, say=say)
    finally:
        lost.stop()
    before = store.survey(CELLS, folder)
    assert 2 <= len(before.found) < 6
    assert not before.faults
    run(CELLS, folder, scheduler=cluster.address, say=lambda line: None)
    whole_files_only(CELLS, folder)
    same_results(CELLS, folder, expected)


def test_no_scheduler_at_the_address(tmp_path, monkeypatch):
    from fa_lib.sweep import cluster

    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    with pytest.raises(StoppedError, match=r"no scheduler answers at tcp://127.0.0.1:9"):
        run(CELLS[:1], tmp_path, scheduler="tcp://127.0.0.1:9", say=lambda line: None)

"""What several processes need is made once, and again where making it failed."""

import threading
import time

import pytest
from shared_folder import once


def test_the_first_makes_it_and_the_others_wait(tmp_path):
    made, found = [], []

    def make(folder):
        made.append(folder)
        time.sleep(0.3)
        (folder / "file").write_text("whole")

    def ask():
        found.append((once(tmp_path / "site", make) / "file").read_text())

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), found) == (1, 4 * ["whole"])
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_what_fails_is_made_by_the_next_and_what_hangs_is_said(tmp_path):
    def fail(folder):
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        once(tmp_path / "site", fail)
    assert once(tmp_path / "site", lambda folder: None).is_dir()
    (tmp_path / "other.part").mkdir()
    with pytest.raises(TimeoutError, match=r"filling .*other.part for 0 s"):
        once(tmp_path / "other", fail, patience=0)

"""Verdicts from merged sweeps alone: on the book's own results they are those that the chapters show."""

import json
import shutil

import pytest

from fa_book import ledger
from fa_book.ledger import again
from fa_lib import sweep
from tools.book import ROOT

RESULTS = ROOT / "book/results"


def by_the_chapter(chapter: str, name: str) -> dict:
    """The verdicts on a file that a chapter's notebook shows, by claim."""
    records = [record for record in ledger.collect(ROOT / "book") if record["chapter"] == chapter]
    return {record["id"]: record for record in records if record["rests"] == name}


def from_the_file(judge, path) -> dict:
    return {verdict.claim.id: json.loads(json.dumps(verdict.record())) for verdict in judge(path)}


@pytest.mark.parametrize("name", again.FROM_FILES)
def test_the_published_files_give_the_chapters_verdicts(name):
    chapter, judge = again.FROM_FILES[name]
    found, shown = from_the_file(judge, RESULTS), by_the_chapter(chapter, name)
    assert found == {id: {key: record[key] for key in found[id]} for id, record in shown.items()}


@pytest.mark.parametrize("name", again.FROM_ONE)
def test_of_figs_7_and_8_too(name):
    """To 1e-4 only: untrained networks are looked at anew, and a unit at the edge of a bin falls by rounding."""
    chapter, judge = again.FROM_ONE[name]
    found, shown = from_the_file(judge, RESULTS / f"{name}.nc"), by_the_chapter(chapter, name)
    assert found.keys() == shown.keys()
    for id, record in found.items():
        assert record["outcome"] == shown[id]["outcome"]
        for one, other in zip(record["checks"], shown[id]["checks"], strict=True):
            numbers = {key: one.pop(key) for key in ("effect", "low", "high")}
            assert numbers == pytest.approx({key: other[key] for key in numbers}, abs=1e-4)
            assert {key: one[key] for key in one if key != "found"} == {
                key: other[key] for key in one if key != "found"
            }


def test_what_the_verdicts_rest_on(tmp_path):
    records = [{"id": "C1", "rests": "ibtask"}, {"id": "C2", "rests": ""}, {"id": "C3", "rests": "ibtask"}]
    records += [{"id": "C4", "rests": "drift"}, {"id": "C5", "rests": "missing"}]  # a study's file; none
    first, second = (
        f"{float(sweep.provenance(path).seconds.sum()) / 60:.0f}"
        for path in (RESULTS / "ibtask.nc", *(RESULTS / "replication").glob("ibtask-*.nc"))
    )
    assert again.resting(records, {"C3": {}}, RESULTS) == [["ibtask", first, second, 2, 1]]
    shutil.copy(RESULTS / "ibtask.nc", tmp_path)
    assert again.resting(records, {}, tmp_path) == [["ibtask", first, "", 2, 0]]

"""Verdicts from merged sweeps alone: on the book's own results they are those that the chapters show."""

import json

import pytest

from fa_book import ledger
from fa_book.ledger import again
from tools.book import ROOT

RESULTS = ROOT / "book/results"


@pytest.mark.parametrize("name", again.FROM_FILES)
def test_the_published_files_give_the_chapters_verdicts(name):
    chapter, judge = again.FROM_FILES[name]
    in_chapter = [record for record in ledger.collect(ROOT / "book") if record["chapter"] == chapter]
    shown = {record["id"]: record for record in in_chapter if record["rests"] == name}
    found = {verdict.claim.id: json.loads(json.dumps(verdict.record())) for verdict in judge(RESULTS)}
    assert found == {id: {key: record[key] for key in found[id]} for id, record in shown.items()}

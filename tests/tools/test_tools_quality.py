"""`make quality` on pages that are not there: a line in words, and nothing is started."""

from tools.quality.__main__ import main


def test_a_page_that_is_not_there_is_named(tmp_path, capsys):
    assert main([str(tmp_path)]) == 1
    assert f"error: no pages in {tmp_path}; run make html first" in capsys.readouterr().err
    (tmp_path / "book").mkdir()
    for name in ("index.html", "book/index.html"):
        (tmp_path / name).write_text("<html></html>")
    assert main([str(tmp_path), "--only", "book/index.html", "index.html", "claims"]) == 1
    answer = f"error: no page index.html, claims in {tmp_path}; name such as book/index.html\n"
    assert capsys.readouterr().err == answer

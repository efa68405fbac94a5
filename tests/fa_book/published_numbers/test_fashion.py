"""Fashion-MNIST: the slice, what is said where the whole set is missing, and that nothing altered gets in."""

import gzip
import shutil

import pytest

from fa_book.published_numbers import fashion, fetch


def test_the_slice_serves_without_the_rest():
    task = fashion.fashion_mnist(samples=200, test_samples=50)
    assert (tuple(task.x.shape), tuple(task.test_x.shape), task.p) == ((200, 784), (50, 784), 10)
    # labels as the data set's own page shows its first: ankle boot, shirt, ...
    assert task.y[:3].argmax(1).tolist() == [9, 0, 0]
    assert float(task.x.min()) == pytest.approx(-0.2860 / 0.3530, abs=1e-6)
    whole = fashion.fashion_mnist(samples=4000, test_samples=1000)
    assert float(whole.x.mean()) == pytest.approx(0, abs=0.02)
    assert float(whole.x.std()) == pytest.approx(1, abs=0.02)


def test_more_than_the_slice_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("FA_FASHION", str(tmp_path))
    monkeypatch.setattr(fashion, "DEBIAN", tmp_path / "none")
    with pytest.raises(FileNotFoundError, match=r"python -m fa_book\.published_numbers\.fetch.*--source FOLDER"):
        fashion.fashion_mnist(samples=4001, test_samples=10)
    with pytest.raises(ValueError, match="1 to 60000, got 60001"):
        fashion.fashion_mnist(samples=60001)


def test_fetching_refuses_what_is_altered_cut_short_or_not_there(tmp_path, capsys):
    source, into = tmp_path / "source", tmp_path / "into"
    source.mkdir()
    assert fetch.main(["--source", str(source), "--into", str(into)]) == 1
    assert "has no train-images-idx3-ubyte" in capsys.readouterr().err
    for file in fashion.SLICE.glob("*.gz"):  # the slice is not the whole set
        shutil.copy(file, source)
    with pytest.raises(ValueError, match=r"is altered: its content has sha256 09dd72e7.*expected c59f468a"):
        fetch.fetch(source, into)
    whole = gzip.decompress((source / "t10k-labels-idx1-ubyte.gz").read_bytes())
    digest = fashion.FILES["test"][1].part
    assert fashion.content(whole, "here", digest) == whole
    with pytest.raises(ValueError, match="cut short or damaged"):
        fashion.content(gzip.compress(whole)[:-20], "here", digest)
    with pytest.raises(ValueError, match="here is altered"):
        fashion.content(whole[:-1] + b"\0", "here", digest)


def test_what_is_fetched_is_read(tmp_path, monkeypatch):
    """The slice stands for the whole set here: fetched, found by FA_FASHION, and read in full."""
    files = {split: tuple(f._replace(whole=f.part) for f in pair) for split, pair in fashion.FILES.items()}
    for module in (fashion, fetch):
        monkeypatch.setattr(module, "FILES", files)
    monkeypatch.setenv("FA_FASHION", str(tmp_path))
    assert fetch.fetch(fashion.SLICE) == tmp_path
    monkeypatch.setattr(fashion, "SLICE", tmp_path / "none")
    assert len(fashion.fashion_mnist(samples=3000, test_samples=10).x) == 3000


@pytest.mark.parametrize("reason", [OSError("no route")])
def test_an_address_that_does_not_answer_is_explained(tmp_path, monkeypatch, reason):
    def refuse(address, timeout):
        raise reason

    monkeypatch.setattr(fetch.urllib.request, "urlopen", refuse)
    with pytest.raises(OSError, match=r"train-images-idx3-ubyte.gz cannot be had \(no route\).*--source FOLDER"):
        fetch.fetch(fashion.OFFICIAL, tmp_path)

"""MNIST: the committed files are the real ones, and every way of being wrong is named."""

import gzip
import hashlib
import shutil

import numpy as np
import pytest

from fa_lib.tasks import idx


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    monkeypatch.delenv("FA_DATA", raising=False)
    idx._read_split.cache_clear()


@pytest.fixture
def copy(tmp_path):
    """A folder with good copies of the two test files."""
    for file in idx.SPLITS["test"]:
        shutil.copy(idx.FOLDER / file.name, tmp_path)
    return tmp_path


def content(file):
    return gzip.decompress((idx.FOLDER / file.name).read_bytes())


# Counts per digit as printed in many accounts of the data, typed here and not computed by the code under test.
COUNTS = {
    "train": [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    "test": [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
}


@pytest.mark.parametrize("split", ["train", "test"])
def test_a_split_has_the_known_shape_and_counts(split):
    images, labels = idx.mnist(split)
    assert images.shape == (sum(COUNTS[split]), 28, 28)
    assert labels.shape == (sum(COUNTS[split]),)
    assert images.dtype == labels.dtype == np.uint8
    assert np.bincount(labels).tolist() == COUNTS[split]


def test_pixels_have_the_known_mean_and_deviation_and_stand_upright():
    images, labels = idx.mnist()
    assert round(images.mean(dtype=float) / 255, 4) == 0.1307  # the constants everyone normalises MNIST with
    assert round(images.std(dtype=float) / 255, 4) == 0.3081
    assert labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    ones = images[labels == 1].mean(0)  # a one is a stroke that is taller than wide: rows and columns are not exchanged
    rows, columns = ones.sum(1), ones.sum(0)
    at = np.arange(28)

    def spread(mass):
        mean = (mass * at).sum() / mass.sum()
        return (mass * (at - mean) ** 2).sum() / mass.sum()

    assert spread(rows) > 2 * spread(columns)


def test_committed_files_carry_no_date_or_name_and_have_the_digests():
    for file in (*idx.SPLITS["train"], *idx.SPLITS["test"]):
        head = (idx.FOLDER / file.name).read_bytes()[:10]
        assert head[3] == 0, "no name"
        assert head[4:8] == bytes(4), "no date"
        assert hashlib.sha256(content(file)).hexdigest() == file.sha256


def test_the_readme_states_the_digests_that_the_code_checks():
    readme = (idx.FOLDER / "README.md").read_text()
    for file in (*idx.SPLITS["train"], *idx.SPLITS["test"]):
        row = next(line for line in readme.splitlines() if line.startswith(f"| `{file.name}`"))
        assert file.sha256 in row
        assert str(file.shape) in row


def test_arrays_are_read_only_and_read_once():
    images, labels = idx.mnist("test")
    for array in (images, labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
        with pytest.raises(ValueError, match="cannot set WRITEABLE"):
            array.flags.writeable = True
    again = idx.mnist("test")
    assert again[0] is images
    assert again[1] is labels


def test_folder_comes_from_the_argument_then_the_environment_then_the_project(copy, monkeypatch, tmp_path_factory):
    empty = tmp_path_factory.mktemp("empty")
    expected = idx.mnist("test")[1]
    monkeypatch.setenv("FA_DATA", str(empty))
    with pytest.raises(FileNotFoundError, match=str(empty)):
        idx.mnist("test")
    assert (idx.mnist("test", folder=copy)[1] == expected).all()
    assert (idx.mnist("test", folder=str(copy))[1] == expected).all()
    monkeypatch.setenv("FA_DATA", str(copy))
    assert idx.mnist("test")[1] is idx.mnist("test", copy)[1]
    monkeypatch.setenv("FA_DATA", "")
    assert idx.mnist("test")[1] is idx.mnist("test", idx.FOLDER)[1]


@pytest.mark.parametrize("split", ["validation", "Train", "", None, 0, ["train"]])
def test_an_unknown_split_is_named(split):
    with pytest.raises(ValueError, match='split must be "train" or "test", got') as caught:
        idx.mnist(split)
    assert repr(split) in str(caught.value)


def damage(file, how):
    """The bytes of a broken copy of a committed file."""
    packed, raw = (idx.FOLDER / file.name).read_bytes(), content(file)
    flipped = bytearray(raw)
    flipped[-1] ^= 1
    swapped = bytearray(packed)
    swapped[len(packed) // 2] ^= 255
    return {
        "cut in the middle": packed[: len(packed) // 2],
        "cut before the check sum": packed[:-8],
        "cut by a byte": packed[:-1],
        "empty": b"",
        "one bit of the content": gzip.compress(bytes(flipped), 1),
        "one byte of the gzip file": bytes(swapped),
        "no deflate block": packed[:10] + b"\xff" + packed[11:],
        "wrong check sum": packed[:-8] + bytes(4) + packed[-4:],
        "not gzip": b"version https://example.org/spec/v1\n",
        "not compressed": raw,
        "wrong magic": gzip.compress(bytes((0, 0, 13, raw[3])) + raw[4:], 1),
        "wrong shape": gzip.compress(raw[:4] + bytes(4) + raw[8:], 1),
        "header alone": gzip.compress(file.header, 1),
        "nothing compressed": gzip.compress(b"", 1),
        "a row too few": gzip.compress(raw[:-1], 1),
        "a row too many": gzip.compress(raw + b"\0", 1),
    }[how]


DAMAGE = {
    "cut in the middle": "truncated",
    "cut before the check sum": "truncated",
    "cut by a byte": "truncated",
    "empty": "does not start as expected: its first bytes are missing",
    "one bit of the content": "altered: the sha256 of its content is",
    "one byte of the gzip file": "altered",
    "no deflate block": "altered or not a gzip file .Error -3",
    "wrong check sum": "altered or not a gzip file",
    "not gzip": "altered or not a gzip file",
    "not compressed": "altered or not a gzip file",
    "wrong magic": "does not start as expected: its first bytes are 00000d",
    "wrong shape": "does not start as expected",
    "header alone": "fewer than",
    "nothing compressed": "its first bytes are missing",
    "a row too few": "fewer than",
    "a row too many": "more than",
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_file_is_named_with_what_was_expected_and_what_to_do(copy, how):
    file = idx.TEST_LABELS
    (copy / file.name).write_bytes(damage(file, how))
    with pytest.raises(ValueError, match=DAMAGE[how]) as caught:
        idx.mnist("test", copy)
    for part in (str(copy / file.name), file.sha256, str(file.shape), "git checkout", "folder=", "FA_DATA"):
        assert part in str(caught.value)


@pytest.mark.parametrize("how", ["cut in the middle", "one bit of the content"])
def test_damaged_images_are_found_too(copy, how):
    file = idx.TEST_IMAGES
    (copy / file.name).write_bytes(damage(file, how))
    with pytest.raises(ValueError, match=f"{file.name} is (truncated|altered)"):
        idx.mnist("test", copy)


@pytest.mark.parametrize("file", idx.SPLITS["test"])
def test_a_missing_file_is_named_and_nothing_takes_its_place(copy, file):
    (copy / file.name).unlink()
    with pytest.raises(FileNotFoundError, match=f"{file.name} is missing") as caught:
        idx.mnist("test", copy)
    for part in (str(copy), file.sha256, "git checkout", "folder=", "FA_DATA"):
        assert part in str(caught.value)


def test_an_error_is_not_remembered(copy):
    file = idx.TEST_LABELS
    good = (copy / file.name).read_bytes()
    (copy / file.name).write_bytes(good[:100])
    with pytest.raises(ValueError, match="truncated"):
        idx.mnist("test", copy)
    (copy / file.name).write_bytes(good)
    assert idx.mnist("test", copy)[1].shape == (10000,)


def test_exchanged_splits_are_found(copy):
    shutil.copy(idx.FOLDER / idx.TRAIN_LABELS.name, copy / idx.TEST_LABELS.name)
    with pytest.raises(ValueError, match="does not start as expected"):
        idx.mnist("test", copy)

"""Pictures of pages without code are those of the notebooks that they come from."""

import pytest

from tools.book import ROOT
from tools.overview import PICTURES, glued


@pytest.mark.parametrize("file", PICTURES)
def test_a_page_shows_its_notebooks_picture(file):
    """After another run of the notebook: python -m tools.overview."""
    assert (ROOT / f"book/assets/{file}.png").read_bytes() == glued(*PICTURES[file])


def test_a_picture_that_is_not_there_is_asked_for_by_name():
    with pytest.raises(ValueError, match="no picture glued as 'none': run make chapter NAME=introduction"):
        glued("introduction", "none")

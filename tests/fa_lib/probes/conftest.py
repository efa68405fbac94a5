"""What the tests of the probes have in common."""

import pytest
from jaxtyping import config


@pytest.fixture
def own_words():
    """Shapes are not looked at, as in use: what does not fit meets the library's own words."""
    config.update("jaxtyping_disable", True)
    yield
    config.update("jaxtyping_disable", False)

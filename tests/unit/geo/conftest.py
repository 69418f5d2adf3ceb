"""The shipped gazetteer, loaded once: it is immutable."""

import pytest

from shared.geo.gazetteer import Gazetteer


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()

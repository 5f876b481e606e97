"""The cap on memory while a hostile file is read."""

import resource

import pytest

from datasets.engine.limits import memory_limit


def test_it_stops_what_grows_too_far_and_is_put_back() -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with pytest.raises(MemoryError), memory_limit(2**26):
        bytearray(2**28)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


def test_it_lets_through_what_fits() -> None:
    with memory_limit(2**28):
        assert len(bytearray(2**26)) == 2**26

"""The ceiling on memory while a hostile file is read."""

import resource

import pytest

from datasets.engine.limits import SLACK_BYTES, memory_limit

MORE = 3 * SLACK_BYTES


def test_it_stops_what_grows_far_beyond_and_is_put_back() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(MemoryError), memory_limit(2**20):
        bytearray(MORE)
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_it_lets_through_what_fits() -> None:
    with memory_limit(2**28):
        assert len(bytearray(2**20)) == 2**20

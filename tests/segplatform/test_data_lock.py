"""One `segplatform up` for each data directory."""

from pathlib import Path

import pytest

from segplatform.data_lock import DataDirectoryTakenError, data_lock


def test_a_second_start_is_told_who_holds_the_directory(tmp_path: Path) -> None:
    with (
        data_lock(tmp_path, "http://127.0.0.1:8000"),
        pytest.raises(DataDirectoryTakenError, match=r"process \d+, http://127.0.0.1:8000"),
        data_lock(tmp_path, "http://127.0.0.1:9000"),
    ):
        pass


def test_the_directory_is_free_after_the_stop(tmp_path: Path) -> None:
    for _ in range(2):
        with data_lock(tmp_path, "http://localhost:8000"):
            pass

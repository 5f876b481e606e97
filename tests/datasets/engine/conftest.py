"""A table of the engine's tests, written as the store writes it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from datasets.engine.cage.client import Cage
from datasets.engine.types import Column
from tests.factories.datasets import write_rows

Stored = Callable[[Sequence[Column], Sequence[Sequence[Any]]], list[Path]]


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    """Give a function that writes rows and returns the files."""

    def write(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> list[Path]:
        folder = tmp_path / "5b0d9c1e-version"
        return [folder / file["name"] for file in write_rows(folder, columns, rows)]

    return write


@pytest.fixture(scope="session")
def cage() -> Iterator[Cage]:
    """Give a sandbox; skip where this machine has none."""
    found = Cage()
    if not found.status().ok:
        pytest.skip(found.status().reason)
    yield found
    found.close()

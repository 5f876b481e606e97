"""What connectors hand back."""

from dataclasses import dataclass, field
from typing import Any

STAYS_TEXT = "so the column stays text."
"""How a sentence ends about a column of which only some values fit another type."""


def unread_words(name: str, count: int) -> str:
    """Say how many values of a column did not fit the type that was chosen for it."""
    return f"{name}: {count:,} values could not be read as chosen."


@dataclass
class Preview:
    """The start of a source as it would be read.

    ``options`` are the resolved ones and can be sent back changed; ``guesses`` says why for each
    guessed option (and, as ``types.<column>``, for each type); ``columns`` are ``{"name",
    "type"}``; ``rows`` hold the cells as they are written, None where empty; ``warnings`` are
    whole sentences. ``choices`` are what this file offers for an option, as {option: {value:
    label}}. ``notes`` are those warnings that are about one column, as {column: sentences};
    ``lost`` says of each column with a chosen type how many ``values`` the first rows hold, how
    many of them it ``misses``, and which of ``rows`` (from 0) these are.
    """

    options: dict[str, Any]
    guesses: dict[str, str]
    columns: list[dict[str, str]]
    rows: list[list[str | None]]
    warnings: list[str] = field(default_factory=list)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    lost: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class ReadResult:
    """What ``read`` wrote.

    ``columns`` are ``{"name", "type", "missing"}``, ``files`` ``{"name", "sha256", "bytes",
    "rows"}`` in ``out_dir``. ``report`` holds ``rows_in_file`` = ``rows_read`` +
    ``rows_rejected`` + ``rows_empty``, ``columns`` ({name: {"unreadable", "wanted"}}),
    ``rejected`` (the first 1,000 of ``{"row", "column", "text", "reason"}``; all are in
    ``rejected.parquet``), ``rejected_total`` and ``warnings``.
    """

    columns: list[dict[str, Any]]
    rows: int
    files: list[dict[str, Any]]
    bytes: int
    report: dict[str, Any]

"""What connectors hand back."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Preview:
    """The start of a source as it would be read.

    ``options`` are the resolved ones and can be sent back changed; ``guesses`` says why for each
    guessed option (and, as ``types.<column>``, for each type); ``columns`` are ``{"name",
    "type"}``; ``rows`` hold the cells as they are written, None where empty; ``warnings`` are
    whole sentences. ``choices`` are what this file offers for an option, as {option: {value:
    label}}.
    """

    options: dict[str, Any]
    guesses: dict[str, str]
    columns: list[dict[str, str]]
    rows: list[list[str | None]]
    warnings: list[str] = field(default_factory=list)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)


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

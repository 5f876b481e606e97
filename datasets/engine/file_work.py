"""A file as its import sees it: what reads it, its first rows, all of it. Files are hostile.

The same functions run in the cage and, where a machine offers none, in the job's own process.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from datasets.engine.connectors.base import Connector, ConnectorOptions, connectors
from datasets.engine.detect import detect
from datasets.engine.results import ReadResult
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

CELL_CHARACTERS = 200
"""A preview shows the start of a long cell."""


def connector_of(path: Path, name: str) -> Connector:
    """Return the connector that reads this file, by its content; UserError where none does."""
    return connectors.get(detect(path, name))()


def options_check(connector: Connector, options: Mapping[str, Any]) -> ConnectorOptions:
    """Turn stored or sent options into the connector's own; UserError names what does not fit."""
    try:
        return connector.Options.model_validate(dict(options))
    except ValidationError as error:
        fields = {".".join(map(str, e["loc"])): e["msg"] for e in error.errors()}
        words = "; ".join(f"{name}: {text}" for name, text in fields.items())
        raise UserError(f"An option does not fit. {words}", fields) from None


def file_preview(
    path: Path, name: str, options: Mapping[str, Any], *, rows: int, lenient: bool
) -> dict[str, Any]:
    """Read the first rows; ``lenient`` drops types chosen for columns that are not there.

    ``{"connector", "options", "guesses", "columns", "rows", "warnings", "choices"}``.
    """
    connector = connector_of(path, name)
    checked = options_check(connector, options)
    if lenient:
        checked = _types_known(connector, path, checked)
    preview = connector.preview(path, checked, rows)
    return {
        "connector": connector.key,
        "options": preview.options,
        "guesses": preview.guesses,
        "columns": preview.columns,
        "rows": [[cell and cell[:CELL_CHARACTERS] for cell in row] for row in preview.rows],
        "warnings": preview.warnings,
        "choices": preview.choices,
    }


def file_read(
    path: Path,
    name: str,
    options: Mapping[str, Any],
    *,
    out_dir: Path,
    progress: Progress,
    memory_bytes: int,
) -> ReadResult:
    """Read all of it into Parquet in ``out_dir`` (exists, empty)."""
    connector = connector_of(path, name)
    checked = options_check(connector, options)
    return connector.read(path, checked, out_dir, progress, memory_bytes)


def _types_known(connector: Connector, path: Path, options: ConnectorOptions) -> ConnectorOptions:
    """Leave out types chosen for columns that are not there with these options."""
    chosen = getattr(options, "types", None)
    if not chosen:
        return options
    plain = options.model_copy(update={"types": {}})
    here = {column["name"] for column in connector.preview(path, plain, 1).columns}
    known = {name: kind for name, kind in chosen.items() if name in here}
    return options.model_copy(update={"types": known})

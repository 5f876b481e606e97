"""Previews of model recipes: the whole of a small table, written, read back and forgotten."""

from pathlib import Path
from typing import Any

from datasets.engine.execute import Source, shown_rows
from datasets.engine.reader import reader, table
from datasets.engine.recipes.base import Applied, ModelRecipe
from datasets.engine.store import PART_NAME
from datasets.engine.types import ROW_COLUMN, Column
from segplatform.kernel.progress import Progress


def preview_model(
    kind: ModelRecipe,
    source: Source,
    params: Any,
    model: Applied,
    folder: Path,
    progress: Progress,
    limit: int = 100,
) -> dict[str, Any]:
    """Apply a model to a small source (a sample) in ``folder``; give what previews give.

    ``{"columns", "rows", "count", "facts", "sql", "warnings"}``: the first ``limit`` rows as
    texts for a page (None where missing), ``sql`` is None.
    """
    result = kind.run(source, params, model, folder, progress)
    columns = [Column(each["name"], each["type"]) for each in result.columns]
    files = [folder / PART_NAME]
    with reader(files) as con:
        query = f"SELECT * EXCLUDE ({ROW_COLUMN}) FROM {table(files)} ORDER BY {ROW_COLUMN} LIMIT ?"
        rows = con.execute(query, [limit]).fetchall()
    return {
        "columns": [{"name": column.name, "type": column.type} for column in columns],
        "rows": shown_rows(columns, rows),
        "count": result.rows,
        "facts": result.report["facts"],
        "sql": None,
        "warnings": result.report["notes"],
    }

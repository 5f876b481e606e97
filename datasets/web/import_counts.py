"""What is known of the whole file while its preview is looked at, and what is still counted."""

from collections.abc import Mapping, Sequence
from typing import Any

from datasets.models import Upload
from datasets.services.losses import MOST_COLUMNS, losses_known


def counts_context(
    upload: Upload, preview: Mapping[str, Any], options: Mapping[str, Any]
) -> dict[str, Any]:
    """Give what is known, and whether there is something to count yet."""
    known = losses_known(upload=upload, options=options)
    asked = columns_asked([column["name"] for column in preview["columns"]], options)
    return {
        "known": known,
        "counting": any(column not in known for column in asked),
        "wide": len(preview["columns"]) > MOST_COLUMNS,
    }


def columns_asked(
    columns: Sequence[str], options: Mapping[str, Any], looked_at: str = ""
) -> list[str]:
    """List the columns to count: all of them, of a wide table those that somebody looks at."""
    left = set(options.get("left_out", []))
    names = [name for name in columns if name not in left]
    if len(names) <= MOST_COLUMNS:
        return names
    types = options.get("types", {})
    return [name for name in names if name in types or name == looked_at]

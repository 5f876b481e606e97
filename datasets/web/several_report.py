"""What the report of an import shows of several files: a line for each, the odd ones first."""

from collections.abc import Callable, Mapping
from typing import Any

from datasets.models import DatasetVersion

PAGE = 50
LAST = 3  # files with nothing to look at


def files_context(
    version: DatasetVersion,
    page: int,
    counts: Mapping[int, int],
    page_url: Callable[[int], str],
    file_url: Callable[[int], str],
) -> dict[str, Any]:
    """Give some of the files, and the links to the others; nothing where there was one file.

    ``counts`` says how much was left out of each file, by its number from 1.
    """
    files = [
        {**file, "entries": counts.get(place, 0), "url": file_url(place)}
        for place, file in enumerate(version.report.get("files", []), start=1)
    ]
    if not files:
        return {}
    ordered = sorted(files, key=_rank)
    page = min(page, -(-len(files) // PAGE))
    first = (page - 1) * PAGE
    shown = ordered[first : first + PAGE]
    return {
        "rows": [{**file, "said": _said(file)} for file in shown],
        "count": len(files),
        "left_out": sum(bool(file["left_out"]) for file in files),
        "odd": _rank(ordered[0]) < LAST,
        "first": first + 1,
        "last": first + len(shown),
        "previous": page_url(page - 1) if page > 1 else "",
        "next": page_url(page + 1) if first + PAGE < len(files) else "",
    }


def _rank(file: dict[str, Any]) -> int:
    """Say how early a file is looked at: those that were left out first, those that are well last.

    The others stay in their order.
    """
    if file["left_out"]:
        return 0
    if file["lacks"]:
        return 1
    return 2 if file["rejected"] or file["entries"] else LAST


def _said(file: dict[str, Any]) -> str:
    """Say in words what happened to a file; nothing where all is as it should be."""
    if file["left_out"]:
        return f"Left out. {file['left_out']}"
    if not file["lacks"]:
        return ""
    names = ", ".join(f"“{name[:60]}”" for name in file["lacks"])
    more = f" and {file['lacks_count'] - len(file['lacks']):,} more"
    return f"Lacks {names}{more if file['lacks_count'] > len(file['lacks']) else ''}."

"""What the report of an import shows of several files: a line for each, the odd ones first."""

from typing import Any

from datasets.models import DatasetVersion

PAGE = 50


def files_context(version: DatasetVersion, page: int) -> dict[str, Any]:
    """Give some of the files, and the links to the others; nothing where there was one file."""
    files = version.report.get("files", [])
    if not files:
        return {}
    odd = [file for file in files if _is_odd(file)]
    ordered = [*odd, *(file for file in files if not _is_odd(file))]
    first = (page - 1) * PAGE
    shown = ordered[first : first + PAGE]
    return {
        "rows": [{**file, "said": _said(file)} for file in shown],
        "count": len(files),
        "left_out": sum(bool(file["left_out"]) for file in files),
        "odd": len(odd),
        "first": first + 1,
        "last": first + len(shown),
        "previous": f"?files={page - 1}#files" if page > 1 else "",
        "next": f"?files={page + 1}#files" if first + PAGE < len(files) else "",
    }


def _is_odd(file: dict[str, Any]) -> bool:
    """Say whether there is something to look at."""
    return bool(file["left_out"] or file["lacks"] or file["rejected"])


def _said(file: dict[str, Any]) -> str:
    """Say in words what happened to a file; nothing where all is as it should be."""
    if file["left_out"]:
        return f"Left out. {file['left_out']}"
    if not file["lacks"]:
        return ""
    names = ", ".join(f"“{name[:60]}”" for name in file["lacks"])
    more = f" and {file['lacks_count'] - len(file['lacks']):,} more"
    return f"Lacks {names}{more if file['lacks_count'] > len(file['lacks']) else ''}."

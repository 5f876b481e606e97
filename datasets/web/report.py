"""What the tab Report shows: the sums of the import and the cells that were left out."""

from typing import Any

from datasets.engine.rejected import rejected_page
from datasets.models import DatasetVersion, RecipeRun
from datasets.services.rows import rejected_file
from datasets.web.made_by import script_log
from datasets.web.recipe_facts import fact_blocks

PAGE = 100
WANTED = {
    "integer": "whole numbers",
    "decimal": "numbers",
    "float": "numbers",
    "boolean": "yes or no",
    "date": "dates",
    "datetime": "times",
    "text": "text",
}


def report_context(version: DatasetVersion, page: int) -> dict[str, Any]:
    """Give the report's values; ``page`` is the 1-based page of the cells."""
    return {
        "report": version.report,
        "source": version.origin.get("source", ""),
        "unreadable": _unreadable(version),
        "rejected": _rejected(version, page),
    }


def run_context(version: DatasetVersion) -> dict[str, Any]:
    """Give the report of a recipe's run: rows in and out, and the facts that it found."""
    report = version.report
    return {
        "rows_in": report.get("rows_in", []),
        "blocks": fact_blocks(report.get("facts", {})),
        "notes": report.get("notes", []),
        "run_lines": _run_lines(version),
    }


def _run_lines(version: DatasetVersion) -> list[str] | None:
    """Give what the script wrote that made this version; None for other recipes."""
    runs = RecipeRun.objects.select_related("recipe", "job")
    run = runs.filter(pk=version.origin.get("run")).first()
    return script_log(run.recipe, run.job) if run else None


def _unreadable(version: DatasetVersion) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "count": item["unreadable"],
            "text": f"{item['unreadable']:,} of {version.rows:,} values are not "
            f"{WANTED.get(item.get('wanted', ''), 'of its type')}",
        }
        for name, item in version.report.get("columns", {}).items()
        if item.get("unreadable")
    ]


def _rejected(version: DatasetVersion, page: int) -> dict[str, Any]:
    file = rejected_file(version=version)
    if file is None:
        return {"count": 0, "rows": []}
    rows, count = rejected_page(file, limit=PAGE, offset=(page - 1) * PAGE)
    first = (page - 1) * PAGE
    return {
        "count": count,
        "rows": rows,
        "first": first + 1,
        "last": first + len(rows),
        "previous": f"?page={page - 1}#rejected" if page > 1 else "",
        "next": f"?page={page + 1}#rejected" if first + len(rows) < count else "",
    }

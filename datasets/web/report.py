"""What the tab Report shows: the sums of the import and the cells that were left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from datasets.engine.rejected import (
    RejectedFilter,
    rejected_by_file,
    rejected_groups,
    rejected_page,
)
from datasets.engine.results import unread_words
from datasets.engine.several_places import Places
from datasets.models import DatasetVersion, RecipeRun
from datasets.services.rows import rejected_file
from datasets.web.grid_state import number
from datasets.web.import_words import WANTED
from datasets.web.made_by import script_log
from datasets.web.recipe_facts import fact_blocks
from datasets.web.several_report import files_context

PAGE = 100
WHOLE_ROWS = "rows"  # stands for a column where a whole row was left out
MOST_TEXT = 200


@dataclass(frozen=True)
class RejectedState:
    """Which cells the address asks for, and the address of others."""

    wanted: RejectedFilter
    page: int
    version: str
    file: int = 0
    """Which of several files, from 1; 0 for all of them."""

    @classmethod
    def of(cls, query: QueryDict, files: Sequence[Mapping[str, Any]] = ()) -> "RejectedState":
        """Read the address; ``files`` are those of the import's report."""
        file = max(number(query.get("file"), 0), 0)
        rows = Places(files).rows(file)
        wanted = RejectedFilter(
            column=query.get("column", ""),
            whole_rows=query.get("of") == WHOLE_ROWS,
            reason=query.get("reason", ""),
            text=query.get("text", "")[:MOST_TEXT],
            rows=rows,
        )
        page = max(number(query.get("page"), 1), 1)
        return cls(wanted, page, query.get("version", ""), file if rows else 0)

    def query(self, **changed: Any) -> str:
        """Return the part of an address after its ``?``."""
        wanted = self.wanted
        parts = {"version": self.version, "column": wanted.column, "reason": wanted.reason}
        parts |= {"text": wanted.text, "of": WHOLE_ROWS if wanted.whole_rows else ""}
        parts["file"] = str(self.file or "")
        return urlencode({name: value for name, value in (parts | changed).items() if value})

    def url(self, **changed: Any) -> str:
        """Return the address of the list with some things changed."""
        return f"?{self.query(**changed)}#rejected"

    def files_url(self, page: int) -> str:
        """Return the address of a page of the files, everything else as it is."""
        return f"?{self.query(files=page if page > 1 else '')}#files"

    def file_url(self, file: int) -> str:
        """Return the address of all that was left out of one file."""
        return self.url(file=file, column="", reason="", text="", of="")


def report_context(
    version: DatasetVersion, state: RejectedState, files_page: int = 1
) -> dict[str, Any]:
    """Give the report's values, and the page of the cells that the address asks for.

    ``files_page``, of the files, counts from 1.
    """
    report = version.report
    counts = _by_file(version)
    return {
        "report": report,
        "said": _said(report),
        "shown": version,
        "source": version.origin.get("source", ""),
        "newer": version.origin.get("newer", ""),
        "left_out": report.get("left_out", []),
        "unreadable": _unreadable(version, state),
        "rejected": _rejected(version, state) | {"files": _files_choices(report, counts)},
        "files": files_context(version, files_page, counts, state.files_url, state.file_url),
    }


def _said(report: Mapping[str, Any]) -> list[str]:
    """Give the warnings but those that the table of columns says with more."""
    columns = report.get("columns", {})
    told = {unread_words(n, c["unreadable"]) for n, c in columns.items() if c.get("unreadable")}
    return [warning for warning in report.get("warnings", []) if warning not in told]


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


def _unreadable(version: DatasetVersion, state: RejectedState) -> list[dict[str, Any]]:
    missing = {column["name"]: column.get("missing", 0) for column in version.columns}
    found = []
    for name, item in version.report.get("columns", {}).items():
        if count := item.get("unreadable"):
            values = version.rows - missing.get(name, 0) + count
            words = WANTED.get(item.get("wanted", ""), "of its type")
            text = f"{count:,} of {values:,} values are not {words}"
            url = state.url(column=name, reason="", text="", of="", file="")
            found.append({"name": name, "count": count, "text": text, "url": url})
    return found


def _rejected(version: DatasetVersion, state: RejectedState) -> dict[str, Any]:
    file = rejected_file(version=version)
    if file is None:
        return {"total": 0}
    offset = (state.page - 1) * PAGE
    rows, count = rejected_page(file, limit=PAGE, offset=offset, wanted=state.wanted)
    more = offset + len(rows) < count
    places = Places(version.report.get("files", []))
    return {
        "count": count,
        "rows": [_placed(places, *each) for each in rows],
        "first": offset + 1 if rows else 0,
        "last": offset + len(rows),
        "previous": state.url(page=state.page - 1) if state.page > 1 else "",
        "next": state.url(page=state.page + 1) if more else "",
        "wanted": state.wanted,
        "version": state.version,
        "file": state.file,
        "all_url": f"?{urlencode({'version': state.version} if state.version else {})}#rejected",
        "query": state.query(),
    } | _choices(file)


def _by_file(version: DatasetVersion) -> dict[int, int]:
    """Count what was left out of each of several files, by the file's number."""
    places, file = Places(version.report.get("files", [])), rejected_file(version=version)
    return rejected_by_file(file, places.starts) if file else {}


def _files_choices(
    report: Mapping[str, Any], counts: Mapping[int, int]
) -> list[tuple[int, str, int]]:
    """Give the files that the list can be narrowed to: number, name, how much was left out."""
    files = report.get("files", [])
    return [(place, files[place - 1]["name"], count) for place, count in sorted(counts.items())]


def _choices(file: Path) -> dict[str, Any]:
    """Give the columns and reasons that the list can be narrowed to, each with its number."""
    groups = rejected_groups(file)
    columns: dict[str | None, int] = {}
    reasons: dict[str, int] = {}
    for column, reason, count in groups:
        columns[column] = columns.get(column, 0) + count
        reasons[reason] = reasons.get(reason, 0) + count
    return {
        "total": sum(columns.values()),
        "whole_rows": columns.pop(None, 0),
        "columns": list(columns.items()),
        "reasons": list(reasons.items()),
    }


def _placed(
    places: Places, row: int, column: str | None, text: str, reason: str
) -> tuple[int, str | None, str, str, str | None]:
    """Say of which file the row is, and which of its rows."""
    file, number = places.find(row)
    return number, column, text, reason, file

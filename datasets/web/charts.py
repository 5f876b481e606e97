"""A bar chart as its page shows it: controls, figure, words, table, and the table as a file."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from datasets.engine.aggregate import Bar, Bars, Question
from datasets.engine.cells import safe_text
from datasets.engine.display import shown, writer
from datasets.engine.export import BOM
from datasets.engine.names import is_identifier
from datasets.engine.types import Column
from datasets.models import DatasetVersion
from datasets.services.charts import Proposal, chart_bars
from datasets.services.rows import sample_describe, version_columns
from datasets.web.bar_figure import bar_figure, bar_label, measure_words
from datasets.web.chart_state import TOPS, ChartState, proposed
from datasets.web.grid import NUMBERS
from projects.models import Project
from segplatform.kernel.errors import UserError


def chart_context(
    project: Project, version: DatasetVersion, state: ChartState, proposals: Sequence[Proposal]
) -> dict[str, Any]:
    """Give the values of the page; ``fault`` says what is wrong where there is no figure."""
    columns = version_columns(version=version)
    bars, fault = None, ""
    try:
        bars = chart_bars(
            project=project, version=version, question=state.question, sampled=state.sampled
        )
    except UserError as error:
        fault = str(error)
    asked = state.question
    return {
        "chart": state,
        "asked": asked,
        "here": state.url(),
        "bars": bars,
        "amount": shown(bars.amount) if bars and bars.amount is not None else "",
        "figure": bar_figure(bars, asked, state.sampled) if bars and bars.bars else None,
        "fault": fault,
        "tall": next((top for top in TOPS if bars and len(bars.bars) <= top), TOPS[-1]),
        "by_names": [column.name for column in columns],
        "measures": _measures(columns, asked),
        "tops": TOPS,
        "scopes": {"sample": state.url(sampled=True), "all": state.url(sampled=False)},
        "sample": sample_describe(project=project, version=version),
        "proposals": [_link(item, asked) for item in proposals],
    }


def chart_csv(bars: Bars, question: Question) -> Iterator[bytes]:
    """Write the bars as CSV for spreadsheets: value, amount (if not the rows), rows."""
    out = io.StringIO()
    file = csv.writer(out, lineterminator="\n")
    counts = question.measure == "count"
    names = [question.by, *([] if counts else [measure_words(question)]), "Rows"]
    file.writerow([safe_text(name) for name in names])
    write = writer(question.by)
    for bar in bars.bars:
        amounts = [] if counts else ["" if bar.amount is None else bar.amount]
        file.writerow([_csv_value(bar, write), *amounts, bar.rows])
    yield (BOM + out.getvalue()).encode()


def _csv_value(bar: Bar, write: Any) -> Any:
    if bar.value is None or isinstance(bar.value, str):
        return safe_text(bar_label(bar, write))
    return bar.value


def _measures(columns: Sequence[Column], asked: Question) -> list[dict[str, Any]]:
    """List what bars may show, in the groups of the select."""
    sums = [
        column.name
        for column in columns
        if column.type in NUMBERS and (not is_identifier(column.name) or column.name == asked.of)
    ]
    groups = [("Sum of", "sum", sums), ("Different values of", "distinct", _names(columns))]
    return [
        {
            "label": label,
            "options": [
                (f"{measure}:{name}", name, (measure, name) == (asked.measure, asked.of))
                for name in names
            ],
        }
        for label, measure, names in groups
        if names
    ]


def _names(columns: Sequence[Column]) -> list[str]:
    return [column.name for column in columns]


def _link(proposal: Proposal, asked: Question) -> dict[str, Any]:
    question = proposed(proposal)
    same = (question.by, question.measure, question.of) == (asked.by, asked.measure, asked.of)
    blurb = f"{measure_words(question)} by {question.by}"
    url = ChartState(question).url()
    return {"title": proposal.title, "blurb": blurb, "url": url, "active": same}


def chart_name(name: str, question: Question) -> str:
    """Name the file of a chart."""
    return f"{name} {measure_words(question)} by {question.by}"

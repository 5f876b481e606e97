"""Bars as Plotly draws them, with words and table; every text of a person is escaped for it."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from datasets.engine.aggregate import Bar, Bars, Question
from datasets.engine.display import plain, shown, writer
from projects.web.figures import Figure

LABEL = 32  # characters of a label beside a bar; the table has up to CELL
CELL = 200
MISSING, EMPTY, NONE = "(missing)", "(empty)", "\u2013"
NAMED = 3  # bars that the words name


@dataclass(frozen=True)
class BarFigure(Figure):
    """Bars with their table."""

    cells: tuple[tuple[str, ...], ...] = ()
    heads: tuple[str, ...] = ()

    @property
    def table(self) -> dict[str, Any]:
        """Give every bar as a row."""
        columns = [{"label": head, "number": place > 0} for place, head in enumerate(self.heads)]
        return {"columns": columns, "rows": self.cells}


def measure_words(question: Question) -> str:
    """Say what the bars show."""
    if question.measure == "count":
        return "Rows"
    return f"{'Sum of' if question.measure == 'sum' else 'Different'} {question.of}"


def bar_label(bar: Bar, write: Callable[[Any], str]) -> str:
    """Name a bar: its value in visible characters, or what it stands for."""
    if bar.merged:
        return f"{bar.merged:,} others"
    if bar.value is None:
        return MISSING
    text = write(bar.value)
    seen = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text).strip()
    return seen or EMPTY


def bar_figure(bars: Bars, question: Question, sampled: bool) -> BarFigure:
    """Draw bars from left to right, the first on top; the amount stands at the end of each."""
    write = writer(question.by)
    what = measure_words(question)
    labels = [bar_label(bar, write) for bar in bars.bars]
    amounts = [NONE if bar.amount is None else shown(bar.amount) for bar in bars.bars]
    rows = [shown(bar.rows) for bar in bars.bars]
    shares = [_share(bar, bars, question) for bar in bars.bars]
    counts = question.measure == "count"
    heads = [question.by, what, *([] if counts else ["Rows"])]
    cells = list(zip(labels, amounts, *([] if counts else [rows]), strict=True))
    if any(shares):
        heads.append("Share of all")
        cells = [(*cell, share) for cell, share in zip(cells, shares, strict=True)]
    return BarFigure(
        id="chart-figure",
        title=f"{what} by {question.by}",
        words=_words(bars, question, labels, amounts, sampled),
        figure={
            "data": [_trace(bars, labels, amounts, rows, what)],
            "layout": _layout(labels, what),
        },
        file=f"{what} by {question.by}",
        cells=tuple(tuple(text[:CELL] for text in cell) for cell in cells),
        heads=tuple(heads),
    )


def _trace(
    bars: Bars, labels: list[str], amounts: list[str], rows: list[str], what: str
) -> dict[str, Any]:
    hover = [
        f"<b>{_safe(label[:CELL])}</b><br>{_safe(what)}: {amount}<br>Rows: {count}"
        for label, amount, count in zip(labels, amounts, rows, strict=True)
    ]
    return {
        "type": "bar",
        "orientation": "h",
        "x": [None if bar.amount is None else float(bar.amount) for bar in bars.bars],
        "y": list(range(len(labels))),
        "text": amounts,
        "textposition": "outside",
        "cliponaxis": False,
        "hovertext": hover,
        "hoverinfo": "text",
        # Grey: not a value like the others.
        "meta": {"segments": [None if bar.value is None else 0 for bar in bars.bars]},
    }


def _layout(labels: list[str], what: str) -> dict[str, Any]:
    return {
        "xaxis": {"title": {"text": _safe(what)}, "fixedrange": True},
        "yaxis": {
            "tickvals": list(range(len(labels))),
            "ticktext": [_safe(_cut(label)) for label in labels],
            "range": [len(labels) - 0.4, -0.6],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        "bargap": 0.25,
        "margin": {"l": 20, "r": 64, "t": 8, "b": 44},
        "dragmode": False,
        "showlegend": False,
    }


def _words(
    bars: Bars, question: Question, labels: list[str], amounts: list[str], sampled: bool
) -> str:
    first = "Smallest" if question.ascending else "Largest"
    named = ", ".join(
        f"{label[:CELL]} {amount}"
        for bar, label, amount in list(zip(bars.bars, labels, amounts, strict=True))[:NAMED]
        if not bar.merged
    )
    own = sum(not bar.merged for bar in bars.bars)
    scope = "rows of the sample" if sampled else "rows"
    return (
        f"{measure_words(question)} by {question.by}: {own:,} of {bars.groups:,} values, from "
        f"{bars.rows:,} {scope}. {first} first: {named}."
    )


def _share(bar: Bar, bars: Bars, question: Question) -> str:
    """Give the part of the whole; one customer may be in two countries, so not of different."""
    if question.measure == "distinct" or not bars.amount or bar.amount is None:
        return ""
    return f"{100 * float(plain(bar.amount)) / float(plain(bars.amount)):.1f} %"


def _cut(label: str) -> str:
    return label if len(label) <= LABEL else f"{label[: LABEL - 1].rstrip()}…"


def _safe(text: str) -> str:
    """Escape for Plotly, which reads some tags and entities in texts."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

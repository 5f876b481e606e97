"""What the grid shows, as its URL says it: sort, filters, scope, page; every link is made here."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from datasets.engine.filters import NO_VALUE, Filter
from datasets.engine.query import sort_parse, sort_part
from datasets.engine.types import Column
from segplatform.kernel.errors import UserError

SIZES = (25, 50, 100, 500)
SIZE = 50
UNREADABLE = "This address holds a filter that cannot be read; open the dataset again."


@dataclass(frozen=True)
class GridState:
    """The state of a grid; ``column`` is the one whose filter form is open."""

    sort: str = ""
    filters: tuple[Filter, ...] = ()
    everything: bool = False
    size: int = SIZE
    page: int = 1
    column: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> "GridState":
        """Read the state of a query string; odd numbers fall back, odd filters raise UserError."""
        size = number(query.get("size"), SIZE)
        return cls(
            sort=query.get("sort", ""),
            filters=tuple(_filter_read(text) for text in query.getlist("filter")),
            everything=query.get("rows") == "all",
            size=size if size in SIZES else SIZE,
            page=max(number(query.get("page"), 1), 1),
            column=query.get("column", ""),
        )

    def url(self, **changes: Any) -> str:
        """Return the relative address of this state with changes; what is usual is left out."""
        state = replace(self, **{"page": 1, "column": "", **changes})
        parts = [
            ("rows", "all" if state.everything else ""),
            ("sort", state.sort),
            *(("filter", filter_write(item)) for item in state.filters),
            ("size", str(state.size) if state.size != SIZE else ""),
            ("page", str(state.page) if state.page > 1 else ""),
            ("column", state.column),
        ]
        return "?" + urlencode([(name, value) for name, value in parts if value])

    def hidden(self) -> list[tuple[str, str]]:
        """List what a form must carry along to keep this state."""
        parts = [("rows", "all" if self.everything else ""), ("sort", self.sort)]
        parts += [("filter", filter_write(item)) for item in self.filters]
        parts += [("size", str(self.size) if self.size != SIZE else "")]
        return [(name, value) for name, value in parts if value]

    @property
    def offset(self) -> int:
        """Count the rows before this page."""
        return (self.page - 1) * self.size

    def sorts(self, columns: Sequence[Column]) -> list[tuple[str, bool]]:
        """List the columns of the sort, True for downwards."""
        return sort_parse(self.sort, columns)


def sort_toggled(sorts: Sequence[tuple[str, bool]], name: str) -> str:
    """Sort by this column alone: first upwards, then downwards, then as in the source."""
    alone = sorts[0] if len(sorts) == 1 else None
    if alone == (name, True):
        return ""
    return sort_part(name, alone == (name, False))


def sort_added(sorts: Sequence[tuple[str, bool]], name: str, down: bool = False) -> str:
    """Sort by this column too, after the others."""
    others = [sort_part(other, way) for other, way in sorts if other != name]
    return ",".join([*others, sort_part(name, down)])


def filter_write(item: Filter) -> str:
    """Write a filter for the address: ``["Country","equals","France"]``."""
    return json.dumps(
        [item.column, item.op, *item.values], separators=(",", ":"), ensure_ascii=False
    )


def filter_from_form(query: QueryDict) -> Filter:
    """Read the filter that the form of a column sends; empty fields are no values."""
    op = query.get("op", "")
    first, second = query.get("value", ""), query.get("to", "")
    if op in NO_VALUE:
        values: list[str] = []
    elif op == "between":
        values = [first, second]
    elif op == "in":
        values = [line.strip("\r") for line in first.split("\n") if line.strip()]
    else:
        values = [first]
    return Filter(query.get("column", ""), op, tuple(values))


def _filter_read(text: str) -> Filter:
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):
        raise UserError(UNREADABLE) from None
    if not isinstance(parts, list) or len(parts) < 2 or not all(isinstance(p, str) for p in parts):
        raise UserError(UNREADABLE)
    return Filter(parts[0], parts[1], tuple(parts[2:]))


def number(text: str | None, default: int) -> int:
    """Read a plain number of a query string; anything else is ``default``."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else default

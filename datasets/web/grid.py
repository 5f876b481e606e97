"""The cells of the grid as HTML, built in Python: 15,000 cells in a template take half a second."""

from collections.abc import Sequence
from html import escape
from typing import Any
from urllib.parse import quote_plus

from django.utils.safestring import SafeString, mark_safe

from datasets.engine.display import named, shown
from datasets.engine.names import is_identifier
from datasets.engine.query import Page, sort_part
from datasets.engine.types import Column
from datasets.web.grid_state import GridState, sort_added, sort_toggled
from projects.templatetags.ui import draw_icon

LONG = 40  # characters; longer ones may be cut by the width of a column, so they can be focused
SHOWN = 1000  # characters of a cell that a page carries
TYPE_ICONS = {
    "text": "type",
    "integer": "hash",
    "decimal": "coins",
    "float": "decimals-arrow-right",
    "boolean": "toggle-left",
    "date": "calendar",
    "datetime": "calendar-clock",
}
NUMBERS = ("integer", "decimal", "float")
_SIGN = '<span class="sp-grid-null" title="missing">∅</span></td>'
MISSING, MISSING_NUMBER = f"<td>{_SIGN}", f'<td class="sp-num">{_SIGN}'
EMPTY = '<td title="empty text"></td>'


def body_html(page: Page, lead: Sequence[SafeString] = ()) -> SafeString:
    """Return the rows of the table, each with its row number in the source as header.

    ``lead`` has cells of the caller's own, one string a row, before those of the page.
    """
    numeric = [column.type in NUMBERS and not is_identifier(column.name) for column in page.columns]
    own = lead or [SafeString("")] * len(page.rows)
    return mark_safe(  # noqa: S308 -- every text passes through escape() in _text
        "".join(
            f'<tr><th scope="row" class="sp-rownum">{number:,}</th>{cells}{_row(row, numeric)}</tr>'
            for number, cells, row in zip(page.numbers, own, page.rows, strict=True)
        )
    )


def _row(row: Sequence[Any], numeric: Sequence[bool]) -> str:
    return "".join(_cell(value, right) for value, right in zip(row, numeric, strict=True))


def _cell(value: Any, right: bool) -> str:
    if value is None:
        return MISSING_NUMBER if right else MISSING
    if right:
        return f'<td class="sp-num">{shown(value)}</td>'
    if not isinstance(value, str):
        return f"<td>{named(value)}</td>"
    return _text(value) if value else EMPTY


def _text(text: str) -> str:
    direction = "" if text.isascii() else ' dir="auto"'
    if len(text) <= LONG:
        return f"<td{direction}>{escape(text)}</td>"
    safe = escape(text[: SHOWN - 1] + "…" if len(text) >= SHOWN else text)
    return f'<td{direction} tabindex="0" title="{safe}">{safe}</td>'


class Head:
    """The header cells: type, name (sorts), and a menu for each column."""

    def __init__(
        self, columns: Sequence[Column], state: GridState, *, filters: bool = True
    ) -> None:
        self.filters = filters
        self.columns = columns
        self.sorts = state.sorts(columns)
        self.filtered = {item.column for item in state.filters}
        self._unsorted, self._as_is = state.url(sort=""), state.url()

    def html(self) -> SafeString:
        """Return all cells."""
        cells = (self._cell(column, place) for place, column in enumerate(self.columns))
        return mark_safe("".join(cells))  # noqa: S308 -- names and addresses are escaped below

    def _cell(self, column: Column, place: int) -> str:
        name, part = escape(column.name), escape(sort_part(column.name, False))
        amount = column.type in NUMBERS and not is_identifier(column.name)
        css = ' class="sp-num"' if amount else ""
        href = self._sorted(sort_toggled(self.sorts, column.name))
        funnel = draw_icon("funnel", "icon", 16, "filtered")
        return (
            f'<th scope="col"{css}{self._aria_sort(column)}><div class="sp-grid-head">'
            f"{draw_icon(TYPE_ICONS[column.type], 'icon', 16, column.type)}"
            f'<a class="sp-grid-name" id="sort-{place}" href="{href}" dir="auto" '
            f'data-sort="{part}" title="{name} ({column.type})">{name}</a>{self._arrow(column)}'
            f"{funnel if column.name in self.filtered else ''}"
            f"{self._menu(column, place)}</div></th>"
        )

    def _aria_sort(self, column: Column) -> str:
        if not self.sorts or self.sorts[0][0] != column.name:
            return ""
        return f' aria-sort="{"descending" if self.sorts[0][1] else "ascending"}"'

    def _arrow(self, column: Column) -> str:
        for place, (name, down) in enumerate(self.sorts, start=1):
            if name == column.name:
                way, icon = ("descending", "arrow-down") if down else ("ascending", "arrow-up")
                count = f"<small>{place}</small>" if len(self.sorts) > 1 else ""
                return draw_icon(icon, "icon", 16, f"sorted {way}") + count
        return ""

    def _menu(self, column: Column, place: int) -> str:
        name = column.name
        links = [
            ("arrow-up-narrow-wide", "Sort ascending", self._sorted(sort_part(name, False))),
            ("arrow-down-wide-narrow", "Sort descending", self._sorted(sort_part(name, True))),
        ]
        if any(other != name for other, _ in self.sorts):
            then = self._sorted(sort_added(self.sorts, name))
            links.append(("list-plus", "Then by this column", then))
        if self.filters:
            links.append(("funnel", "Filter…", _with(self._as_is, "column", name)))
        items = "".join(
            f'<a class="sp-menu-item" href="{url}">{draw_icon(icon, "icon", 16, "")}{label}</a>'
            for icon, label, url in links
        )
        opener = draw_icon("ellipsis-vertical", "icon", 16, "")
        return (
            f'<details class="sp-menu"><summary class="btn btn-ghost btn-icon btn-sm" '
            f'id="menu-{place}" aria-label="Menu of {escape(name)}">{opener}</summary>'
            f'<div class="sp-menu-panel">{items}</div></details>'
        )

    def _sorted(self, sort: str) -> str:
        return _with(self._unsorted, "sort", sort)


def _with(url: str, name: str, value: str) -> str:
    """Add a parameter to a relative address, escaped for an attribute."""
    if not value:
        return escape(url)
    return escape(f"{url}{'' if url == '?' else '&'}{name}={quote_plus(value)}")

"""What the tab *Customers* shows: a page of rows with their segment, and every link of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe

from datasets.engine.export import FORMATS
from datasets.engine.query import Page
from datasets.web.explore import MAX_CELLS, page_links
from datasets.web.grid import MISSING_NUMBER, SHOWN, Head, body_html
from datasets.web.grid_state import SIZE, SIZES, GridState, number
from mllab.models import Prototype
from mllab.services.customers import customers_page
from mllab.services.segments import SegmentInfo, segment_get, segment_list
from mllab.web.scores import share
from mllab.web.segments import Look, look_of
from projects.models import Project

LINKS = 12
"""Segments that have a link of their own in sight; the others are in a menu."""


@dataclass(frozen=True)
class CustomersState(GridState):
    """The state of the grid of customers; ``segment`` is the label of those that are shown."""

    segment: int | None = None

    @classmethod
    def read(cls, query: QueryDict) -> "CustomersState":
        """Read the state of a query string; odd values fall back to what is usual."""
        size = number(query.get("size"), SIZE)
        return cls(
            sort=query.get("sort", ""),
            size=size if size in SIZES else SIZE,
            page=max(number(query.get("page"), 1), 1),
            segment=segment_asked(query),
        )

    def url(self, **changes: Any) -> str:
        """Return the relative address of this state with changes; what is usual is left out."""
        state = replace(self, **{"page": 1, **changes})
        parts = [
            ("segment", "" if state.segment is None else str(state.segment)),
            ("sort", state.sort),
            ("size", str(state.size) if state.size != SIZE else ""),
            ("page", str(state.page) if state.page > 1 else ""),
        ]
        return "?" + urlencode([(name, value) for name, value in parts if value])


@dataclass(frozen=True)
class SegmentLink:
    """A segment (or everyone) with how many are in it; ``url`` shows those only."""

    name: str
    css: str
    count: int
    share: str
    url: str
    is_chosen: bool


def segment_asked(query: QueryDict) -> int | None:
    """Read the label of a query string; −1 is noise, anything odd is everyone."""
    text = query.get("segment", "")
    return -1 if text == "-1" else label if (label := number(text, -2)) >= 0 else None


def customers_context(
    project: Project, prototype: Prototype, state: CustomersState
) -> dict[str, Any]:
    """Give the grid's values: rows, counts, links. Raises as ``customers_page``."""
    look = look_of(project, prototype)
    page, size = _page(prototype, state, state.size)
    if page.count and not page.rows:  # past the end: an old link still opens
        state = replace(state, page=-(-page.count // size))
        page, size = _page(prototype, state, size)
    first = (state.page - 1) * size
    links = segment_links(segment_list(prototype=prototype), look, state)
    shown = [link for at, link in enumerate(links) if at <= LINKS or link.is_chosen]
    chosen = state.segment
    return {
        "grid": state, "page": page, "look": look,
        "head": Head(page.columns[1:], state, filters=False).html(),
        "body": body_html(_without(page), _cells(page, look)),
        "first": first + 1 if page.rows else 0, "last": first + len(page.rows),
        "pages": page_links(state, page.count, size),
        "sizes": [(n, state.url(size=n)) for n in SIZES],
        "links": shown, "more": [link for link in links if link not in shown],
        "chosen": segment_get(prototype=prototype, label=chosen) if chosen is not None else None,
        "borderline": state.url(sort=page.columns[2].name),
        "is_borderline": state.sort == page.columns[2].name,
        "unsorted": state.url(sort="") if state.sort else "", "formats": FORMATS,
    }  # fmt: skip


def segment_links(
    segments: Sequence[SegmentInfo], look: Look, state: CustomersState
) -> list[SegmentLink]:
    """Give a link for everyone, then for each segment, the largest first, noise last."""
    whole = sum(info.size for info in segments)
    everyone = SegmentLink(
        "Everyone", "", whole, "", state.url(segment=None), state.segment is None
    )
    return [everyone] + [
        SegmentLink(
            *look.head(info.label), info.size, share(info.size, whole),
            state.url(segment=info.label), state.segment == info.label,
        )
        for info in segments
    ]  # fmt: skip


def _page(prototype: Prototype, state: CustomersState, size: int) -> tuple[Page, int]:
    """Read a page; a table with very many columns has fewer rows on it."""
    size = min(size, max(SIZES[0], MAX_CELLS // max(len(prototype.experiment.features), 1)))
    page = customers_page(
        prototype=prototype, limit=size, offset=(state.page - 1) * size, sort=state.sort,
        segment=state.segment, cut=SHOWN,
    )  # fmt: skip
    return page, size


def _without(page: Page) -> Page:
    """Leave out label, name and confidence, which have cells of their own."""
    return replace(page, columns=page.columns[3:], rows=[row[3:] for row in page.rows])


def _cells(page: Page, look: Look) -> list[SafeString]:
    """Write the segment and the confidence of each row; each segment is written once."""
    made: dict[int, SafeString] = {}
    for label in {row[0] for row in page.rows}:
        name, css = look.head(label)
        made[label] = mark_safe(  # noqa: S308 -- the name is escaped, the class is ours
            f'<td class="sp-customers-segment"><span class="sp-seg {css}" '
            f'title="{escape(name)}"><bdi>{escape(name)}</bdi></span></td>'
        )
    return [made[row[0]] + _confidence(row[2]) for row in page.rows]


def _confidence(value: float | None) -> SafeString:
    if value is None:
        return mark_safe(MISSING_NUMBER)  # noqa: S308 -- a constant
    return mark_safe(f'<td class="sp-num">{value:.3f}</td>')  # noqa: S308 -- a number

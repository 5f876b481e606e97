"""What the tab *Customers* shows: a page of rows with their segment, and every link of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe

from datasets.engine.export import FORMATS
from datasets.engine.query import Page
from datasets.web.explore import MAX_CELLS, page_links
from datasets.web.grid import NUMBERS, SHOWN, Head, body_html
from datasets.web.grid_state import SIZE, SIZES, GridState, number
from mllab.engine.selection import Bound, Selection, selection_from
from mllab.models import Prototype
from mllab.services.customers import customers_page
from mllab.services.segments import SegmentInfo, segment_get, segment_list
from mllab.services.selections import selection_name_propose
from mllab.web.customer_why import why_view
from mllab.web.scores import share
from mllab.web.segments import Look, look_of
from projects.models import Project

LINKS = 12
"""Segments that have a link of their own in sight; the others are in a menu."""


@dataclass(frozen=True)
class CustomersState(GridState):
    """The state of the grid of customers; ``selection`` says who is shown."""

    selection: Selection = field(default_factory=Selection)

    @property
    def segment(self) -> int | None:
        """Give the label of those that are shown; None for everyone."""
        return self.selection.segment

    @classmethod
    def read(cls, query: QueryDict) -> "CustomersState":
        """Read the state of a query string; odd values fall back to what is usual."""
        size = number(query.get("size"), SIZE)
        return cls(
            sort=query.get("sort", ""),
            size=size if size in SIZES else SIZE,
            page=max(number(query.get("page"), 1), 1),
            selection=selection_asked(query),
        )

    def url(self, **changes: Any) -> str:
        """Return the relative address of this state with changes; what is usual is left out."""
        if "segment" in changes:
            changes["selection"] = replace(self.selection, segment=changes.pop("segment"))
        state = replace(self, **{"page": 1, **changes})
        parts = [
            *state.selection.to_query(),
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


def selection_asked(query: QueryDict) -> Selection:
    """Read who is meant by a query string."""
    single = {key: query.get(key, "") for key in query}
    return selection_from(single, query.getlist("range"), segment_asked(query))


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
    row = state.selection.row
    return {
        "why": why_view(prototype, row, look) if row is not None and page.rows else None,
        "grid": state, "page": page, "look": look,
        "head": Head(page.columns[1:], state, filters=False).html(),
        "body": body_html(_without(page), _cells(page, look, state)),
        "first": first + 1 if page.rows else 0, "last": first + len(page.rows),
        "pages": page_links(state, page.count, size),
        "sizes": [(n, state.url(size=n)) for n in SIZES],
        **_selected(prototype, state, page),
        "links": shown, "more": [link for link in links if link not in shown],
        "chosen": segment_get(prototype=prototype, label=chosen) if chosen is not None else None,
        "borderline": state.url(sort=page.columns[2].name),
        "is_borderline": state.sort == page.columns[2].name,
        "unsorted": state.url(sort="") if state.sort else "", "formats": FORMATS,
    }  # fmt: skip


def _selected(prototype: Prototype, state: CustomersState, page: Page) -> dict[str, Any]:
    """Give what the selection says beside the segment: chips that take a part of it away."""
    found = state.selection
    chips = [
        (bound.words, state.url(selection=replace(found, bounds=_but(found, bound))))
        for bound in found.bounds
    ]
    if found.area:
        words = f"An area of the map with {len(found.area)} corners"
        chips.append((words, state.url(selection=replace(found, area=()))))
    if found.row is not None:
        chips.append((f"Row {found.row:,}", state.url(selection=replace(found, row=None))))
    query = urlencode(found.to_query())
    numbers = [column.name for column in page.columns[3:] if column.type in NUMBERS]
    return {
        "chips": chips, "selection_query": query, "selection_hidden": found.to_query(),
        "number_columns": numbers, "narrows": found.narrows,
        "dataset_name": selection_name_propose(prototype=prototype, selection=found),
        "cleared": state.url(selection=Selection(segment=found.segment)),
    }  # fmt: skip


def _but(found: Selection, bound: Bound) -> tuple[Bound, ...]:
    return tuple(each for each in found.bounds if each is not bound)


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
        selection=state.selection, cut=SHOWN,
    )  # fmt: skip
    return page, size


def _without(page: Page) -> Page:
    """Leave out label, name and confidence, which have cells of their own."""
    return replace(page, columns=page.columns[3:], rows=[row[3:] for row in page.rows])


def _cells(page: Page, look: Look, state: CustomersState) -> list[SafeString]:
    """Write why, segment and confidence of each row; each segment is written once."""
    made: dict[int, SafeString] = {}
    for label in {row[0] for row in page.rows}:
        name, css = look.head(label)
        made[label] = mark_safe(  # noqa: S308 -- the name is escaped, the class is ours
            f'<td class="sp-customers-segment"><span class="sp-seg {css}" '
            f'title="{escape(name)}"><bdi>{escape(name)}</bdi></span></td>'
        )
    return [
        made[row[0]] + _confidence(row[2], state, number)
        for row, number in zip(page.rows, page.numbers, strict=True)
    ]


def _confidence(value: float | None, state: CustomersState, number: int) -> SafeString:
    """Write how sure a row is, as the link to why it is here."""
    chosen = Selection(segment=state.segment, row=number)
    text = "not known" if value is None else f"{value:.3f}"
    said = f"{text}: why is this customer here?"
    url = escape(state.url(selection=chosen))
    return mark_safe(  # noqa: S308 -- a number, and an address that is escaped
        f'<td class="sp-num"><a href="{url}" title="Why is this customer here?" '
        f'aria-label="{said}">{text}</a></td>'
    )

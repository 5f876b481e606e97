"""What the tab Columns shows: the profile of every column, searched, sorted, and one opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from datasets.models import DatasetVersion
from datasets.services.files import RowsReleased
from datasets.services.previews import PreviewPending
from datasets.services.profiles import profile_ask
from datasets.web.column_facts import details, row_of
from datasets.web.grid_state import number
from projects.models import User
from segplatform.kernel.errors import UserError

PAGE = 100
FIRST_SECONDS = 1.0  # that the page waits for the profile; then a skeleton asks again
MEASURES = {
    "name": "Column", "type": "Type", "missing": "Missing", "distinct": "Distinct", "min": "Min",
    "max": "Max", "mean": "Mean", "median": "Median", "std": "Std. deviation", "skew": "Skew",
}  # fmt: skip
WORDS = ("name", "type")  # measures that are text


@dataclass(frozen=True)
class ColumnsState:
    """What the address asks for; ``sort`` is a measure, with a minus in front downwards."""

    q: str = ""
    sort: str = ""
    open: str = ""
    page: int = 1

    @classmethod
    def read(cls, query: QueryDict) -> "ColumnsState":
        """Read an address; what is not understood is left out."""
        sort = query.get("sort", "")
        return cls(
            q=query.get("q", "").strip()[:100],
            sort=sort if sort.removeprefix("-") in MEASURES else "",
            open=query.get("open", ""),
            page=max(number(query.get("page"), 1), 1),
        )

    def url(self, **changes: Any) -> str:
        """Write the address with some things changed; an opened column closes, unless named."""
        known = {"q": self.q, "sort": self.sort, "open": "", "page": 1} | changes
        kept = {key: value for key, value in known.items() if value and (key, value) != ("page", 1)}
        return "?" + urlencode(kept)


def columns_context(
    version: DatasetVersion, user: User, query: QueryDict, seconds: float
) -> dict[str, Any]:
    """Give the page's values; after ``seconds`` ``pending``, or ``broken``: why there are none."""
    try:
        found = profile_ask(version=version, user=user, seconds=seconds)
    except PreviewPending:
        return {"pending": True}
    except RowsReleased:
        raise  # the page waits for them
    except UserError as error:
        return {"broken": str(error)}
    return columns_shown(found, version.rows, ColumnsState.read(query))


def columns_shown(
    found: Sequence[Mapping[str, Any]], rows: int, state: ColumnsState
) -> dict[str, Any]:
    """Give a page of the columns that match, sorted; ``rows`` is how many the table has."""
    wanted = sorted_by(matching(found, state.q), state.sort)
    last_page = max(1, -(-len(wanted) // PAGE))
    page = min(state.page, last_page)
    part = wanted[(page - 1) * PAGE : page * PAGE]
    return {
        "state": state,
        "heads": [_head(state, key) for key in MEASURES],
        "columns": [_shown(state, page, profile, rows) for profile in part],
        "total": len(found),
        "matches": len(wanted),
        "first": (page - 1) * PAGE + 1 if part else 0,
        "last": (page - 1) * PAGE + len(part),
        "previous_url": state.url(page=page - 1) if page > 1 else "",
        "next_url": state.url(page=page + 1) if page < last_page else "",
    }


def matching(found: Sequence[Mapping[str, Any]], q: str) -> list[Mapping[str, Any]]:
    """Give the columns whose name holds the words, or whose type they are."""
    word = q.casefold()
    return [one for one in found if word in one["name"].casefold() or word == one["type"]]


def sorted_by(found: Sequence[Mapping[str, Any]], sort: str) -> list[Mapping[str, Any]]:
    """Sort by a measure, numbers before texts; columns without it come last either way."""
    key, down = sort.removeprefix("-"), sort.startswith("-")
    if not key:
        return list(found)
    have = [one for one in found if one[key] is not None]
    without = [one for one in found if one[key] is None]
    numbers = [one for one in have if not isinstance(one[key], str)]
    texts = [one for one in have if isinstance(one[key], str)]
    numbers.sort(key=lambda one: one[key], reverse=down)
    texts.sort(key=lambda one: one[key].casefold(), reverse=down)
    return [*numbers, *texts, *without]


def _head(state: ColumnsState, key: str) -> dict[str, Any]:
    """Give a header: numbers are first sorted downwards, words upwards; a third click unsorts."""
    up, down = key, f"-{key}"
    order = [up, down, ""] if key in WORDS else [down, up, ""]
    after = order[(order.index(state.sort) + 1) % 3] if state.sort in (up, down) else order[0]
    way = {up: "ascending", down: "descending"}.get(state.sort, "")
    return {
        "key": key, "label": MEASURES[key], "url": state.url(sort=after), "way": way,
        "number": key not in WORDS,
    }  # fmt: skip


def _shown(state: ColumnsState, page: int, profile: Mapping[str, Any], rows: int) -> dict[str, Any]:
    is_open = profile["name"] == state.open
    opened = "" if is_open else profile["name"]
    row = row_of(profile, rows)
    row |= {"is_open": is_open, "toggle": state.url(open=opened, page=page)}
    return row | {"details": details(profile, rows)} if is_open else row

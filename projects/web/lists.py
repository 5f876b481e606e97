"""Lists that are searched, sorted and paged by what the URL says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest

PAGE_SIZE = 24


@dataclass(frozen=True)
class ListPage:
    """One page of a list, and what was asked for (for the form and the links)."""

    q: str
    sort: str
    page: Page[Any]

    @property
    def is_filtered(self) -> bool:
        """Say whether a search hides some of the items."""
        return bool(self.q)


def list_page(
    request: HttpRequest,
    items: QuerySet[Any],
    *,
    search: Sequence[str],
    sorts: Mapping[str, str],
    size: int = PAGE_SIZE,
) -> ListPage:
    """Search ``search`` for ``?q``, sort by ``?sort`` (a key of ``sorts``), cut ``?page``.

    The first of ``sorts`` is the default; unknown sorts and pages out of range fall back to the
    nearest that exists, so that an old link still opens.
    """
    q = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    sort = request.GET.get("sort", "")
    sort = sort if sort in sorts else next(iter(sorts))
    if q:
        matches = Q()
        for field in search:
            matches |= Q(**{f"{field}__icontains": q})
        items = items.filter(matches)
    ordered = items.order_by(sorts[sort], "pk")
    return ListPage(q, sort, Paginator(ordered, size).get_page(request.GET.get("page")))

"""What the tabs of a dataset show: the grid with its links, and the tabs themselves."""

from dataclasses import replace
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from datasets.engine.filters import NO_VALUE, OPS, Filter, op_label, where
from datasets.engine.query import Page
from datasets.engine.types import Column
from datasets.models import Dataset, DatasetVersion
from datasets.services.rows import rows_page, sample_describe, version_columns
from datasets.web.checkup import looks_like_sales
from datasets.web.grid import SHOWN, Head, body_html
from datasets.web.grid_state import SIZES, GridState, filter_from_form
from projects.models import Project, Role
from segplatform.kernel.errors import UserError

MAX_CELLS = 60_000  # of one page: what a browser lays out in about a second


def tabs(project: Project, dataset: Dataset, active: str) -> list[dict[str, Any]]:
    """List the tabs of a dataset that this member can open."""
    names = [("explore", "Explore", "dataset")]
    if dataset.current:
        names += [("columns", "Columns", "dataset_columns"), ("charts", "Charts", "dataset_chart")]
        if looks_like_sales(dataset):
            names.append(("checkup", "Check-up", "dataset_checkup"))
        if dataset.current.report:
            names.append(("report", "Report", "dataset_report"))
        names.append(("history", "History", "dataset_history"))
    if project.membership.allows(Role.EDITOR):
        names.append(("settings", "Settings", "dataset_settings"))
    return [
        {
            "label": label,
            "url": reverse(url, args=[project.pk, dataset.pk]),
            "active": key == active,
        }
        for key, label, url in names
    ]


def filter_added(query: QueryDict, version: DatasetVersion) -> tuple[GridState, str]:
    """Return the state with the filter that the form sent, or the form open and what is wrong."""
    state = GridState.read(query)
    if not query.get("op"):
        return state, ""
    item = filter_from_form(query)
    try:
        where([*state.filters, item], version_columns(version=version))
    except UserError as error:
        return state, str(error)
    kept = tuple(other for other in state.filters if other != item)
    return GridState(state.sort, (*kept, item), state.everything, state.size), ""


def explore(
    project: Project, version: DatasetVersion, state: GridState, fault: str, query: QueryDict
) -> dict[str, Any]:
    """Give the grid's values: rows, counts, links, chips, and the open filter form."""
    columns = version_columns(version=version)
    size = min(state.size, max(SIZES[0], MAX_CELLS // max(len(columns), 1)))
    page = _page(project, version, state, size)
    if page.count and not page.rows:  # past the end: an old link still opens
        state = replace(state, page=-(-page.count // size))
        page = _page(project, version, state, size)
    first = (state.page - 1) * size
    return {
        "grid": state,
        "here": state.url(page=state.page, column=state.column),
        "page": page,
        "head": Head(columns, state).html(),
        "body": body_html(page),
        "first": first + 1 if page.rows else 0,
        "last": first + len(page.rows) if page.rows else 0,
        "pages": page_links(state, page.count, size),
        "sizes": [(n, state.url(size=n)) for n in SIZES],
        "sample": sample_describe(project=project, version=version),
        "scopes": {"sample": state.url(everything=False), "all": state.url(everything=True)},
        "chips": [_chip(state, item, columns) for item in state.filters],
        "unsorted": state.url(sort="") if state.sort else "",
        "unfiltered": state.url(filters=()),
        "form": _form(state, columns, fault, query),
    }


def _page(project: Project, version: DatasetVersion, state: GridState, size: int) -> Page:
    return rows_page(
        project=project,
        version=version,
        limit=size,
        offset=(state.page - 1) * size,
        sort=state.sort,
        filters=state.filters,
        sampled=not state.everything,
        cut=SHOWN,
    )


def page_links(state: GridState, count: int, size: int) -> dict[str, Any]:
    """Give the number of this page, how many there are, and the addresses of those around it."""
    last = max(1, -(-count // size))
    now = state.page
    return {
        "first": state.url(page=1) if now > 1 else "",
        "previous": state.url(page=state.page - 1) if now > 1 else "",
        "next": state.url(page=now + 1) if now < last else "",
        "last": state.url(page=last) if now < last else "",
        "number": now,
        "count": last,
    }


def _chip(state: GridState, item: Filter, columns: list[Column]) -> dict[str, str]:
    kind = next((column.type for column in columns if column.name == item.column), "text")
    joint = " and " if item.op == "between" else ", "
    return {
        "column": item.column,
        "op": op_label(item.op, kind),
        "values": joint.join(item.values),
        "remove": state.url(filters=tuple(other for other in state.filters if other != item)),
    }


def _form(
    state: GridState, columns: list[Column], fault: str, query: QueryDict
) -> dict[str, Any] | None:
    column = next((column for column in columns if column.name == state.column), None)
    if column is None:
        return None
    ops = OPS[column.type]
    return {
        "column": column,
        "ops": [(op, op_label(op, column.type), op in NO_VALUE) for op in ops],
        "op": query.get("op") or ops[0],
        "value": query.get("value", ""),
        "to": query.get("to", ""),
        "error": fault,
        "hidden": state.hidden(),
        "close": state.url(page=state.page),
    }

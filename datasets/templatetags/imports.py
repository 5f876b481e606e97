"""Template tags of the import pages."""

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from datasets.models import Dataset
from datasets.services.imports import import_upload
from datasets.services.sources import file_extensions, file_formats
from datasets.web.import_columns import Cell, PreviewColumn
from datasets.web.import_head import head_html, loss_html, was_html
from projects.models import Project

register = template.Library()
EMPTY = '<span class="sp-grid-null">empty</span>'


@register.simple_tag
def import_cells(row: Iterable[Cell]) -> SafeString:
    """Write the cells of a row; for the 5,000 of a page a template takes far longer."""
    return SafeString("".join(_cell(*each) for each in row))


def _cell(kind: str, cell: str | None, mark: str) -> str:
    text = EMPTY if cell is None else escape(cell)
    if mark == "lost" and cell is not None:
        text = f'<del title="Would be lost">{text}</del>'
    return f"{_opening(kind, mark, cell is None or cell.isascii())}{text}</td>"


@lru_cache
def _opening(kind: str, mark: str, ascii_only: bool) -> str:
    said = format_html(' class="is-{}"', mark) if mark else ""
    direction = "" if ascii_only else SafeString(' dir="auto"')
    return format_html('<td data-type="{}"{}{}>', kind, said, direction)


@register.simple_tag
def import_head(columns: Iterable[PreviewColumn], lean: bool = False) -> SafeString:
    """Write the header cells; ``lean`` ones get their lists of types from a script."""
    return head_html(columns, lean=lean)


@register.simple_tag
def import_said(column: PreviewColumn) -> SafeString:
    """Write what is to know of a column; nothing where that is nothing."""
    told = column.error or column.line or not column.kept or column.title != column.name
    return SafeString(was_html(column) + loss_html(column)) if told else SafeString("")


@register.inclusion_tag("datasets/_drop_area.html", takes_context=True)
def drop_area(
    context: template.Context, project: Project, dataset: Dataset | None = None, mode: str = ""
) -> dict[str, object]:
    """Show the area where a file is dropped or chosen; once on a page.

    With ``dataset`` its rows are for that: ``mode`` says whether in place of those it has.
    """
    target = f"?{urlencode({'dataset': dataset.pk, 'mode': mode})}" if dataset else ""
    return {
        "action": (
            reverse(f"dataset_{mode}", args=[project.pk, dataset.pk])
            if dataset
            else reverse("import_start", args=[project.pk])
        ),
        "target": target,
        "csrf_token": context.get("csrf_token"),
        "project": project,
        "accept": ",".join(file_extensions()),
        "formats": file_formats(),
        "max_bytes": settings.MAX_UPLOAD_BYTES,
    }


@register.inclusion_tag("datasets/_import_again.html")
def import_again(dataset: Dataset) -> dict[str, object]:
    """Show the way back to the preview of a dataset whose import did not succeed."""
    return {"project": dataset.project, "upload": import_upload(dataset=dataset)}

"""Template tags of the import pages."""

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from datasets.models import Dataset
from datasets.services.imports import import_upload
from datasets.services.sources import file_extensions, file_formats
from datasets.web.import_columns import Cell, PreviewColumn
from projects.models import Project

register = template.Library()
SELECTED = SafeString(" selected")
EMPTY = '<span class="sp-grid-null">empty</span>'


@register.simple_tag
def import_cells(row: Iterable[Cell]) -> SafeString:
    """Write the cells of a row; for the 5,000 of a page a template takes far longer."""
    return SafeString("".join(_cell(*each) for each in row))


def _cell(kind: str, cell: str | None, mark: str) -> str:
    text = EMPTY if cell is None else escape(cell)
    if mark == "lost" and cell is not None:
        text = f'<del title="Would be lost">{text}</del>'
    return f"{_opening(kind, mark)}{text}</td>"


@lru_cache
def _opening(kind: str, mark: str) -> str:
    said = format_html(' class="is-{}"', mark) if mark else ""
    return format_html('<td data-type="{}"{}>', kind, said)


@register.simple_tag
def import_types(column: PreviewColumn) -> SafeString:
    """Write the types that a column can get, each with what it would lose."""
    return _types(column.value, tuple(column.choices))


@lru_cache(maxsize=500)  # of hundreds of columns most have the same to choose from
def _types(chosen: str, choices: tuple[tuple[str, str, str], ...]) -> SafeString:
    options = (
        (value, SELECTED if value == chosen else "",
         f"{label}: {lost}" if lost and value != chosen else label)
        for value, label, lost in choices
    )  # fmt: skip
    return format_html_join("", '<option value="{}"{}>{}</option>', options)


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

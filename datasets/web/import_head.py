"""The header cells of a preview as HTML, built in Python: for 300 columns a template takes a third
of a second.

Where a script is there (``lean``), a list of types holds what is chosen: static/js/import.js puts
the others in once somebody comes to it.
"""

from collections.abc import Iterable
from functools import lru_cache
from html import escape

from django.template.loader import get_template
from django.utils.safestring import SafeString

from datasets.web.import_columns import PreviewColumn
from projects.templatetags.ui import draw_icon

ISOLATED = "\u2068{}\u2069"
"""A value keeps its direction to itself, without an element of its own."""

Choices = tuple[tuple[str, str, str], ...]


def head_html(columns: Iterable[PreviewColumn], *, lean: bool) -> SafeString:
    """Return a header cell for each column."""
    return SafeString("".join(_cell(column, lean) for column in columns))


def _cell(column: PreviewColumn, lean: bool) -> str:
    title, key, kind = escape(column.title), column.key, escape(column.type)
    values = " · ".join(ISOLATED.format(escape(value)) for value in column.values)
    why = f' title="{escape(column.why)}"' if column.why else ""
    return (
        f'<th scope="col" class="sp-col{"" if column.kept else " is-out"}" data-type="{kind}" '
        f'data-key="{key}" aria-label="{title}"><div class="sp-col-in">'
        f'<span class="sp-col-name">{_named(column, title)}</span><span class="sp-col-type">'
        f'<span class="sp-chip sp-import-type" data-type="{kind}"{why}>'
        f"{draw_icon(column.icon, 'icon', 20, '')}{_types(column, lean)}</span>{was_html(column)}"
        f'</span><span class="sp-col-values">{values}</span>{loss_html(column)}</div></th>'
    )


def _named(column: PreviewColumn, title: str) -> str:
    """Write the box that takes the column and the field of its name.

    Nothing has an id: with hundreds of columns each would cost htmx a look at the whole table.
    """
    place, name = column.number, escape(column.name)
    wrong = f' aria-invalid="true" aria-describedby="error-{column.key}"' if column.error else ""
    return (
        f'<input type="hidden" name="column-{place}" value="{name}">'
        f'<input type="hidden" name="keep-{place}" value="0">'
        f'<input class="sp-check" type="checkbox" name="keep-{place}" value="1"'
        f'{" checked" if column.kept else ""} aria-label="Import {name}" '
        'title="Import this column">'
        f'<input class="sp-col-title" name="name-{place}" value="{title}" placeholder="{name}" '
        f'title="{name}" maxlength="200" dir="auto" aria-label="Name of {name}"{wrong}>'
    )


def _types(column: PreviewColumn, lean: bool) -> str:
    """Write what the column can become, each type with what it would lose."""
    lean = lean and not any(lost for _, _, lost in column.choices)
    choices = tuple(each for each in column.choices if not lean or each[0] in ("", column.value))
    guessed = f' data-lean="{escape(column.type)}"' if lean else ""
    return (
        f'<select name="type-{column.number}" aria-label="Type of {escape(column.name)}"{guessed}>'
        f"{_options(column.value, choices)}</select>"
    )


@lru_cache(maxsize=500)  # of hundreds of columns most have the same to choose from
def _options(chosen: str, choices: Choices) -> str:
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>'
        f"{escape(f'{label}: {lost}' if lost and value != chosen else label)}</option>"
        for value, label, lost in choices
    )


def was_html(column: PreviewColumn) -> SafeString:
    """Say what a renamed column is called in the file."""
    if column.title == column.name:
        return SafeString('<span class="sp-col-was"></span>')
    name = escape(column.name)
    return SafeString(
        f'<span class="sp-col-was" title="{name} in the file"><span class="visually-hidden">'
        f"In the file: </span>{draw_icon('file', 'icon', 20, '')}<bdi>{name}</bdi></span>"
    )


def loss_html(column: PreviewColumn) -> SafeString:
    """Say what is to know of a column: a line, the rest behind it."""
    if column.error:
        said = _line("sp-bad", "circle-alert", column.error, f' id="error-{column.key}"')
    elif not column.kept:
        said = _line("", "eye-off", "Left out")
    elif column.loss and column.loss.state == "ok" and not column.notes:
        said = _line("sp-ok", "circle-check", column.line)
    elif column.line:
        said = get_template("datasets/_import_loss.html").render({"column": column})
    else:
        said = ""
    return SafeString(f'<span class="sp-col-loss">{said}</span>')


def _line(css: str, icon: str, text: str, more: str = "") -> str:
    said = escape(text)
    drawn = draw_icon(icon, "icon", 20, "")
    return f'<span class="sp-col-line {css}"{more} title="{said}">{drawn}<span>{said}</span></span>'

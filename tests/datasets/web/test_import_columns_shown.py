"""Columns of a preview: what is said of them, and that their cells are written safely."""

from typing import Any

from datasets.engine.results import STAYS_TEXT
from datasets.templatetags.imports import import_cells, import_head, import_said
from datasets.web.import_columns import columns_shown, kept_as_text, warnings_kept

STAYS = f"Invoice: some values are not whole numbers, such as “C1”, {STAYS_TEXT}"
ASKS = "Day: 01/02 can be 1 February or January 2. Choose the order of day and month."
PREVIEW: dict[str, Any] = {
    "columns": [{"name": name, "type": "text"} for name in ("Invoice", "Day")],
    "rows": [["1", "01/02"]], "guesses": {}, "notes": {"Invoice": [STAYS], "Day": [ASKS]},
    "warnings": ["Two rows are short.", STAYS, ASKS],
}  # fmt: skip


def test_what_stays_text_is_said_by_its_column_and_asks_nothing() -> None:
    columns = columns_shown(PREVIEW, {"renamed": {"Invoice": "Bill"}}, {}, {})
    assert kept_as_text(columns) == ["Bill"]
    assert [(column.state, column.line) for column in columns] == [
        ("info", "Kept as text"),
        ("warn", ASKS.removeprefix("Day: ")),
    ]
    assert warnings_kept(PREVIEW, columns) == ["Two rows are short.", ASKS]


def test_a_column_that_is_left_out_says_nothing() -> None:
    columns = columns_shown(PREVIEW, {"left_out": ["Invoice", "Day"]}, {}, {})
    assert kept_as_text(columns) == []
    assert warnings_kept(PREVIEW, columns) == ["Two rows are short."]


def test_cells_and_types_are_written_with_hostile_texts_escaped() -> None:
    row = [('te"xt', "<b>1</b>", ""), ("text", "a&b", "lost"), ("date", None, "out")]
    assert import_cells(row) == (
        '<td data-type="te&quot;xt">&lt;b&gt;1&lt;/b&gt;</td>'
        '<td data-type="text" class="is-lost"><del title="Would be lost">a&amp;b</del></td>'
        '<td data-type="date" class="is-out"><span class="sp-grid-null">empty</span></td>'
    )
    column = columns_shown(PREVIEW, {}, {}, {})[0]
    column.choices = [("", "Text", ""), ("date", "Date", "<i> would be lost")]
    assert (
        '<option value="" selected>Text</option>'
        '<option value="date">Date: &lt;i&gt; would be lost</option>'
    ) in import_head([column], lean=True)


def test_heads_are_written_with_hostile_names_escaped() -> None:
    evil = '"><script>alert(1)</script>'
    preview = {**PREVIEW, "columns": [{"name": evil, "type": "text"}], "rows": [[evil]],
               "guesses": {f"types.{evil}": evil}}  # fmt: skip
    for options in ({}, {"renamed": {evil: f"{evil}2"}}, {"left_out": [evil]}):
        columns = columns_shown(preview, options, {}, {f"renamed.{evil}": evil})
        for written in (import_head(columns, lean=False), import_said(columns[0])):
            assert "<script" not in written
    assert 'title="&quot;&gt;&lt;script' in import_head(columns_shown(preview, {}, {}, {}))


def test_a_lean_head_has_but_what_is_chosen() -> None:
    column = columns_shown(PREVIEW, {"types": {"Day": "date"}}, {}, {})[1]
    assert import_head([column]).count("<option") == len(column.choices)
    lean = import_head([column], lean=True)
    assert 'data-lean="text"' in lean
    assert lean.count("<option") == 2
    assert '<option value="date" selected>Date</option>' in lean


def test_of_a_column_without_anything_to_say_nothing_is_sent() -> None:
    preview = {**PREVIEW, "notes": {}}
    assert import_said(columns_shown(preview, {}, {}, {})[0]) == ""
    assert "Left out" in import_said(columns_shown(preview, {"left_out": ["Invoice"]}, {}, {})[0])
    was = import_said(columns_shown(preview, {"renamed": {"Invoice": "Bill"}}, {}, {})[0])
    assert "<bdi>Invoice</bdi>" in was

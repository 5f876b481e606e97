"""JSON as programs write it: every value arrives, as what it is, or is named in the report."""

import gzip
import json
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from datasets.engine.content import content_kind_of
from datasets.engine.file_work import file_preview
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress
from tests.datasets.engine.format_files import import_file, preview_file, put

LINES = """{"id": 12345678901234567890, "code": "00123", "price": 2.50, "gift": true, "at": null}
{"id": 2, "code": "7", "price": 1e2, "gift": false, "at": "2020-01-02T08:26:00Z", "more": [1, 1.50]}
"""


def test_lines_keep_every_digit_and_name(tmp_path: Path) -> None:
    table = import_file(put(tmp_path, LINES))
    assert table.names == ["id", "code", "price", "gift", "at", "more"]
    assert table.types == ["text", "text", "decimal", "boolean", "datetime", "text"]
    at = datetime(2020, 1, 2, 8, 26)
    assert table.rows == [
        ("12345678901234567890", "00123", Decimal("2.5000"), True, None, None),
        ("2", "7", Decimal("100.0000"), False, at, "[1, 1.50]"),
    ]
    assert "more: 1 of 2 objects lack it" in table.said


def test_bad_lines_are_rejected_with_their_number_and_text(tmp_path: Path) -> None:
    data = '{"a": 1}\nnonsense\n\n{"a": 2} x\n[3]\n' + '{"a":' * 5_000 + '\n{"a": 4}\n'
    table = import_file(put(tmp_path, data))
    assert (table.rows, table.numbers) == ([(1,), (4,)], [1, 7])
    assert (table.report["rows_rejected"], table.report["rows_empty"]) == (4, 1)
    rejected = table.report["rejected"]
    assert [(each["row"], each["text"][:8]) for each in rejected] == [
        (2, "nonsense"), (4, '{"a": 2}'), (5, "[3]"), (6, '{"a":{"a'),
    ]  # fmt: skip
    assert "too deep" in rejected[3]["reason"]
    assert preview_file(put(tmp_path, data)).warnings[0].startswith("4 of the first rows")


def test_types_and_columns_are_those_of_all_rows(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"n": i} for i in range(3_000)]
    rows += [{"n": "C1", "late": {"deep": {"est": 5}}}]
    table = import_file(put(tmp_path, "\n".join(map(json.dumps, rows))))
    assert (table.names, table.types) == (["n", "late.deep.est"], ["text", "integer"])
    assert table.rows[-1] == ("C1", 5)
    assert "late.deep.est: 3,000 of 3,001 objects" in table.said


def test_nested_objects_and_names_that_meet(tmp_path: Path) -> None:
    data = [{"a": {"b": 1}, "a.b": 2}, {"a": "text"}, {"a": {}}, {}]
    table = import_file(put(tmp_path, json.dumps(data)))
    assert table.names == ["a.b", "a.b_2", "a"]
    assert table.rows == [(1, 2, None), (None, None, "text")]
    assert table.report["rows_empty"] == 2


def test_an_array_inside_is_found_and_chosen(tmp_path: Path) -> None:
    data = {"meta": {"tags": ["x"]}, "data": {"items": [{"x": 1}, {"x": 2}]}, "users": [{"u": 9}]}
    path = put(tmp_path, json.dumps(data))
    shown = preview_file(path)
    assert shown.choices["records"] == {
        "$.data.items": "data.items (2 objects)", "$.users": "users (1 object)"
    }  # fmt: skip
    assert shown.options["records"] == "$.data.items"
    assert import_file(path).rows == [(1,), (2,)]
    assert import_file(path, records="$.users").names == ["u"]
    with pytest.raises(UserError, match="no list of objects"):
        preview_file(path, records="$.other")


def test_a_long_document_is_read_in_pieces(tmp_path: Path) -> None:
    items = [{"n": n, "text": "x" * 1_000} for n in range(18_000)]
    path = put(tmp_path, json.dumps({"meta": {"count": 1}, "data": items, "after": 5}))
    assert preview_file(path).choices["records"] == {"$.data": "data"}
    assert [row[0] for row in import_file(path).rows] == list(range(18_000))


def test_columns_and_objects_over_several_lines(tmp_path: Path) -> None:
    path = put(tmp_path, '{"a": [1, 2, 3], "b": ["x", null, ""]}')
    assert preview_file(path).rows == [["1", "x"], ["2", None], ["3", None]]
    assert import_file(path).rows == [(1, "x"), (2, None), (3, None)]
    with pytest.raises(UserError, match="not equally long: “b” has 1"):
        preview_file(put(tmp_path, '{"a": [1, 2], "b": ["x"]}'))
    assert import_file(put(tmp_path, '{\n"a": 1\n}\n{\n"a": 2}')).rows == [(1,), (2,)]


def test_what_json_leaves_open_is_said(tmp_path: Path) -> None:
    data = '{"a": 1, "a": 2, "b": NaN}\n{"a": 3, "c": "x\\u0000y", "d": "\\ud83d"}\n'
    table = import_file(put(tmp_path, data))
    assert table.rows == [(2, None, None, None), (3, None, "xy", "\ufffd")]
    for words in ("1 object names something twice", "1 values are NaN", "1 cells held NUL"):
        assert words in table.said


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ('[{"a": 1}, {"a": ', "character 18 on: it ends too early"),
        ('[{"a": 1} {"a": 2}]', "character 11 on: “{” stands where"),
        ('[{"a": ' + '{"a": ' * 50_000, "too deep"),
        ('[{"a": "' + "x" * 5_000_000 + '"}]', "cell of over 1 MB in “a”"),
        ('{"a": "' + "x" * 9_000_000, "longer than 8 MB"),
        ("[]", "no object"),
        ("[[1, 2], [3, 4]]", "no object"),
        ("\n".join(json.dumps({f"n{i}": 1}) for i in range(1_001)), "1,000 different names"),
        (b'{"a": "\xe9"}\n', "encoding"),
    ],
)
def test_damage_ends_in_one_sentence(data: str | bytes, words: str, tmp_path: Path) -> None:
    path = put(tmp_path, data)
    options = {"encoding": "utf-8"} if isinstance(data, bytes) else {}
    with pytest.raises(UserError, match=words):
        import_file(path, **options)


def test_other_encodings(tmp_path: Path) -> None:
    for codec in ("utf-8-sig", "utf-16", "utf-16-le", "cp1252"):
        text = '[{"name": "Zoë"}, {"name": "Müller"}]\n'
        assert import_file(put(tmp_path, text.encode(codec))).rows == [("Zoë",), ("Müller",)]


def test_it_is_known_by_its_content_also_in_archives(tmp_path: Path) -> None:
    for text in (LINES, '[{"a": 1}]', " \n[\n{", "{}", "[]", '{ "a'):
        assert content_kind_of(text.encode())[0] == "json"
    for text in ("{id},{name}\n1,2", "[1,2]\n", "a,b\n{},[]", "[x]"):
        assert content_kind_of(text.encode())[0] == "text"
    packed = tmp_path / "a.gz"
    packed.write_bytes(gzip.compress(LINES.encode()))
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a.json", '[{"a": 1}]')
        made.writestr("b.json", '[{"b": 1}]')
    for path, count in ((packed, 6), (archive, 1)):
        shown = file_preview(
            path, path.name, {}, rows=5, lenient=False, work=tmp_path, progress=NullProgress()
        )
        assert shown["connector"] == "json_file"
        assert len(shown["columns"]) == count

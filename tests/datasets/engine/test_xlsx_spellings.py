"""The same sheet as other programs write it: shared texts, prefixes, other quotes."""

import re
import zipfile
from decimal import Decimal
from pathlib import Path

from tests.datasets.engine.xlsx_files import preview, read, rewrite, save

SHEET = "xl/worksheets/sheet1.xml"


SHARED = (
    b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<si><t>plain</t></si><si><r><t xml:space="preserve">half </t></r><r><t>bold</t></r>'
    b"<rPh><t>spoken</t></rPh></si><si><t>never used</t></si></sst>"
)


def test_shared_texts_and_formatted_ones(tmp_path: Path) -> None:
    path = save(tmp_path, ("S", [("id", "name"), (1, "?0"), (2, "?1"), (3, "?0")]))
    part = "xl/sharedStrings.xml"

    def shared(data: bytes) -> bytes:
        inline = rb't="inlineStr"><is><t>\?([01])</t></is>'
        return re.sub(inline, rb't="s"><v>\1</v>', data)

    with zipfile.ZipFile(path, "a") as package:
        if part not in package.namelist():
            package.writestr(part, SHARED)
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>'
    rewrite(path, "[Content_Types].xml", lambda data: data.replace(b"</Types>", override))
    relation = (
        b'<Relationship Id="rIdS" Target="sharedStrings.xml" Type="http://schemas.openxmlformats'
        b'.org/officeDocument/2006/relationships/sharedStrings"/></Relationships>'
    )
    rewrite(path, "xl/_rels/workbook.xml.rels",
            lambda data: data.replace(b"</Relationships>", relation))  # fmt: skip
    rewrite(path, SHEET, shared)
    assert read(path).rows == [(1, "plain"), (2, "half bold"), (3, "plain")]
    assert preview(path).rows == [["1", "plain"], ["2", "half bold"], ["3", "plain"]]


def test_prefixed_tags(tmp_path: Path) -> None:
    rows = [("id", "name", "share"), (1, "a", 0.5), (2, "b", 0.25)]

    def prefixed(data: bytes) -> bytes:
        tagged = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", data)
        return tagged.replace(b" xmlns=", b" xmlns:x=", 1)

    path = rewrite(save(tmp_path, ("S", rows)), SHEET, prefixed)
    assert preview(path).rows == [["1", "a", "0.5"], ["2", "b", "0.25"]]
    assert read(path).rows == [(1, "a", Decimal("0.5")), (2, "b", Decimal("0.25"))]


def test_rows_and_cells_without_their_places(tmp_path: Path) -> None:
    path = rewrite(
        save(tmp_path, ("S", [("id", "name"), (1, "a"), (2, "b")])),
        SHEET,
        lambda data: re.sub(rb' r="[A-Z]*[0-9]+"', b"", data),
    )
    assert preview(path).rows == [["1", "a"], ["2", "b"]]
    assert read(path).rows == [(1, "a"), (2, "b")]

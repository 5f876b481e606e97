"""Files that hold no table, or more than one may: refused in a sentence that says what they are."""

import codecs

from tests.awkward.base import PEOPLE, Refused

WIDE = PEOPLE.encode("utf-16-le")
FILES: dict[str, Refused] = {
    "0 bytes": Refused(b"", "empty"),
    "only blank lines": Refused(b"\n" * 5_000, "nothing but empty lines"),
    "nothing but the separator's name": Refused(b"sep=;\n", "no table"),
    "PNG": Refused(b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "PNG"),
    "PDF": Refused(b"%PDF-1.7\n", "PDF"),
    "HTML as a table": Refused(b"<html><table><tr><td>1</td></tr></table></html>", "HTML",
                               file="orders.xls"),
    "XML as a workbook": Refused(
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "XML, which some programs save as .xls", file="orders.xls",
    ),
    "noise": Refused(bytes(range(1, 9)) * 500, "no text"),
    "EBCDIC": Refused(PEOPLE.encode("cp037"), "is no character of it. Choose another encoding"),
    "UTF-16 with half a letter": Refused(codecs.BOM_UTF16_LE + WIDE + b"\0", "is not UTF-16"),
    "UTF-16 with half a pair": Refused(
        codecs.BOM_UTF16_LE + WIDE + b"\x3d\xd8" + "\n".encode("utf-16-le"), "is not UTF-16"
    ),
    "another encoding than was chosen": Refused(
        "id,name\n1,é\n".encode("cp1252"), r"byte 10 \(0xE9\) on line 2.*Windows-1252",
        options={"encoding": "utf-8"},
    ),
    "20,000 columns": Refused(lambda: b",".join(b"c%d" % i for i in range(20_000)) + b"\n",
                              "20,000 columns"),
    "a cell of 5 MB": Refused(lambda: b"a,b\n1,2\n3," + b"x" * 5_000_000 + b"\n",
                              "Row 2 holds a cell|Line 3 holds"),
    "a cell of 5 MB in quotes": Refused(
        lambda: b'a,b\n1,"' + (b"x" * 99 + b"\n") * 50_000 + b'"\n', "quote that is not closed",
        late=True,
    ),
    "one line of 9 MB": Refused(lambda: b"x" * 9_000_000, "longer than 8 MB"),
}  # fmt: skip

"""Files that hold no table, or more than one may: refused in a sentence that says what they are."""

import codecs
import gzip
import io
import tarfile

from tests.awkward.base import PEOPLE, Refused

NULS = b"\0" * 300


def archived() -> bytes:
    """Put the table into a tar archive."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        entry = tarfile.TarInfo("orders.csv")
        entry.size = len(PEOPLE)
        archive.addfile(entry, io.BytesIO(PEOPLE.encode()))
    return held.getvalue()


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
    "XML that does not say so": Refused(b"<rows>\n<row id='1'/>\n</rows>\n", "XML"),
    "tar": Refused(archived(), "tar archive", file="orders.tar"),
    "tar in gzip": Refused(gzip.compress(archived()), "holds a tar archive", file="a.tar.gz"),
    "Stata": Refused(b"<stata_dta><header><release>118<" + NULS, "a Stata file", file="a.dta"),
    "Stata of before": Refused(b"\x72\x02\x01\0\x05\0" + NULS, "a Stata file", file="a.dta"),
    "SPSS": Refused(b"$FL2@(#) SPSS DATA FILE" + NULS, "an SPSS file", file="a.sav"),
    "SAS": Refused(b"\0" * 12 + b"\xc2\xea\x81\x60" + NULS, "a SAS file", file="a.sas7bdat"),
    "Access": Refused(b"\0\x01\0\0Standard ACE DB\0" + NULS, "an Access database"),
    "dBase": Refused(b"\x03\x78\x01\x01\x05\0\0\0" + b"\0" * 24 + b"NAME" + NULS, "a dBase file"),
    "Arrow": Refused(b"ARROW1\0\0\xff\xff\xff\xff" + NULS, "an Arrow file"),
    "ORC": Refused(b"ORC\x08\x03\x10" + NULS, "an ORC file"),
    "Avro": Refused(b"Obj\x01\x04\x16avro.schema", "an Avro file"),
    "an object of R": Refused(gzip.compress(b"X\n\0\0\0\3" + NULS), "an R object", file="a.rds"),
    "an object of Python": Refused(b"\x80\x04\x95" + b"\1" * 8 + b"\x8c" + NULS, "pickle"),
    "mostly nothing": Refused(b"id,name\n" + NULS, "no text"),
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

"""Text that a spreadsheet would run as a formula."""

import duckdb
import pytest

from datasets.engine.cells import safe_sql, safe_text

DANGEROUS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "|calc",
    "%0A=1",
    "\t=1",
    "\r=1",
    "\n=1",
    "\ttab",
    " =1",
    "\u00a0=1",
    "\ufeff=1",
    "\u200b=1",
    "\u200b\u200d \u2060=1",
    "\u202e=1",
    "\x00=1",
    "\x1f=1",
    "\u3000=1",
    "\u00ad=1",
    "\U000e0041=1",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1a",
    "\uff20SUM(1)",
    "\ufe631",
    "\u22121+A1",
    "=\n1",
    "-",
    "=",
    "+33 1 and =1",
    "-1\n=cmd()",
    "+1234567\n=cmd()",
    '=HYPERLINK("http://x","y")',
    '"=1',
]
HARMLESS = [
    "",
    "text",
    "a=1",
    "'=1",
    "1-2",
    "-5",
    "+5",
    "-5.25",
    "-1,234.50",
    "-12 %",
    "+1e5",
    "-1E-10",
    "+33 6 12 34 56 78",
    "+1 (555) 123-4567",
    "(0)20 7946 0958",
    "e-mail@example.org",
    "Ünïcode",
    "🙂",
    "C536379",
]


@pytest.mark.parametrize("text", [t for t in DANGEROUS if not t.startswith('"')])
def test_it_disarms(text: str) -> None:
    assert safe_text(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_it_leaves(text: str) -> None:
    assert safe_text(text) == text


def test_the_rule_in_sql_is_the_rule_in_python() -> None:
    con = duckdb.connect()
    con.execute("CREATE TABLE t (s VARCHAR)")
    con.executemany("INSERT INTO t VALUES (?)", [[text] for text in DANGEROUS + HARMLESS])
    found = con.execute(f"SELECT s, {safe_sql('s')} FROM t").fetchall()
    assert len(found) == len(DANGEROUS) + len(HARMLESS)
    assert [(text, safe) for text, safe in found if safe != safe_text(text)] == []

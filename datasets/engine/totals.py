"""A row of totals below a table, which would count everything twice: found, and said."""

import re

import pyarrow as pa

from datasets.engine.types import ROW_COLUMN

_WORDS = (
    *("total", "totals", "grand total", "subtotal", "sub-total", "sum", "overall"),
    *("summe", "gesamt", "gesamtsumme", "insgesamt", "endsumme", "total général", "totaux"),
    *("totale", "totali", "suma", "totales", "total general", "total geral", "totaal"),
    *("razem", "ogółem", "celkem", "spolu", "összesen", "mindösszesen", "ukupno", "skupaj"),
    *("summa", "totalt", "i alt", "sum total", "yhteensä", "kokku", "kopā", "iš viso"),
    *("toplam", "genel toplam", "σύνολο", "итого", "всего", "разом", "общо"),
    *("合計", "総計", "小計", "总计", "合计", "總計", "합계", "총계", "סה״כ", 'סה"כ', "المجموع"),
)
_TOTAL = re.compile(rf"(?:{'|'.join(map(re.escape, _WORDS))})\W*", re.IGNORECASE)
_DIGIT = re.compile(r"[0-9]")

Totals = tuple[int, str]
"""The number of a row, and the word in it."""


def totals_in(rows: pa.Table) -> Totals | None:
    """Return the last row of a table of text columns, where it looks like one of totals."""
    if not rows.num_rows:
        return None
    last = rows.slice(rows.num_rows - 1).to_pylist()[0]
    cells = [str(cell).strip() for key, cell in last.items() if key != ROW_COLUMN and cell]
    word = next((cell for cell in cells if _TOTAL.fullmatch(cell)), None)
    if word is None or not any(map(_DIGIT.search, cells)):
        return None
    return last[ROW_COLUMN], word


def totals_said(found: list[Totals]) -> str:
    """Say which rows look like totals."""
    number, word = found[0]
    if len(found) == 1:
        return (
            f"The last row ({number:,}) looks like a row of totals: “{word[:40]}”. If it is, drop "
            "it with a filter of Prepare, so that nothing counts twice."
        )
    return (
        f"The last rows of {len(found):,} files look like rows of totals, such as row {number:,}: "
        f"“{word[:40]}”. If they are, drop them with a filter of Prepare, so that nothing counts "
        "twice."
    )

"""Numbers as people write money: with a currency, in brackets, the minus at the end, per cent."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from datasets.engine.duck import literal
from datasets.engine.numbers import BLANK, SIGN, Numbers
from datasets.engine.types import ColumnType, duckdb_type

_MINUS = "[-\u2212]"
_MARKED = re.compile(rf"^{_MINUS}?\(?{_MINUS}?({SIGN}){BLANK}|{BLANK}({SIGN})\)?-?$")


@dataclass(frozen=True)
class Amount:
    """An amount; ``currency`` is the one sign of the column, "" for none, None for any or none."""

    numbers: Numbers
    currency: str | None = ""
    percent: bool = False
    type: ColumnType = "decimal"

    @property
    def pattern(self) -> str:
        """Return the pattern that a whole cell matches (for Python and for RE2)."""
        body, fraction = self._body()
        if self.percent:
            return f"{_MINUS}?{body}{BLANK}%"
        if self.currency == "":
            return rf"\({body}\)|{_MINUS}?{body}|{body}-|\+(?:{fraction})"
        signs = SIGN if self.currency is None else re.escape(self.currency)
        left, right = rf"(?:{signs}){BLANK}", rf"{BLANK}(?:{signs})"
        money = (
            rf"{_MINUS}?{left}{_MINUS}?{body}|{_MINUS}?{body}{right}|{left}{body}-|{body}-{right}"
        )
        money += rf"|\({left}{body}\)|\({body}{right}\)|{left}\({body}\)"
        bare = rf"|(?:\+|{_MINUS})?{body}|{body}-|\({body}\)" if self.currency is None else ""
        return money + bare

    def _body(self) -> tuple[str, str]:
        """Return the pattern of the digits, and of digits that have decimals."""
        point, group = re.escape(self.numbers.decimal), re.escape(self.numbers.thousands)
        grouped = f"|[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}}){{1,4}}" if group else ""
        whole = f"(?:0|[1-9][0-9]{{0,11}}{grouped})"
        places = 2 if self.percent and self.type == "decimal" else 4
        if self.type == "float":
            places = 12
        fraction = f"{whole}?{point}[0-9]{{1,{places}}}"
        return f"(?:{whole}|{fraction})", fraction

    def fits(self, cell: str) -> bool:
        """Say whether this cell is such an amount."""
        return re.fullmatch(self.pattern, cell) is not None

    def sql(self, text: str) -> str:
        """Return SQL that turns matching ``text`` into this type."""
        point = self.numbers.decimal
        digits = f"regexp_replace({text}, {literal(f'[^0-9{point}]')}, '', 'g')"
        plain = f"replace({digits}, {literal(point)}, '.')"
        signed = f"(CASE WHEN regexp_matches({text}, '[-(\u2212]') THEN '-' ELSE '' END || {plain})"
        if self.percent and self.type == "decimal":
            return f"TRY_CAST(TRY_CAST({signed} AS DECIMAL(18, 2)) * 0.01 AS DECIMAL(18, 4))"
        share = " / 100" if self.percent else ""
        return f"TRY_CAST({signed} AS {duckdb_type(self.type)}){share}"

    def note(self, name: str) -> str:
        """Return the sentence about what the numbers do not say any more."""
        if self.percent:
            return f"{name}: percentages were read as shares, 12.5% as 0.125."
        if self.currency:
            return f"{name}: the currency “{self.currency}” is not part of the numbers any more."
        return f"{name}: signs were read as in accounts, where (5) and 5- are -5."


def amounts_in(values: Iterable[str], numbers: Numbers) -> list[Amount]:
    """Return the ways of writing amounts that a column's values suggest."""
    first = next(iter(values), "")
    if first.endswith("%"):
        return [Amount(numbers, percent=True), Amount(numbers, percent=True, type="float")]
    found = _MARKED.search(first)
    sign = (found[1] or found[2]) if found else ""
    return [Amount(numbers, sign)]

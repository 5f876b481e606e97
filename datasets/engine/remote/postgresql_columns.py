"""Columns of PostgreSQL, received as its text, as columns of Parquet; nothing is lost unsaid.

The texts are those of the session that ``kinds.postgresql`` opens: ISO dates, UTC, ISO 8601
intervals (https://www.postgresql.org/docs/current/datatype.html).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

BOOL, INTEGERS, FLOATS, NUMERIC = 16, (20, 21, 23, 26), (700, 701), 1700
DATE, TIMESTAMP, TIMESTAMPTZ = 1082, 1114, 1184
DIGITS = 38
"""Of the widest decimal that Parquet readers know."""

_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:.]+([+-][0-9:]+)?$"


@dataclass
class PgColumn:
    """One column on its way; ``type`` is None for numbers whose digits only the rows tell."""

    name: str
    oid: int
    type: "pa.DataType | None"
    left_out: int = 0
    whole_digits: int = 1
    scale: int = 0

    @property
    def is_measured(self) -> bool:
        """Whether its type is known only once all rows were seen."""
        return self.type is None

    @property
    def found_type(self) -> "pa.DataType":
        """The decimal that all its numbers fit, or text where none is wide enough."""
        import pyarrow as pa

        digits = self.whole_digits + self.scale
        return pa.decimal128(digits, self.scale) if digits <= DIGITS else pa.string()

    def array(self, texts: list[str | None]) -> "pa.Array":
        """Convert one piece; what a table cannot hold is left empty and counted."""
        import pyarrow as pa
        import pyarrow.compute as pc

        found = pa.array(texts, pa.string())
        if self.oid == BOOL:
            return pc.equal(found, "t")
        pattern = {NUMERIC: _NUMBER, DATE: _DAY, TIMESTAMP: _TIME, TIMESTAMPTZ: _TIME}.get(self.oid)
        if pattern:
            found = self._readable(found, pattern)
        if self.type is None:
            self._measure(found)
            return found
        if self.oid == TIMESTAMPTZ:
            return found.cast(pa.timestamp("us", "UTC")).cast(self.type)
        return found.cast(self.type)

    def warnings(self) -> list[str]:
        """Say what was left out or is not as it was."""
        said = []
        if self.left_out:
            what = "no number that ends" if self.oid == NUMERIC else "no day of the calendar"
            said.append(
                f"Left empty in “{self.name}”, for it is {what} (such as infinity): "
                f"{self.left_out:,} of the values."
            )
        if self.is_measured and self.whole_digits + self.scale > DIGITS:
            said.append(
                f"“{self.name}” has numbers of more than {DIGITS} digits and is kept as text."
            )
        if self.oid == TIMESTAMPTZ:
            said.append(f"The times of “{self.name}” have a time zone and are written in UTC.")
        return said

    def _readable(self, found: "pa.Array", pattern: str) -> "pa.Array":
        import pyarrow as pa
        import pyarrow.compute as pc

        good = pc.match_substring_regex(found, pattern)
        bad = int(pc.sum(pc.invert(good)).as_py() or 0)
        self.left_out += bad
        return pc.if_else(good, found, pa.scalar(None, pa.string())) if bad else found

    def _measure(self, found: "pa.Array") -> None:
        """Widen the digits before and after the point to what this piece has."""
        import pyarrow.compute as pc

        digits = pc.utf8_ltrim(found, "-")
        length, point = pc.utf8_length(digits), pc.find_substring(digits, ".")
        whole = pc.if_else(pc.equal(point, -1), length, point)
        after = pc.if_else(pc.equal(point, -1), 0, pc.subtract(pc.subtract(length, point), 1))
        self.whole_digits = max(self.whole_digits, pc.max(whole).as_py() or 0)
        self.scale = max(self.scale, pc.max(after).as_py() or 0)


def column_of(name: str, oid: int, modifier: int) -> PgColumn:
    """Say what a column of this type becomes; what is none of ours is kept as PostgreSQL writes it.

    ``modifier`` is the type's own (``atttypmod``): digits and scale of ``numeric(12, 2)``.
    """
    import pyarrow as pa

    plain: dict[int, Any] = {
        BOOL: pa.bool_(), DATE: pa.date32(),
        TIMESTAMP: pa.timestamp("us"), TIMESTAMPTZ: pa.timestamp("us"),
        **dict.fromkeys(INTEGERS, pa.int64()), **dict.fromkeys(FLOATS, pa.float64()),
    }  # fmt: skip
    if oid == NUMERIC:
        return PgColumn(name, oid, _numeric(modifier))
    return PgColumn(name, oid, plain.get(oid, pa.string()))


def _numeric(modifier: int) -> "pa.DataType | None":
    import pyarrow as pa

    digits, scale = ((modifier - 4) >> 16) & 0xFFFF, (modifier - 4) & 0x7FF
    if modifier < 4 or not 0 < digits <= DIGITS or scale > digits:
        return None
    return pa.decimal128(digits, scale)

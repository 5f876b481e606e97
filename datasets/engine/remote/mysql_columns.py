"""What MySQL and MariaDB send as text, turned into columns of Arrow, a piece at a time.

Types of the protocol: https://dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from segplatform.kernel.errors import UserError

if TYPE_CHECKING:
    import pyarrow as pa

Form = Literal[
    "left_out", "text", "hex", "integer", "unsigned", "float", "decimal", "date", "datetime",
    "bits", "flag",
]  # fmt: skip
_BINARY = 63  # the number of the character set "binary"
_UNSIGNED = 32
_INTEGERS = {1, 2, 3, 8, 9, 13}  # TINY, SHORT, LONG, LONGLONG, INT24, YEAR
_FLOATS = {4, 5}
_DECIMALS = {0, 246}
_DATES = {10, 14}
_DATETIMES = {7, 12}
_BIT, _BLOBS, _SHORT_TEXTS = 16, {249, 250, 251, 252}, {15, 253, 254}
_NO_TABLES = {242, 255}  # VECTOR, GEOMETRY
_MOST_DIGITS = 38


@dataclass(frozen=True)
class Field:
    """A column of a result, as the server describes it."""

    name: str
    type_code: int
    charset: int
    flags: int
    length: int
    scale: int
    stored: bool
    """A column of a table, no expression."""

    @property
    def digits(self) -> int:
        """How many digits a decimal has; its length counts the sign and the point."""
        return self.length - (self.scale > 0) - (not self.flags & _UNSIGNED)

    @property
    def form(self) -> Form:
        """Say as what the column is stored."""
        return _number_form(self) or _other_form(self)

    def arrow_type(self) -> "pa.DataType":
        """Give the type of the Parquet column."""
        import pyarrow as pa

        if self.form == "decimal":
            digits = min(max(self.digits, self.scale, 1), _MOST_DIGITS)
            return pa.decimal128(digits, min(self.scale, digits))
        types: dict[str, pa.DataType] = {
            "integer": pa.int64(), "unsigned": pa.uint64(), "float": pa.float64(),
            "date": pa.date32(), "datetime": pa.timestamp("us"), "bits": pa.uint64(),
            "flag": pa.bool_(),
        }  # fmt: skip
        return types.get(self.form, pa.string())


def _number_form(field: Field) -> Form | None:
    if field.type_code in _INTEGERS:
        long = field.type_code == 8 and field.flags & _UNSIGNED
        return "unsigned" if long else "integer"
    if field.type_code in _FLOATS:
        return "float"
    if field.type_code in _DECIMALS:
        # A sum is declared with far more digits than it has; a stored column may have them all.
        return "text" if field.stored and field.digits > _MOST_DIGITS else "decimal"
    if field.type_code == _BIT:
        return "flag" if field.length == 1 else "bits"
    return None


def _other_form(field: Field) -> Form:
    binary = field.charset == _BINARY and field.stored
    if field.type_code in _NO_TABLES or (binary and field.type_code in _BLOBS):
        return "left_out"
    if field.type_code in _DATES:
        return "date"
    if field.type_code in _DATETIMES:
        return "datetime"
    return "hex" if binary and field.type_code in _SHORT_TEXTS else "text"


@dataclass
class Column:
    """A column that is being fetched, and what of it could not be kept."""

    field: Field
    name: str
    lost_dates: int = 0
    lost_texts: int = 0

    def array(self, cells: Sequence[bytes | None]) -> "pa.Array":
        """Turn cells of one piece into Arrow."""
        make = {
            "bits": self._bits, "flag": self._bits, "hex": self._hex, "text": self._texts,
            "date": self._dates, "datetime": self._dates,
        }.get(self.field.form, self._numbers)  # fmt: skip
        return make(cells)

    def _bits(self, cells: Sequence[bytes | None]) -> "pa.Array":
        import pyarrow as pa

        numbers = [None if cell is None else int.from_bytes(cell, "big") for cell in cells]
        if self.field.form == "flag":
            return pa.array([None if n is None else bool(n) for n in numbers], pa.bool_())
        return pa.array(numbers, pa.uint64())

    def _hex(self, cells: Sequence[bytes | None]) -> "pa.Array":
        import pyarrow as pa

        return pa.array([None if cell is None else cell.hex() for cell in cells], pa.string())

    def _texts(self, cells: Sequence[bytes | None]) -> "pa.Array":
        import pyarrow as pa

        try:
            return pa.array(cells, pa.binary()).cast(pa.string())
        except pa.ArrowInvalid:
            return pa.array([self._text(cell) for cell in cells], pa.string())

    def _text(self, cell: bytes | None) -> str | None:
        if cell is None:
            return None
        try:
            return cell.decode()
        except UnicodeDecodeError:
            self.lost_texts += 1
            return cell.decode(errors="replace")

    def _numbers(self, cells: Sequence[bytes | None]) -> "pa.Array":
        import pyarrow as pa

        try:
            return self._texts(cells).cast(self.field.arrow_type())
        except pa.ArrowInvalid:
            raise UserError(
                f"Column “{self.name}” holds a number with too many digits. Fetch a SELECT in "
                "which it is text: CAST(… AS CHAR)."
            ) from None

    def _dates(self, cells: Sequence[bytes | None]) -> "pa.Array":
        """MySQL knows 0000-00-00 and 31 February; no calendar does."""
        import pyarrow as pa

        kind = self.field.arrow_type()
        try:
            return self._texts(cells).cast(kind)
        except pa.ArrowInvalid:
            return pa.array([self._date(cell) for cell in cells], pa.timestamp("us")).cast(kind)

    def _date(self, cell: bytes | None) -> Any:
        from datetime import datetime

        if cell is None:
            return None
        try:
            return datetime.fromisoformat(cell.decode("ascii"))
        except ValueError:
            self.lost_dates += 1
            return None

    def warnings(self) -> list[str]:
        """Say what was lost."""
        said = []
        if self.lost_dates:
            said.append(
                f"Column “{self.name}”: {self.lost_dates:,} dates that no calendar has, such as "
                "0000-00-00, are left empty."
            )
        if self.lost_texts:
            said.append(
                f"Column “{self.name}”: {self.lost_texts:,} texts hold bytes that are no text; "
                "these show as �."
            )
        return said

"""Documents of MongoDB as plain JSON: what has no counterpart there becomes a text, or is left out.

Types: https://www.mongodb.com/docs/manual/reference/bson-types/.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from segplatform.kernel.errors import UserError

REFUSED = ("$where", "$function", "$accumulator", "$code")
"""What makes the server run a program."""


class Left:
    """Stands for a value that is left out."""


QUESTION = ("find", "filter", "projection", "sort", "skip", "limit")
"""What a question may hold: parts of MongoDB's own command ``find``."""


def question_checked(text: str) -> str:
    """Return a question; ``ValueError`` if it is none that can be asked."""
    if not text.strip():
        return ""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError('enter JSON such as {"find": "orders", "filter": {}}') from None
    if not isinstance(told, dict) or not isinstance(told.get("find"), str) or not told["find"]:
        raise ValueError('name the collection, as {"find": "orders"}')
    if unknown := next((name for name in told if name not in QUESTION), ""):
        raise ValueError(f"leave out “{unknown[:40]}”: there are {', '.join(QUESTION)}")
    if found := _refused(told):
        raise ValueError(f"leave out {found}: programs are not run")
    objects = (told.get(name, {}) for name in ("filter", "projection", "sort"))
    numbers = (told.get(name, 0) for name in ("skip", "limit"))
    if not all(isinstance(each, dict) for each in objects):
        raise ValueError('enter filter, projection and sort as objects such as {"paid": true}')
    if not all(type(each) is int and 0 <= each < 2**31 for each in numbers):
        raise ValueError("enter skip and limit as numbers")
    return text


def question_of(text: str) -> dict[str, Any]:
    """Read a question as extended JSON."""
    from bson import json_util

    try:
        told: dict[str, Any] = json_util.loads(question_checked(text))
        return told
    except Exception:
        # bson raises what it likes for a malformed {"$oid": …}.
        raise UserError(
            'The question cannot be read. Write special values as {"$oid": "…"} or {"$date": "…"}.'
        ) from None


def _refused(told: Any) -> str:
    waiting = [told]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if found := next((name for name in REFUSED if name in each), ""):
                return found
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    return ""


@dataclass
class Plain:
    """Makes documents plain, and notes what was lost."""

    left_out: dict[str, None] = field(default_factory=dict)
    """Fields with binary data, in the order of their coming."""
    lost_dates: int = 0

    def __post_init__(self) -> None:
        self._texts = _text_types()

    def line(self, document: dict[str, Any]) -> bytes:
        """Write one document as a line."""
        try:
            plain = self._object(document)
            return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        except RecursionError:
            raise UserError("A document is nested too deep. Leave that field out.") from None
        except UnicodeEncodeError:
            return json.dumps(plain, separators=(",", ":")).encode() + b"\n"

    def _object(self, document: dict[str, Any]) -> dict[str, Any]:
        made = {}
        for name, value in document.items():
            plain = self._value(value)
            if plain is Left:
                if len(self.left_out) < 1_000:
                    self.left_out[name] = None
            else:
                made[name] = plain
        return made

    def _value(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | str) or type(value) is int:
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        if isinstance(value, int):  # bson's Int64
            return int(value)
        if isinstance(value, dict):
            return self._object(value)
        if isinstance(value, list):
            return [plain for plain in map(self._value, value) if plain is not Left]
        if isinstance(value, datetime):
            return _moment(value)
        return self._special(value)

    def _special(self, value: Any) -> Any:
        from bson import Binary, DatetimeMS

        if isinstance(value, Binary) and value.subtype == 4 and len(value) == 16:
            return str(value.as_uuid())
        if isinstance(value, bytes):
            return Left
        if isinstance(value, DatetimeMS):
            self.lost_dates += 1
            return None
        make = next((make for kind, make in self._texts if isinstance(value, kind)), None)
        made = make(value) if make else None
        return self._value(made) if isinstance(made, dict | datetime) else made

    def warnings(self) -> list[str]:
        """Say what was lost."""
        said = []
        if self.left_out:
            shown = ", ".join(f"“{name[:60]}”" for name in list(self.left_out)[:5])
            more = len(self.left_out) - 5
            said.append(
                f"Binary data is left out: {shown}" + (f" and {more:,} more." if more > 0 else ".")
            )
        if self.lost_dates:
            said.append(
                f"{self.lost_dates:,} dates before the year 1 or after 9999 are left empty."
            )
        return said


def _text_types() -> list[tuple[type, Callable[[Any], Any]]]:
    from bson import Code, DBRef, Decimal128, ObjectId, Regex, Timestamp

    return [
        (ObjectId, str),
        (Decimal128, _number),
        (Regex, lambda value: str(value.pattern)),
        (Code, str),
        (DBRef, lambda value: dict(value.as_doc())),
        (Timestamp, lambda value: value.as_datetime().replace(tzinfo=None)),
    ]


def _number(value: Any) -> str | None:
    number = value.to_decimal()
    return format(number, "f") if number.is_finite() and abs(number.adjusted()) < 100 else None


def _moment(value: datetime) -> str:
    """Write a time of UTC, with its milliseconds where it has any."""
    return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")

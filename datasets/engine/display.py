"""Values as people read them (pages) and as JSON carries them (the API)."""

import math
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from datasets.engine.names import is_identifier

MIN_PLACES, MAX_PLACES = 2, 4
PLAIN_BELOW = 1e15  # larger floats have no digits left after the point: powers read better


def shown(value: Any) -> str:
    """Write one value for a page: "1,234", "2.55", "2010-12-01 08:26"; None is left to the page."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Decimal):
        return _places(f"{value:,.{MAX_PLACES}f}")
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, datetime):
        return _time(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def writer(column: str) -> Callable[[Any], str]:
    """Return what writes the values of a column: numbers that name things carry no separators."""
    return named if is_identifier(column) else shown


def named(value: Any) -> str:
    """Write as ``shown``, but numbers bare: 15098 is a customer, 15,098 would be an amount."""
    is_number = isinstance(value, int | Decimal | float) and not isinstance(value, bool)
    return str(plain(value)) if is_number else shown(value)


def plain(value: Any) -> Any:
    """Return what JSON can carry: numbers stay numbers, times are ISO text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    return value


def _places(text: str) -> str:
    """Cut zeros at the end, down to two places: "2.5500" is "2.55", "3.0000" is "3.00"."""
    whole, _, places = text.partition(".")
    return f"{whole}.{places.rstrip('0').ljust(MIN_PLACES, '0')}"


def _float(value: float) -> str:
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    small = value != 0 and abs(value) < 10**-MAX_PLACES
    if small or abs(value) >= PLAIN_BELOW:
        return f"{value:.4g}"
    return _places(f"{value:,.{MAX_PLACES}f}")


def _time(value: datetime) -> str:
    if value.microsecond:
        return value.isoformat(sep=" ").rstrip("0")
    return value.isoformat(sep=" ", timespec="seconds" if value.second else "minutes")

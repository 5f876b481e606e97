"""Numbers of a profile as people read them."""

from typing import Any


def number_words(value: Any) -> str:
    """Write a value of a column short: 1234.5678 is "1,235", 0.01234 "0.0123", texts are cut."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        text = str(value)
        return text if len(text) <= 24 else text[:23] + "…"
    if value == int(value) or abs(value) >= 1000:
        return f"{round(value):,}".replace("-", "−")  # as a whole number: it has no "−0"
    return f"{value:.3g}".replace("-", "−")


def share_words(part: float, whole: float) -> str:
    """Write a part of a whole as a percentage; a small one is not written as none."""
    share = 100 * part / whole if whole else 0.0
    if not share:
        return "0 %"
    return "under 0.1 %" if share < 0.1 else f"{share:.1f} %".replace(".0 %", " %")

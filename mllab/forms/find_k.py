"""What the page *Find k* sends: a range of numbers of segments, and the one to take."""

from collections.abc import Mapping

from mllab.services.find_k import DEFAULT_HIGHEST, DEFAULT_LOWEST, Range, range_check
from segplatform.kernel.errors import UserError

WHOLE = "Write a whole number, such as 5."
DIGITS = 4


def range_sent(sent: Mapping[str, str]) -> Range:
    """Read the range; what is not there is as usual. Raises ``UserError``."""
    return range_check(
        lowest=_whole(sent.get("lowest", ""), DEFAULT_LOWEST),
        highest=_whole(sent.get("highest", ""), DEFAULT_HIGHEST),
    )


def range_asked(sent: Mapping[str, str]) -> Range:
    """Read the range of an address; what is no range is as usual."""
    try:
        return range_sent(sent)
    except UserError:
        return Range()


def number_sent(sent: Mapping[str, str]) -> int:
    """Read the number of segments; ``UserError`` where it is none."""
    return _whole(sent.get("k", ""), None)


def _whole(text: str, usual: int | None) -> int:
    text = text.strip()
    if not text and usual is not None:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) <= DIGITS):
        raise UserError(WHOLE, {"k" if usual is None else "lowest": WHOLE})
    return int(text)

"""The segments of a prototype by size, as bars that need no inline style."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mllab.services.segments import NOISE
from mllab.web.scores import share
from mllab.web.segments import Look

SHOWN = 20


@dataclass(frozen=True)
class SizeView:
    """One segment, the small ones together, or the noise.

    ``width`` of its bar is in percent; ``edit`` is the address that renames it, where one may.
    """

    label: int | None
    name: str
    css: str
    rows: int
    share: str
    width: str
    edit: str = ""


def sizes_view(sizes: Sequence[Mapping[str, Any]], noise: int, look: Look) -> list[SizeView]:
    """Write ``sizes`` ({"label", "rows"} each, largest first); shares are of all rows.

    Past ``SHOWN`` the smallest are one line; the noise is the last.
    """
    counts = [(item["label"], item["rows"]) for item in sizes if item["label"] != NOISE]
    whole = sum(rows for _, rows in counts) + noise
    shown, small = counts[:SHOWN], counts[SHOWN:]
    views = [
        _view(label, *look.head(label), rows, whole, look.edit_url(label)) for label, rows in shown
    ]
    if small:
        rest = sum(rows for _, rows in small)
        views.append(_view(None, f"{len(small)} smaller ones", "sp-seg-noise", rest, whole))
    if noise:
        views.append(_view(NOISE, *look.head(NOISE), noise, whole))
    return views


def _view(
    label: int | None, name: str, css: str, rows: int, whole: int, edit: str = ""
) -> SizeView:
    width = f"{100 * rows / whole:.2f}" if whole else "0"
    return SizeView(label, name, css, rows, share(rows, whole), width, edit)

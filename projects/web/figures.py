"""Figures as a page shows them, and the one thing that its content policy must allow for them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update

# Plotly sets style="…" on the marks that it draws. Attributes alone are allowed, and on pages
# with figures alone: no <style>, no script.
POLICY = {"style-src-attr": [UNSAFE_INLINE]}
V = TypeVar("V", bound=Callable[..., Any])


def figure_page(view: V) -> V:
    """Mark a view whose page shows figures."""
    return cast(V, csp_update(POLICY)(view))


@dataclass(frozen=True)
class Figure:
    """A figure with its words, for components/_figure.html.

    ``figure`` is Plotly's ``data`` and ``layout``; ``words`` say what it shows to who cannot see
    it; ``colors`` gives each label its colour, where not its own; ``file`` names downloads.
    """

    id: str
    title: str
    words: str
    figure: dict[str, Any]
    blurb: str = ""
    colors: dict[str, int] = field(default_factory=dict)
    file: str = "figure"

    @property
    def data_id(self) -> str:
        """Give the id of its JSON in the page."""
        return f"{self.id}-data"

    @property
    def table(self) -> dict[str, Any] | None:
        """Give the table behind it, ``columns`` and ``rows``; None where there is none."""
        return None

    @property
    def data(self) -> dict[str, Any]:
        """Give what chart.js reads."""
        return {**self.figure, "colors": self.colors}

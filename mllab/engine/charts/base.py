"""The contract of charts: one file in this folder is one figure of a prototype."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from segplatform.kernel.registry import Registry

if TYPE_CHECKING:
    from numpy import float64, floating, int64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels, Matrix

Figure = dict[str, Any]
"""A plain Plotly figure: ``data`` and ``layout``, JSON all through.

Traces of a segment carry ``meta: {"segment": label}`` instead of a colour: the page gives the
colour of the theme and of the segment, which may be matched to those of another prototype.
"""


@dataclass
class ChartContext:
    """What a figure may be made from.

    X (n, d) and labels (n,) are all rows of the training space; ``columns`` name its d columns.
    ``map_points`` (m, 2) are the first two principal components of the rows ``map_rows`` (m,),
    the same for all prototypes of an experiment; ``map_variance`` their shares of the variance.
    ``profiles`` is what ``mllab.engine.profiles`` returned. ``space`` (m, 3) has the same rows on
    three components, None for experiments that were prepared without; ``widths`` (q,) are the
    silhouettes of the rows ``width_rows`` (q,), none where there are not two segments;
    ``width_numbers`` (q,) are the numbers of these rows in the dataset.
    """

    X: "Matrix"
    labels: "Labels"
    columns: list[str]
    map_points: "NDArray[float64]"
    map_rows: "NDArray[int64]"
    map_variance: list[float]
    profiles: dict[str, Any]
    details: dict[str, Any]
    space: "NDArray[floating[Any]] | None" = None
    space_variance: list[float] = field(default_factory=list)
    widths: "NDArray[float64] | None" = None
    width_rows: "NDArray[int64] | None" = None
    width_numbers: "NDArray[int64] | None" = None


class Chart(ABC):
    """One figure of a prototype."""

    key: ClassVar[str]
    label: ClassVar[str]
    blurb: ClassVar[str]
    """How to read it, in one plain sentence."""
    order: ClassVar[int] = 100

    @abstractmethod
    def make(self, context: ChartContext) -> Figure:
        """Draw it; raises ``NotApplicable`` where this prototype has no such figure."""


charts: Registry[Chart] = Registry("mllab.engine.charts", Chart)  # type: ignore[type-abstract]

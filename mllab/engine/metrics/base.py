"""The contract of scores: one file in this folder is one metric of the leaderboard."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal

from segplatform.kernel.registry import Registry

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Labels, Matrix
    from mllab.engine.silhouettes import Silhouettes, Stored
    from mllab.engine.stability import Stability

Format = Literal["number", "large", "share"]


@dataclass(frozen=True)
class Score:
    """One value of one metric: None where it is not defined; ``n`` rows were looked at.

    ``standard_error`` is there where the value is an estimate from some of the rows.
    """

    value: float | None
    n: int
    standard_error: float | None = None


@dataclass
class ScoreContext:
    """One labeling in the training space: X (n, d), labels (n,) with −1 for noise.

    ``query`` are the rows that estimates look at, the same for all prototypes of an experiment;
    None: all of them; ``stored`` their distances to all rows, where the experiment keeps them.
    ``stability`` is what training again on other rows said; None where nobody did.
    """

    X: "Matrix"
    labels: "Labels"
    query: "Labels | None" = None
    stored: "Stored | None" = None
    stability: "Stability | None" = None

    @cached_property
    def silhouettes(self) -> "Silhouettes":
        """The silhouette of each row looked at, computed once for all metrics that ask."""
        from mllab.engine.silhouettes import silhouettes

        return silhouettes(self.X, [self.labels], self.query, self.stored)[0]


class Metric(ABC):
    """One score of a labeling."""

    key: ClassVar[str]
    label: ClassVar[str]
    short: ClassVar[str]
    """For the head of a narrow column."""
    blurb: ClassVar[str]
    """What it says and which values are good, in two plain sentences."""
    source: ClassVar[str] = ""
    """Where the formula is from."""
    order: ClassVar[int] = 100
    format: ClassVar[Format] = "number"
    higher_is_better: ClassVar[bool | None]
    """None: neither is better by itself (a share, a count); it is not coloured nor ranked by."""

    @abstractmethod
    def value(self, context: ScoreContext) -> Score:
        """Score the labeling; noise rows are left out of distances."""


metrics: Registry[Metric] = Registry("mllab.engine.metrics", Metric)  # type: ignore[type-abstract]

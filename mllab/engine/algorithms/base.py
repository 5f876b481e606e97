"""The contract of clustering algorithms: one file in this folder is one algorithm."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from mllab.engine.assigning_rules import Rule, groups_rule, nearest_rule
from mllab.engine.labelings import NOISE as NOISE
from mllab.engine.nearest import Scorer, nearest_scorer
from mllab.engine.space import Space
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress
from segplatform.kernel.registry import Registry

if TYPE_CHECKING:
    from numpy import float64, int64
    from numpy.typing import NDArray

    Matrix = NDArray[float64]
    Labels = NDArray[int64]

Family = Literal["centres", "density", "hierarchy", "mixture", "neighbours", "map", "rule"]


@dataclass(frozen=True)
class Cost:
    """What training on a table of this size takes on one usual core: an estimate."""

    seconds: float
    bytes: int


@dataclass
class Fit:
    """A trained algorithm on the rows that it was given.

    ``labels`` (n,) are consecutive from 0, −1 for noise. ``centers`` (k, d) stand in the
    training space, row i for segment i; every array of ``per_segment`` has k rows likewise
    (covariances, weights), so that segments can be renumbered. ``confidence`` (n,) from 0 to 1
    where the algorithm knows it. ``assign`` labels further rows (m, d) → (m,) in memory, while
    training; None stands for the nearest centre. ``confidence_of`` tells theirs, (m, d) → (m,);
    None stands for the margin between the two nearest centres. ``details`` is JSON for people
    and charts. ``scoring`` is JSON that ``Algorithm.scorer`` needs beside centres and arrays;
    labels in it are those of this fit (``Model.order`` says which became which).
    """

    labels: "Labels"
    centers: "Matrix"
    per_segment: "dict[str, NDArray[float64]]" = field(default_factory=dict)
    confidence: "NDArray[float64] | None" = None
    assign: "Callable[[Matrix], Labels] | None" = None
    confidence_of: "Callable[[Matrix], NDArray[float64]] | None" = None
    details: dict[str, Any] = field(default_factory=dict)
    scoring: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """A stored model as scoring reads it: segment i has row i of ``centers`` (k, d).

    ``order`` (k,) gives the label that the fit had called it; ``per_segment`` and ``scoring``
    are those of the fit.
    """

    centers: "Matrix"
    order: "Labels"
    params: dict[str, Any]
    per_segment: "dict[str, NDArray[float64]]" = field(default_factory=dict)
    scoring: dict[str, Any] = field(default_factory=dict)

    def as_fitted(self, rows: "NDArray[float64]") -> "NDArray[float64]":
        """Return an array with a row for each segment, (k, …), in the order of the fit."""
        import numpy as np

        fitted: NDArray[float64] = rows[np.argsort(self.order)]
        return fitted

    def renumbered(self, labels: "Labels") -> "Labels":
        """Return labels (m,) of the fit, none of them noise, as segments of the model."""
        import numpy as np

        segments: Labels = np.argsort(self.order).astype(np.int64)[labels]
        return segments


class Algorithm(ABC):
    """One way to find segments in a numeric matrix."""

    key: ClassVar[str]
    label: ClassVar[str]
    blurb: ClassVar[str]
    """When it fits, in one plain sentence."""
    what: ClassVar[str]
    """What it does, in one or two plain sentences."""
    source: ClassVar[str] = ""
    """The paper that it is of."""
    icon: ClassVar[str] = "shapes"
    family: ClassVar[Family]
    order: ClassVar[int] = 100
    finds_k: ClassVar[bool] = False
    """Whether the number of segments is found, not asked for."""
    finds_noise: ClassVar[bool] = False
    recommended: ClassVar[bool] = False
    """Whether a newcomer should meet it first; those are on at first where they are quick."""
    fit_rows: ClassVar[int | None] = None
    """The most rows that it is trained on; of more, a random sample, the others are assigned."""
    refits: ClassVar[bool] = True
    """Whether it can be trained again on some of the rows, to see which segments come back."""
    scores_exactly: ClassVar[bool] = True
    """Whether ``scorer`` gives every row that was trained on the label that training gave it;
    where it does not, the share of rows for which it does is measured and shown."""
    takes_start: ClassVar[bool] = False
    """Whether it can begin at given centres: those of ``start`` where there are any."""
    start: "Matrix | None" = None
    """Centres (k, d) of the training space to begin at, once, in the place of random ones."""
    version: ClassVar[int] = 1
    """Of the parameters' meaning; ``migrate`` reads those of earlier ones."""
    Params: ClassVar[type[Params]]

    def __init__(self, space: Space | None = None) -> None:
        """Take what is known of the columns of the matrix; scoring needs none of it."""
        self.space = space or Space()

    def lacks(self, inputs: Sequence[str], params: Any) -> str:
        """Say in a sentence what the inputs of these names lack for it; "" for nothing."""
        return ""

    def migrate(self, params: dict[str, Any], version: int) -> dict[str, Any]:
        """Return parameters stored under an earlier ``version`` as they are written today."""
        return params

    @abstractmethod
    def cost(self, rows: int, columns: int, params: Any) -> Cost:
        """Estimate training on rows × columns, within a factor of three; pure arithmetic."""

    @abstractmethod
    def fit(self, X: "Matrix", params: Any, seed: int, progress: Progress) -> Fit:
        """Train on X (n, d), finite float64, n ≥ 1; same seed, same labels.

        ``params`` is an instance of ``Params``. Raises ``UserError`` in a sentence that says what
        to change ("found one segment only: try a larger ε"); calls ``progress.step`` where it can.
        """

    def segment_names(self, per_segment: "dict[str, NDArray[float64]]") -> list[str]:
        """Name the segments (k,) where the algorithm knows how they are called, else none."""
        return []

    def scorer(self, model: Model) -> Scorer:
        """Return what labels further rows (m, d) of the training space, by the stored model.

        It gives labels (m,), numbered as the model's segments, and confidences (m,) from 0 to 1.
        Without a rule of the algorithm's own: the nearest centre, and the margin to the next.
        """
        return nearest_scorer(model)

    def rule(self, model: Model) -> Rule | None:
        """Return the rule of ``scorer`` as data, for SQL; None where it cannot be said so.

        An algorithm with a scorer of its own gives its rule too, but where it is by small groups
        (``groups``, ``labels`` and perhaps ``reach`` of ``scoring``).
        """
        if "groups" in model.scoring:
            return groups_rule(model)
        return nearest_rule(model) if type(self).scorer is Algorithm.scorer else None


algorithms: Registry[Algorithm] = Registry(
    "mllab.engine.algorithms",
    Algorithm,  # type: ignore[type-abstract]
)

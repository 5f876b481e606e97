"""The segments that combinations of labels make, and how two labelings of them agree."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mllab.engine.combine_links import (
    Combinations,
    Together,
    average_linkage,
    cut,
    distances,
    is_outside,
    lifetimes,
    linked_places,
    longest,
    together_of,
)
from mllab.engine.labelings import NOISE
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels

ONE = "The prototypes tell no two segments apart that many customers share: choose other ones."


class Consensus:
    """The segments of combinations: known ones are looked up, others go where they are most.

    ``known`` (c, m) are the combinations that were linked, ``groups`` (c,) their segments,
    ``lived`` the lifetimes of numbers of segments. ``labels`` and ``confidence`` are those of the
    combinations that it was made from.
    """

    def __init__(
        self, known: "Labels", groups: "Labels", together: Together,
        lived: list[tuple[int, float]] | None = None,
    ) -> None:  # fmt: skip
        self.known, self.groups, self.together = known, groups, together
        self.lived = lived or []
        self._places = {tuple(row): int(group) for row, group in zip(known.tolist(), groups)}  # noqa: B905
        self.labels: Labels = groups
        self.confidence: NDArray[float64] = groups.astype(float)

    def label(self, values: "Labels") -> "tuple[Labels, NDArray[float64]]":
        """Return segments of combinations (c, m), and how sure they are, from 0 to 1.

        That is the mean co-association with the own segment, as a share of that with all: 1 where
        the members put it with its own segment only.
        """
        import numpy as np

        near = self.together.of(values)
        best = near.argmax(axis=1)
        known = [self._places.get(tuple(row), -2) for row in values.tolist()]
        labels = np.where(np.array(known) >= 0, known, best).astype(np.int64)
        own = near[np.arange(len(labels)), labels]
        outside = is_outside(values) | (own <= 0)
        sure = own / np.maximum(near.sum(axis=1), 1e-12)
        return np.where(outside, NOISE, labels), np.where(outside, 0.0, sure)

    def to_json(self) -> dict[str, Any]:
        """Give what scoring needs: labels and shares, and no row."""
        shares = [share.round(9).tolist() for share in self.together.shares]
        return {
            "known": self.known.tolist(), "groups": self.groups.tolist(), "shares": shares
        }  # fmt: skip


def consensus_from(scoring: Mapping[str, Any]) -> Consensus:
    """Read what ``Consensus.to_json`` wrote."""
    import numpy as np

    shares = [np.asarray(each, dtype=np.float64) for each in scoring["shares"]]
    known = np.asarray(scoring["known"], dtype=np.int64)
    return Consensus(known, np.asarray(scoring["groups"], dtype=np.int64), Together(shares))


def consensus(found: Combinations, k: int | None, progress: Progress) -> Consensus:
    """Link combinations by co-association, and cut where ``k`` says, or the longest lifetime."""
    places = linked_places(found)
    known, sizes = found.values[places], found.sizes[places]
    if len(places) < 2:
        raise UserError(ONE)
    if k is not None and k > len(places):
        sentence = f"These prototypes tell {len(places)} groups of customers apart: ask for fewer."
        raise UserError(sentence, {"k": sentence})
    lines = average_linkage(distances(known), sizes, progress)
    lived = lifetimes(lines)
    groups = cut(lines, len(places), k or longest(lived))
    widths = [int(column.max(initial=NOISE)) + 1 for column in found.values.T]
    made = Consensus(known, groups, together_of(known, sizes, groups, widths), lived)
    # As a model keeps it: what is looked up in training and in scoring is the same to the last bit.
    made = _again(made)
    made.labels, made.confidence = made.label(found.values)
    return made


def _again(made: Consensus) -> Consensus:
    again = consensus_from(made.to_json())
    again.lived = made.lived
    return again


def rand_index(a: "Labels", b: "Labels", sizes: "Labels") -> float:
    """Return the adjusted Rand index of two labelings of points (c,) with weights; noise is one.

    Source: Hubert and Arabie, "Comparing partitions", 1985.
    """
    import numpy as np

    table = np.zeros((int(a.max()) + 2, int(b.max()) + 2))
    np.add.at(table, (a + 1, b + 1), sizes)

    def pairs(counts: "NDArray[float64]") -> float:
        return float((counts * (counts - 1) / 2).sum())

    both, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    expected = rows * columns / max(pairs(table.sum(keepdims=True)), 1.0)
    most = (rows + columns) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)

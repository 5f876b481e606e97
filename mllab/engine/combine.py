"""Several prototypes combined into one: who is together in most of them is together in it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from mllab.engine.algorithms.base import Cost, Fit, Model
from mllab.engine.combine_links import (
    Combinations,
    Together,
    average_linkage,
    combinations,
    cut,
    distances,
    is_outside,
    lifetimes,
    linked_places,
    longest,
    together_of,
)
from mllab.engine.labelings import NOISE, centroids
from mllab.engine.made import MadeOf, algorithm_of, labels_of_member, model_of_member
from mllab.engine.model import model_from
from mllab.engine.nearest import Scorer
from mllab.engine.stability import Stability, plan_of, stability
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Params, check
from segplatform.kernel.progress import NullProgress, Progress, SubProgress

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels, Matrix

KEY = "combined"
LEAST, MOST = 2, 10
MAX_SEGMENTS = 100
DISPUTED = 0.5
"""Confidence below which a row is disputed: it is together with other segments as much as with its
own, or more."""
ONE = "The prototypes tell no two segments apart that many customers share: choose other ones."


class CombineParams(Params):
    """Which prototypes, and how many segments are made of them."""

    members: list[str] = Field(
        title="Combined from the prototypes with the ids", min_length=LEAST, max_length=MOST
    )
    numbers: list[int] = Field(title="Combined from prototypes")
    k: int | None = Field(None, ge=2, le=MAX_SEGMENTS, title="Number of segments")


class Combined(MadeOf):
    """Evidence accumulation (Fred and Jain, 2005), with average linkage over combinations."""

    key = KEY
    label = "Combined"
    blurb = "The consensus of several prototypes: who is together in most of them."
    icon = "combine"
    source = "Fred and Jain, 2005"
    finds_k = True
    Params = CombineParams

    def cost(self, rows: int, columns: int, params: CombineParams) -> Cost:
        """Estimate training all members again, which resampling does."""
        members = [self._member(each) for each in params.members]
        costs = [algorithm.cost(rows, columns, given) for algorithm, given in members]
        linking = 0.3 + 4e-7 * rows * len(members)
        most = max((each.bytes for each in costs), default=0)
        return Cost(sum(each.seconds for each in costs) + linking, most + rows * 40 + 2**26)

    def fit(self, X: "Matrix", params: CombineParams, seed: int, progress: Progress) -> Fit:
        """Combine the labels of prototypes that lie beside X (n, d), all rows of that."""
        if self.folder is None:
            raise UserError("Prototypes are combined on the leaderboard.")
        folder = self.folder
        labelings = [labels_of_member(folder, each) for each in params.members]
        progress.step(0.1, "Finding who is together")
        found = combinations(labelings)
        made = consensus(found, params.k, SubProgress(progress, 0.2, 0.9))
        labels, own = made.labels[found.codes], made.confidence[found.codes]
        inside = labels != NOISE
        models = [model_of_member(folder, each) for each in params.members]
        return Fit(
            labels,
            centroids(X[inside], labels[inside]),
            confidence=own,
            scoring={"members": models, **made.to_json()},
            details={
                "combined": _told(found, made, params),
                "stability_missing": _unsteady(models, params.numbers),
            },
        )

    def scorer(self, model: Model) -> Scorer:
        """Ask the models of all members, and look the combination of their labels up."""
        import numpy as np

        members = [
            algorithm_of(each["algorithm"])().scorer(model_from(each))
            for each in model.scoring["members"]
        ]
        rule = consensus_from(model.scoring)

        def score(rows: "Matrix") -> "tuple[Labels, NDArray[float64]]":
            rows = np.ascontiguousarray(rows)
            found = combinations([member(rows)[0] for member in members])
            labels, own = rule.label(found.values)
            inside = labels != NOISE
            labels[inside] = model.renumbered(labels[inside])
            return labels[found.codes], own[found.codes]

        return score

    def steady(
        self, X: "Matrix", labels: "Labels", params: Any, seed: int, progress: Progress
    ) -> Stability:
        """Train all members again on resamples and combine those, where all can be."""
        members = [self._member(each) for each in params.members]
        if not all(algorithm.refits for algorithm, _ in members):
            return Stability(None, None)

        def refit(rows: "Matrix", number: int, part: Progress) -> "Labels":
            again = [
                algorithm.fit(rows, given, seed + 1 + number, part).labels
                for algorithm, given in members
            ]
            found = combinations(again)
            return consensus(found, params.k, NullProgress()).labels[found.codes]

        return stability(X, labels, refit, plan_of(self, params, *X.shape), seed, progress)

    def _member(self, prototype: str) -> tuple[Any, Any]:
        """Return the algorithm of a member and its parameters."""
        assert self.folder is not None
        model = model_of_member(self.folder, prototype)
        algorithm = algorithm_of(model["algorithm"])(self.space)
        return algorithm, check(algorithm.Params, model["params"])


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


def _told(found: Combinations, made: Consensus, params: CombineParams) -> dict[str, Any]:
    """Say how each member agrees with the whole and the others, and how many rows are disputed."""
    import numpy as np

    columns = [*found.values.T]
    whole, inside = int(found.sizes.sum()), made.labels != NOISE
    members = []
    for place, number in enumerate(params.numbers):
        others = [
            rand_index(columns[place], other, found.sizes)
            for each, other in enumerate(columns)
            if each != place
        ]
        own = rand_index(columns[place], made.labels, found.sizes)
        members.append(
            {"number": number, "prototype": params.members[place], "ari": own,
             "others": float(np.mean(others)), "segments": int(columns[place].max()) + 1}
        )  # fmt: skip
    disputed = inside & (made.confidence < DISPUTED)
    return {
        "members": members,
        "combinations": len(found.sizes),
        "linked": len(made.known),
        "linked_share": float(found.sizes[_is_known(found, made)].sum() / whole),
        "asked": params.k,
        "lifetimes": [[k, round(life, 4)] for k, life in made.lived],
        "confidence": float(found.sizes @ made.confidence / whole),
        "disputed": int(found.sizes[disputed].sum()),
    }


def _is_known(found: Combinations, made: Consensus) -> "NDArray[Any]":
    import numpy as np

    known = {tuple(row) for row in made.known.tolist()}
    return np.array([tuple(row) in known for row in found.values.tolist()], dtype=bool)


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


def _unsteady(models: list[dict[str, Any]], numbers: list[int]) -> str:
    """Say why stability is not measured; "" where it is."""
    made = [
        str(number)
        for model, number in zip(models, numbers, strict=True)
        if not algorithm_of(model["algorithm"]).refits
    ]
    if not made:
        return ""
    told = f"Prototype {made[0]} stands on other prototypes" if len(made) == 1 else (
        f"Prototypes {', '.join(made[:-1])} and {made[-1]} stand on other prototypes"
    )  # fmt: skip
    return f"{told} and cannot be trained again on some of the rows, so stability is not measured."


def combined_words(params: Mapping[str, Any]) -> str:
    """Say what was combined: "prototypes 1, 2 and 5, segments found"."""
    names = [str(number) for number in params.get("numbers", [])]
    k = params.get("k")
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
    return f"prototypes {listed}, {f'k = {k}' if k else 'number of segments found'}"

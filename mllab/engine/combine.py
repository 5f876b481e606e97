"""Several prototypes combined into one: who is together in most of them is together in it."""

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING, Any

from pydantic import Field

from mllab.engine.algorithms.base import Cost, Fit, Model
from mllab.engine.assigning_rules import Combination, Rule
from mllab.engine.combine_consensus import Consensus, consensus, consensus_from, rand_index
from mllab.engine.combine_links import Combinations, combinations
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
LARGEST_CODE = 2**53
"""Combinations that a whole number of any database, and of JSON, can tell apart."""


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

    def rule(self, model: Model) -> Rule | None:
        """Say the rules of all members and what their combinations are; None where one has none."""
        import numpy as np

        found = [
            algorithm_of(each["algorithm"])().rule(model_from(each))
            for each in model.scoring["members"]
        ]
        members = tuple(each for each in found if each is not None)
        if len(members) < len(found) or _codes(model.scoring) > LARGEST_CODE:
            return None
        made = consensus_from(model.scoring)
        groups = model.renumbered(made.groups)
        called = model.renumbered(np.arange(len(model.order)))
        shares = tuple(made.together.shares)
        return Combination(
            members, made.known, tuple(groups.tolist()), shares, tuple(called.tolist())
        )

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


def _codes(scoring: Mapping[str, Any]) -> int:
    """Return how many combinations of labels there could be."""
    return prod(len(share) + 1 for share in scoring["shares"])


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

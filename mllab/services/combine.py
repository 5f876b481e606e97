"""*Combine*: a new prototype, the consensus of several of one experiment."""

from collections.abc import Sequence

from mllab.engine.combine import KEY, LEAST, MAX_SEGMENTS, MOST
from mllab.models import Prototype
from mllab.services.made import made_start
from projects.models import Job, User
from projects.services.text import field_error
from segplatform.kernel.errors import Conflict

COUNT = f"Select {LEAST} to {MOST} prototypes to combine."
UNTRAINED = "Prototype {number} is not trained: combine those that are."
APART = (
    "Prototypes {first} and {other} are of different experiments, so their rows or their columns "
    "may differ: combine prototypes of one experiment."
)


def combine_start(
    *, prototypes: Sequence[Prototype], user: User, k: int | None = None
) -> tuple[Prototype, Job]:
    """Start combining prototypes; ``k`` segments, as many as last longest where it is None.

    Raises ``Conflict`` for prototypes that cannot be combined, ``UserError`` with ``fields`` for
    a number that cannot be.
    """
    combine_check(prototypes=prototypes)
    if k is not None and not 2 <= k <= MAX_SEGMENTS:
        raise field_error("k", f"Ask for 2 to {MAX_SEGMENTS} segments.")
    chosen = sorted(prototypes, key=lambda each: each.number)
    numbers = [each.number for each in chosen]
    params = {"members": [str(each.pk) for each in chosen], "numbers": numbers, "k": k}
    return made_start(
        experiment=chosen[0].experiment, user=user, algorithm=KEY, params=params,
        action="prototype.combine", sources=numbers,
    )  # fmt: skip


def combine_check(*, prototypes: Sequence[Prototype]) -> None:
    """Refuse prototypes that cannot be combined, in one sentence: ``Conflict``."""
    if not LEAST <= len({each.pk for each in prototypes}) <= MOST:
        raise Conflict(COUNT)
    for each in prototypes:
        if each.finished is None:
            raise Conflict(UNTRAINED.format(number=each.number))
    first = prototypes[0]
    other = next((p for p in prototypes if p.experiment_id != first.experiment_id), None)
    if other:
        raise Conflict(APART.format(first=first.number, other=other.number))

"""How many segments may be asked for, and whether the rows can give as many."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from segplatform.kernel.errors import UserError

if TYPE_CHECKING:
    from numpy import float64, int64
    from numpy.typing import NDArray

MAX_SEGMENTS = 100  # more is no longer something that a person can act on
FIRST_LOOK = 2_000  # rows; nearly always enough to see that there are k different ones

SegmentCount = Annotated[
    int,
    Field(
        ge=2,
        le=MAX_SEGMENTS,
        title="Number of segments",
        description="How many segments to make; 3 to 6 are easy to act on.",
    ),
]

SmallestSegment = Annotated[
    int | None,
    Field(
        ge=2,
        le=1_000_000,
        title="Smallest segment",
        description="How many rows make a segment; fewer are noise. Empty: one row in 100, at "
        "least 5.",
    ),
]
"""The parameter of methods of density that find how many segments there are."""
"""A number of segments that a person asks for."""


def check_count(X: "NDArray[float64]", k: int) -> None:
    """Refuse k segments of a matrix (n, d) with fewer than k different rows: ``UserError``.

    Equal rows always share a segment, so that no algorithm could tell k apart.
    """
    import numpy as np

    if len(X) < 2:
        raise UserError("There is only one row to train on; segments need at least two.")
    if len(X) < k:
        raise too_many(k, len(X), "rows")
    if len(np.unique(X[:FIRST_LOOK], axis=0)) >= k:
        return
    distinct = len(np.unique(X, axis=0))
    if distinct < k:
        raise too_many(k, distinct, "different rows")


def check_found(labels: "NDArray[int64]", k: int) -> None:
    """Refuse labels (n,) of fewer than k segments: ``UserError``; rows nearly coincide then."""
    found = len(set(labels.tolist()))
    if found < k:
        raise too_many(k, found, "rows that are different enough")


def too_many(k: int, found: int, what: str) -> UserError:
    """Say that there are only ``found`` rows, different ones or segments for ``k`` segments."""
    if found < 2:
        return UserError("All rows are the same, so there is nothing to tell segments apart by.")
    sentence = f"Ask for at most {found} segments: the data has {found} {what}."
    return UserError(sentence, {"k": sentence})

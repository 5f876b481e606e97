"""One number of segments out of several, with its reason: plain Python over what was measured."""

from collections.abc import Sequence
from dataclasses import dataclass

STABLE = 0.75
"""From here on Hennig (2007) calls segments stable."""

APART = 0.5
"""A silhouette from here on shows a reasonable structure (Kaufman and Rousseeuw, 1990)."""

LOPSIDED = 0.8
"""A larger share in one segment says little about the rows, however well it scores."""

TIED_ERRORS, TIED = 2.0, 0.01
"""Silhouettes nearer than that many standard errors, or than that, are as good as equal."""

FEWEST_OF_A_CURVE = 3


@dataclass(frozen=True)
class Candidate:
    """What was measured of K-Means with k segments; shares are of the rows looked at.

    ``silhouette`` is None where it is not defined; its ``silhouette_error`` where it is exact.
    """

    k: int
    inertia: float
    silhouette: float | None
    silhouette_error: float | None
    stability: float
    smallest: float
    largest: float


@dataclass(frozen=True)
class Proposal:
    """The number that is proposed, why, and what each of the curves would propose alone.

    ``elbow`` is None where there are too few numbers for a bend; ``silhouette`` has the best
    first, then those that are as good as equal; ``stable`` are all that are found again.
    """

    k: int
    reason: str
    elbow: int | None
    silhouette: list[int]
    stable: list[int]


def propose(candidates: Sequence[Candidate]) -> Proposal:
    """Choose one of the candidates (at least one, ascending by k).

    Where segments stand apart and are found again, the silhouette decides. Else they shade into
    each other, and the bend of the inertia does, or the nearest number that is found again.
    """
    bend = elbow(candidates)
    best = best_silhouettes(candidates)
    stable = [each.k for each in candidates if each.stability >= STABLE]
    usable = [each for each in candidates if each.largest <= LOPSIDED] or list(candidates)
    k, reason = _chosen(usable, bend, best, stable)
    return Proposal(k, reason, bend, best, stable)


def elbow(candidates: Sequence[Candidate]) -> int | None:
    """Return the k where the inertia lies farthest below the chord of its curve.

    Both axes from 0 to 1; None where the curve has no bend. Satopää et al., "Finding a kneedle in
    a haystack", 2011; the chord as a rule is older.
    """
    if len(candidates) < FEWEST_OF_A_CURVE:
        return None
    first, last = candidates[0], candidates[-1]
    height = first.inertia - last.inertia
    if height <= 0:
        return None
    below = {
        each.k: 1 - (each.k - first.k) / (last.k - first.k) - (each.inertia - last.inertia) / height
        for each in candidates
    }
    k = max(below, key=lambda key: below[key])
    return k if below[k] > 0 else None


def best_silhouettes(candidates: Sequence[Candidate]) -> list[int]:
    """Return the k of the highest silhouette, then of those that are as good as equal to it."""
    scored = [(each.silhouette, each) for each in candidates if each.silhouette is not None]
    if not scored:
        return []
    highest, best = max(scored, key=lambda item: item[0])
    near = [each.k for value, each in scored if each is not best and _tied(highest - value, each)]
    return [best.k, *near]


def _tied(difference: float, other: Candidate) -> bool:
    # The two errors are alike, as they are of the same rows.
    error = (other.silhouette_error or 0.0) * 2**0.5
    return difference <= max(TIED_ERRORS * error, TIED)


def _chosen(
    usable: Sequence[Candidate], bend: int | None, best: list[int], stable: list[int]
) -> tuple[int, str]:
    known = {each.k: each for each in usable}
    apart = [known[k] for k in best if k in known and (known[k].silhouette or 0) >= APART]
    found_again = [each for each in usable if each.k in stable]
    if apart and apart[0].k in stable:
        return apart[0].k, _stands_apart(apart[0], bend)
    if not found_again:
        chosen = known.get(bend or 0) or max(usable, key=lambda each: each.stability)
        return chosen.k, _not_stable(chosen, bend)
    if bend in known and bend in stable:
        return bend, _bends(known[bend], best, known)
    if bend is None:
        chosen = max(found_again, key=lambda each: each.silhouette or -1.0)
        return chosen.k, _without_bend(chosen)
    chosen = min(found_again, key=lambda each: (abs(each.k - bend), -each.k))
    return chosen.k, _near_bend(chosen, bend, known.get(bend))


def _stands_apart(chosen: Candidate, bend: int | None) -> str:
    bends = f" The curve of the spread bends at {bend}." if bend and bend != chosen.k else ""
    same = " The curve of the spread bends there too." if bend == chosen.k else ""
    return (
        f"The rows fall into {chosen.k} groups that stand apart: the silhouette is highest there "
        f"({chosen.silhouette:.2f}), and the groups are found again in halves of the rows "
        f"({chosen.stability:.2f} of 1).{bends}{same}"
    )


def _bends(chosen: Candidate, best: list[int], known: dict[int, Candidate]) -> str:
    return (
        f"Up to {chosen.k} segments each further one makes them clearly tighter, beyond that "
        f"little is gained. The {chosen.k} are found again in halves of the rows "
        f"({chosen.stability:.2f} of 1). {_against_silhouette(chosen, best, known)}"
    )


def _against_silhouette(chosen: Candidate, best: list[int], known: dict[int, Candidate]) -> str:
    if not best or chosen.silhouette is None:
        return "There is no silhouette to compare with."
    if chosen.k in best:
        return f"Their silhouette ({chosen.silhouette:.2f}) is the best, or as good as that."
    other = known.get(best[0])
    if other is None or other.silhouette is None:
        return (
            f"The silhouette alone would say {best[0]}, but that puts nearly all rows in one "
            "segment."
        )
    but = f"at no number do the segments stand clearly apart ({APART} or more)"
    if other.silhouette >= APART:
        but = "those are not found again in halves of the rows"
    fewer = ", and fewer tell less about whom to treat how" if other.k < chosen.k else ""
    return (
        f"The silhouette alone would say {other.k} ({other.silhouette:.2f} against "
        f"{chosen.silhouette:.2f}), but {but}{fewer}."
    )


def _without_bend(chosen: Candidate) -> str:
    return (
        f"Of the numbers whose segments are found again in halves of the rows, {chosen.k} has the "
        f"highest silhouette ({_short(chosen.silhouette)}). Too few numbers were tried, or the "
        "spread falls too evenly, to see a bend."
    )


def _near_bend(chosen: Candidate, bend: int, at_bend: Candidate | None) -> str:
    why = "put nearly all rows in one"
    if at_bend:
        why = f"are not found again in halves of the rows ({at_bend.stability:.2f} of 1)"
    return (
        f"The curve of the spread bends at {bend}, but {bend} segments {why}. {chosen.k} is the "
        f"nearest number whose segments are found again ({chosen.stability:.2f})."
    )


def _not_stable(chosen: Candidate, bend: int | None) -> str:
    where = "where the curve of the spread bends" if chosen.k == bend else "the steadiest of them"
    return (
        f"No number of segments is found again reliably in halves of the rows ({STABLE} of 1 or "
        f"more). {chosen.k}, {where}, is a cut through rows that shade into each other "
        f"({chosen.stability:.2f}): useful to act on, but do not lean on who is near a border."
    )


def _short(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f}"

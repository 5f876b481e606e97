"""What the page *Combine* shows and sends, and what a combined prototype tells of its members."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from mllab.engine.combine import MAX_SEGMENTS, MOST
from mllab.models import Prototype, UseCase
from mllab.services.board_acts import board_prototypes
from mllab.services.combine import combine_check, combine_start
from mllab.services.naming import params_text, prototype_name
from mllab.services.prototypes import prototype_list
from mllab.web.leaderboard import ids_asked
from mllab.web.numbers import share_words
from projects.models import User
from projects.services.text import field_error
from segplatform.kernel.errors import Conflict

FOUND, ASKED = "found", "asked"
SHOWN_LIVES = 12


@dataclass(frozen=True)
class Member:
    """One prototype that was combined, and how it agrees with the whole and with the others."""

    number: int
    name: str
    id: str
    segments: int
    ari: str
    others: str


def combine_chosen(use_case: UseCase, sent: QueryDict) -> list[Prototype]:
    """Give the prototypes that were ticked; ``Conflict`` where they cannot be combined."""
    chosen = board_prototypes(use_case=use_case, ids=ids_asked(sent))
    combine_check(prototypes=chosen)
    return chosen


def combine_sent(chosen: Sequence[Prototype], sent: QueryDict, user: User) -> Prototype:
    """Start combining; raises as ``combine_start``."""
    k, text = None, sent.get("k", "").strip()
    if sent.get("count") == ASKED:
        if not text.isdecimal() or len(text) > 6:
            raise field_error("k", f"Write a whole number from 2 to {MAX_SEGMENTS}.")
        k = int(text)
    made, _ = combine_start(prototypes=chosen, user=user, k=k)
    return made


def combine_context(use_case: UseCase, sent: QueryDict) -> dict[str, Any]:
    """Give the values of the page: the prototypes, or why they cannot be combined."""
    context: dict[str, Any] = {
        "use_case": use_case, "section": "lab", "most": MOST, "most_segments": MAX_SEGMENTS,
        "count": sent.get("count", FOUND), "k": sent.get("k", "4"),
    }  # fmt: skip
    if "p" not in sent:
        return context
    try:
        chosen = combine_chosen(use_case, sent)
    except Conflict as error:
        return context | {"problem": str(error)}
    items = [(each, prototype_name(prototype=each), params_text(prototype=each)) for each in chosen]
    return context | {"items": items}


def combined_view(prototype: Prototype) -> dict[str, Any] | None:
    """Give what the Summary of a combined prototype says of its members; None for others."""
    told = prototype.details.get("combined")
    if not told:
        return None
    project = prototype.experiment.use_case.project
    there = prototype_list(project=project).in_bulk([each["prototype"] for each in told["members"]])
    known = {str(pk): found for pk, found in there.items()}
    rows = prototype.experiment.rows or 0
    return {
        "members": [_member(each, known.get(each["prototype"])) for each in told["members"]],
        "asked": told["asked"],
        "lives": _lives(told["lifetimes"], prototype.segments or 0),
        "combinations": told["combinations"], "linked": told["linked"],
        "linked_share": share_words(told["linked_share"], 1),
        "confidence": f"{told['confidence']:.2f}", "disputed": told["disputed"],
        "disputed_share": share_words(told["disputed"], rows),
        "unsteady": prototype.details.get("stability_missing", ""),
    }  # fmt: skip


def _member(told: dict[str, Any], found: Prototype | None) -> Member:
    name = prototype_name(prototype=found) if found else "deleted since"
    return Member(
        told["number"], name, str(found.pk) if found else "", told["segments"],
        f"{told['ari']:.2f}", f"{told['others']:.2f}",
    )  # fmt: skip


def _lives(lifetimes: list[list[float]], count: int) -> list[tuple[int, str, str, bool]]:
    """Give numbers of segments, their lifetimes as text and as a share of 100, whether it is."""
    longest = max((life for _, life in lifetimes), default=0) or 1
    return [
        (int(k), f"{life:.2f}", f"{100 * life / longest:.0f}", int(k) == count)
        for k, life in lifetimes[:SHOWN_LIVES]
    ]

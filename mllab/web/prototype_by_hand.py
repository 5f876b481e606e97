"""What the tab *Merge and split* shows, and what its two forms start."""

from typing import Any

from django.http import HttpRequest, QueryDict

from mllab.engine.by_hand import KEY, MAX_PARTS, steps_words
from mllab.models import Prototype
from mllab.services.by_hand import by_hand_start
from mllab.services.segments import segment_list
from mllab.web.scores import share
from mllab.web.segments import look_of
from projects.models import Project, User


def by_hand_tab(project: Project, prototype: Prototype, query: QueryDict) -> dict[str, Any]:
    """Give the values of the tab."""
    look = look_of(project, prototype)
    segments = [each for each in segment_list(prototype=prototype) if not each.is_noise]
    whole = sum(each.size for each in segments)
    choices = [
        (each.label, *look.head(each.label), each.size, share(each.size, whole))
        for each in segments
    ]
    made = steps_words(prototype.params) if prototype.algorithm == KEY else ""
    return {"choices": choices, "most": MAX_PARTS, "made": made}


def by_hand_sent(request: HttpRequest, prototype: Prototype, user: User) -> Prototype:
    """Start what the form asks for; raises as ``by_hand_start``."""
    sent = request.POST
    numbers = [int(each) for each in sent.getlist("merge") if each.isdigit() and len(each) < 9]
    split = sent.get("split", "")
    parts = sent.get("parts", "")
    made, _ = by_hand_start(
        prototype=prototype, user=user, merge=numbers,
        split=int(split) if split.isdigit() and len(split) < 9 else None,
        parts=int(parts) if parts.isdigit() and len(parts) < 4 else 2,
    )  # fmt: skip
    return made

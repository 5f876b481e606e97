"""What the Summary says of a prototype that started from the centres of a former one."""

from typing import Any

from django.utils.dateparse import parse_datetime

from mllab.engine.warm_centres import SAME
from mllab.models import Prototype
from mllab.services.warm_start import KEY
from mllab.web.numbers import share_words
from mllab.web.segments import look_of
from projects.models import Project

FAR = 0.5
"""Standard deviations from which on a centre is said to be somewhere else."""


def started_view(project: Project, prototype: Prototype) -> dict[str, Any] | None:
    """Give where it started and how far it came from there; None for other prototypes."""
    told = prototype.details.get(KEY)
    if not told or "number" not in told:
        return None
    look, changed = look_of(project, prototype), told["changed"]
    ways = [
        (*look.head(label), f"{way:.2f}", way >= FAR) for label, way in enumerate(told["moved"])
    ]
    return {
        "number": told["number"], "day": parse_datetime(told["finished"] or ""),
        "is_there": Prototype.objects.filter(pk=told["prototype"]).exists(),
        "id": told["prototype"], "is_same": told["how"] == SAME, "ways": ways,
        "least": f"{min(told['moved']):.2f}", "most": f"{max(told['moved']):.2f}",
        "far": sum(way >= FAR for way in told["moved"]),
        "changed": None if changed is None else share_words(changed, 1),
    }  # fmt: skip

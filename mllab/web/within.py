"""What the page *Segment within this one* shows, and what it starts."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from datasets.forms.params import values_of
from mllab.engine.algorithms.base import Algorithm
from mllab.engine.within import DEFAULT, LEAST_PER_PART, LEAST_ROWS, rather_small, too_small
from mllab.forms.models import ModelForm, models_sent
from mllab.models import Prototype
from mllab.services.algorithms import algorithm_list
from mllab.services.by_hand import by_hand_start
from mllab.services.segments import SegmentInfo, segment_get
from mllab.web.scores import SteadyView, steady_view
from mllab.web.segments import look_of
from projects.models import Project, User
from segplatform.kernel.errors import NotFound, UserError

FIRST_PARTS = "2"


@dataclass(frozen=True)
class Part:
    """One part of a segment that was divided, and how steady it is."""

    name: str
    css: str
    steady: SteadyView | None


def algorithms_within() -> list[type[Algorithm]]:
    """List the algorithms that can divide a segment."""
    return [found for found in algorithm_list() if found.family != "rule"]


def within_form(sent: QueryDict) -> ModelForm:
    """Read which algorithm is asked for, and its parameters where they are sent."""
    kinds, key = algorithms_within(), sent.get("algorithm", DEFAULT)
    kind = next((each for each in kinds if each.key == key), kinds[0])
    form = models_sent([kind], dict(sent.lists())).models[0]
    if not form.values:
        form.values = values_of(kind.Params().model_dump(mode="json"))
        if "k" in form.values:
            form.values["k"] = [FIRST_PARTS]
    form.is_on = form.is_custom = True
    return form


def within_start(prototype: Prototype, label: int, form: ModelForm, user: User) -> Prototype:
    """Start dividing the segment; raises as ``by_hand_start``."""
    made, _ = by_hand_start(
        prototype=prototype, user=user, split=label, algorithm=form.algorithm.key,
        params=form.params(),
    )  # fmt: skip
    return made


def within_context(
    project: Project, prototype: Prototype, label: int, form: ModelForm, error: UserError | None
) -> dict[str, Any]:
    """Give the values of the page; ``NotFound`` for noise and for what is no segment."""
    segment = segment_get(prototype=prototype, label=label)
    if segment.is_noise:
        raise NotFound("Noise is what is in no segment: it cannot be divided.")
    experiment, key = prototype.experiment, form.algorithm.key
    name, css = look_of(project, prototype).head(label)
    told = error.fields if error else {}
    names = {"parts": "k"}  # which algorithms call so
    errors = {f"m.{key}.{names.get(field, field)}": text for field, text in told.items()}
    columns = max(len(experiment.columns), 1)
    fields = form.fields(errors)
    placed = any(field.error for field in fields)
    return {
        "prototype": prototype, "use_case": experiment.use_case, "section": "lab",
        "segment": segment, "name": name, "css": css, "columns": columns,
        "algorithm": form.algorithm, "algorithms": algorithms_within(), "fields": fields,
        "error": error, "error_text": "" if error is None or placed else str(error),
        "refusal": too_small(segment.size, 2), "warning": _warning(segment, columns),
        "least": LEAST_ROWS, "each": LEAST_PER_PART,
        "back": reverse("prototype", args=[project.pk, experiment.use_case_id, prototype.pk]),
    }  # fmt: skip


def _warning(segment: SegmentInfo, columns: int) -> str:
    return "" if too_small(segment.size, 2) else rather_small(segment.size, columns, 2)


def divided_view(project: Project, prototype: Prototype) -> dict[str, Any] | None:
    """Give what the Summary says of a segment that was divided; None for other prototypes."""
    told = prototype.details.get("within")
    if not told:
        return None
    look = look_of(project, prototype)
    parts = [Part(*look.head(label), steady_view(prototype, label)) for label in told["parts"]]
    known = [each.steady for each in parts if each.steady]
    resampled = prototype.details.get("stability") or {}
    return {
        "parts": parts, "rows": told["rows"], "warning": told["warning"],
        "source": prototype.details.get("made_from"), "number": told["label"] + 1,
        "is_shaky": any(each.css == "sp-bad" for each in known),
        "is_steady": bool(known) and all(each.css == "sp-ok" for each in known),
        "times": resampled.get("resamples"), "drawn": resampled.get("rows"),
    }  # fmt: skip

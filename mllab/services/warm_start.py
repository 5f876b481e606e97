"""*Start from prototype N*: models that begin at the centres of a former prototype."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from mllab.engine.algorithms.base import algorithms as registry
from mllab.models import Experiment, Prototype, Segment
from mllab.services.files import path_of
from mllab.services.naming import prototype_name
from mllab.services.segments import segment_words
from segplatform.kernel.errors import NotFound, UserError

KEY = "warm_start"
MOST_OFFERED = 30
MISSING = "There is no trained prototype with this id in the use case to start from."
GONE = "The prototype that this one was to start from was deleted: train without it."


@dataclass(frozen=True)
class Offer:
    """A prototype that others can start from."""

    id: str
    number: int
    name: str
    segments: int
    day: str


def warm_starts_check(
    *, draft: Experiment, sent: Sequence[Mapping[str, Any]], checked: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Add to checked models the prototypes that they start from; k is that of these.

    Raises ``UserError`` whose fields are named as ``models.0.warm_start``.
    """
    return [
        _model(draft, place, raw.get(KEY), model)
        for place, (raw, model) in enumerate(zip(sent, checked, strict=True))
    ]


def warm_start_refusal(*, draft: Experiment, source: Prototype, algorithm: str) -> str:
    """Say in a sentence why an algorithm cannot start from a prototype; "" where it can."""
    found = registry.get(algorithm)
    if not found.takes_start:
        can = ", ".join(each.label for each in registry.all() if each.takes_start)
        return f"{found.label} has no centres to begin at: start one of {can} so."
    if (source.segments or 0) < 2:
        return f"Prototype {source.number} has fewer than two segments to start from."
    mine, theirs = _inputs(draft.features), _inputs(source.experiment.features)
    if mine == theirs:
        return ""
    parts = [("lacks", sorted(mine - theirs)), ("also has", sorted(theirs - mine))]
    told = " and ".join(f"{verb} {', '.join(names)}" for verb, names in parts if names)
    return (
        f"Prototype {source.number} was trained on other inputs (it {told}): choose the same ones "
        "to start from it."
    )


def warm_starts_offer(*, draft: Experiment) -> list[Offer]:
    """List the prototypes of the use case that were trained on the same inputs, newest first."""
    found = Prototype.objects.filter(
        experiment__use_case=draft.use_case, finished__isnull=False, segments__gte=2
    )
    found = found.select_related("experiment").defer("details").order_by("-number")
    mine = _inputs(draft.features)
    same = [each for each in found if _inputs(each.experiment.features) == mine]
    return [
        Offer(
            str(each.pk), each.number, prototype_name(prototype=each), each.segments or 0,
            f"{each.finished:%-d %B %Y}" if each.finished else "",
        )
        for each in same[:MOST_OFFERED]
    ]  # fmt: skip


def warm_start_folder(*, prototype: Prototype) -> Path | None:
    """Return the folder of the prototype that this one starts from; ``UserError`` if it is gone."""
    if prototype.warm_start is None:
        return None
    source = Prototype.objects.filter(pk=prototype.warm_start, finished__isnull=False).first()
    folder = path_of(folder=source.folder) if source else None
    if folder is None or not folder.is_dir():
        raise UserError(GONE)
    return folder


def warm_words_keep(*, prototype: Prototype) -> None:
    """Give segments the words and colours of those that they started from, and tell the source.

    Runs in the transaction that publishes, before the prototype is saved.
    """
    told = prototype.details.get(KEY)
    if told is None or prototype.warm_start is None:
        return
    source = Prototype.objects.filter(pk=prototype.warm_start).first()
    if source is None:
        return
    day = source.finished.isoformat() if source.finished else None
    told |= {"prototype": str(source.pk), "number": source.number, "finished": day}
    words = segment_words(prototype=source)
    prototype.segment_words.all().delete()
    Segment.objects.bulk_create(
        Segment(
            prototype=prototype, label=label, color=words.color(old),
            name=words.name(old) if words.name(old) != words.default(old) else "",
            description=kept.description if (kept := words.stored.get(old)) else "",
            action=kept.action if kept else "",
        )
        for label, old in enumerate(told["pairs"])
    )  # fmt: skip


def _model(draft: Experiment, place: int, asked: Any, model: dict[str, Any]) -> dict[str, Any]:
    if not asked:
        return model
    where = f"models.{place}.{KEY}"
    try:
        source = _source(draft, asked)
    except NotFound:
        raise UserError(MISSING, {where: MISSING}) from None
    sentence = warm_start_refusal(draft=draft, source=source, algorithm=model["algorithm"])
    if sentence:
        raise UserError(sentence, {where: sentence})
    return {**model, "params": {**model["params"], "k": source.segments}, KEY: str(source.pk)}


def _source(draft: Experiment, asked: Any) -> Prototype:
    try:
        pk = UUID(str(asked))
    except ValueError:
        raise NotFound(MISSING) from None
    mine = Prototype.objects.filter(experiment__use_case=draft.use_case, finished__isnull=False)
    found = mine.select_related("experiment").filter(pk=pk).first()
    if found is None:
        raise NotFound(MISSING)
    return found


def _inputs(features: Sequence[Mapping[str, Any]]) -> set[str]:
    return {each["column"] for each in features if each["role"] == "input"}

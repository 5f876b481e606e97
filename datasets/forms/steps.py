"""The ordered steps of Prepare in a form: read, changed by one press, and taken back."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from datasets.engine.steps.base import Step, steps
from datasets.forms.params import is_blank, params_read, values_of
from segplatform.kernel.errors import UserError

NAME = re.compile(r"steps-(\d{1,4})-(\w+)")
MAX_STEPS = 200
MAX_HISTORY = 30  # states that can be taken back
HISTORY_CHARACTERS = 300_000
Pairs = list[tuple[str, str]]


@dataclass
class StepForm:
    """One step as it stands in the form, complete or not."""

    kind: str
    disabled: bool = False
    values: dict[str, list[str]] = field(default_factory=dict)

    @property
    def step(self) -> type[Step]:
        """The kind of step; the reader lets no unknown one in."""
        return steps.get(self.kind)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was filled in yet of what has to be."""
        fields = self.step.Params.model_fields.values()
        has_to_be = any(field.is_required() for field in fields)
        return has_to_be and is_blank(self.step.Params, self.values)

    def params(self) -> dict[str, Any]:
        """Give the step as Prepare's parameters write it."""
        own = {"kind": self.kind, **params_read(self.step.Params, self.values)}
        return own | {"disabled": True} if self.disabled else own


def steps_stored(params: Mapping[str, Any]) -> list[StepForm]:
    """Make the form of stored steps."""
    return [
        StepForm(
            kind=str(step.get("kind")),
            disabled=bool(step.get("disabled")),
            values=values_of({k: v for k, v in step.items() if k not in ("kind", "disabled")}),
        )
        for step in params.get("steps", [])
        if str(step.get("kind")) in known_kinds()
    ]


def steps_read(pairs: Iterable[tuple[str, str]]) -> list[StepForm]:
    """Read steps from a form's names and values, in the order of their numbers."""
    found: dict[int, dict[str, list[str]]] = {}
    for name, value in pairs:
        if match := NAME.fullmatch(name):
            found.setdefault(int(match[1]), {}).setdefault(match[2], []).append(value)
    read = []
    for _, values in sorted(found.items())[:MAX_STEPS]:
        kind = "".join(values.pop("kind", []))
        if kind in known_kinds():
            read.append(StepForm(kind, bool(values.pop("disabled", [])), values))
    return read


def known_kinds() -> set[str]:
    """Name the kinds of steps."""
    return {step.key for step in steps.all()}


def step_pairs(forms: Sequence[StepForm]) -> Pairs:
    """Write steps as a form would send them."""
    pairs: Pairs = []
    for place, form in enumerate(forms):
        pairs.append((f"steps-{place}-kind", form.kind))
        if form.disabled:
            pairs.append((f"steps-{place}-disabled", "on"))
        for name, values in form.values.items():
            pairs += [(f"steps-{place}-{name}", value) for value in values]
    return pairs


def history_read(text: str) -> list[Pairs]:
    """Read the states that can be taken back, oldest first; none where the text is damaged."""
    try:
        states = json.loads(text or "[]")
        return [[(str(n), str(v)) for n, v in state] for state in states][-MAX_HISTORY:]
    except (TypeError, ValueError):
        return []


def history_text(history: Sequence[Pairs]) -> str:
    """Write the states that can be taken back; the oldest go where they are too long."""
    kept = list(history)[-MAX_HISTORY:]
    while kept and len(json.dumps(kept)) > HISTORY_CHARACTERS:
        kept = kept[1:]
    return json.dumps(kept)


@dataclass
class Edited:
    """The steps after a press: which one it was about, and what to say aloud."""

    steps: list[StepForm]
    history: list[Pairs]
    said: str = ""
    focus: int | None = None


def steps_edit(forms: list[StepForm], history: list[Pairs], do: str, kind: str = "") -> Edited:
    """Do what a button says: "add:filter", "up:2", "down:2", "remove:2" or "undo".

    "add" alone takes ``kind``, the choice of a select.
    """
    word, _, what = do.partition(":")
    if word == "undo":
        return _undone(forms, history)
    after = Edited(list(forms), [*history, step_pairs(forms)])
    if word == "add":
        return _added(after, what or kind)
    place = int(what) if what.isdecimal() else len(forms)
    if place >= len(forms):
        return Edited(forms, history)
    return _removed(after, place) if word == "remove" else _moved(after, place, word)


def _undone(forms: list[StepForm], history: list[Pairs]) -> Edited:
    if not history:
        return Edited(forms, [], "There is nothing to undo.")
    return Edited(steps_read(history[-1]), history[:-1], "Undone.")


def _added(after: Edited, kind: str) -> Edited:
    if kind not in known_kinds():
        raise UserError("Choose the kind of step to add.")
    if len(after.steps) >= MAX_STEPS:
        raise UserError(f"A recipe has at most {MAX_STEPS} steps. Add a second recipe behind it.")
    after.steps.append(StepForm(kind))
    after.focus = len(after.steps) - 1
    after.said = f"Step {len(after.steps)} added: {steps.get(kind).title}."
    return after


def _removed(after: Edited, place: int) -> Edited:
    gone = after.steps.pop(place)
    after.said = f"Step {place + 1} removed: {gone.step.title}. Undo brings it back."
    return after


def _moved(after: Edited, place: int, word: str) -> Edited:
    to = place + {"up": -1, "down": 1}.get(word, 0)
    if to == place or not 0 <= to < len(after.steps):
        return Edited(after.steps, after.history[:-1])
    after.steps.insert(to, after.steps.pop(place))
    after.said, after.focus = f"Step {place + 1} is now step {to + 1}.", to
    return after

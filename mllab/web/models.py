"""What step *Models* shows: a card for each algorithm with what it costs on this data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from datasets.forms.params import ParamField
from mllab.engine.algorithms.base import Cost
from mllab.forms.models import ModelForm, ModelsForm, models_stored
from mllab.models import Experiment, UseCase
from mllab.services.algorithms import (
    Size,
    algorithm_cost,
    algorithm_list,
    algorithm_refusal,
    training_size,
)
from mllab.services.warm_start import Offer, warm_starts_offer
from segplatform.kernel.errors import UserError

QUICK_SECONDS = 20.0  # an algorithm that takes no longer is on at first, where recommended
RECOMMENDED = "recommended"
GROUPS = {
    RECOMMENDED: ("Recommended for a start", "Different in kind, quick, and easy to explain."),
    "centres": ("Around centres", "Everyone belongs to the nearest of a few middles."),
    "hierarchy": ("By joining", "Small groups join into ever larger ones."),
    "density": ("By density", "Crowds become segments; odd customers may stay out."),
    "other": ("Other shapes", "By a net of neighbours, a map, or overlapping clouds."),
}
FAMILIES = {
    "centres": "Centres",
    "density": "Density",
    "hierarchy": "Hierarchy",
    "mixture": "Mixture",
    "neighbours": "Neighbours",
    "map": "Map",
    "rule": "Rule",
}


@dataclass
class Card:
    """One algorithm as the page shows it; ``refusal`` says why it cannot be trained here."""

    form: ModelForm
    fields: list[ParamField]
    cost: Cost | None
    family: str
    error: str = ""
    refusal: str = ""
    rows: int = 0
    offers: list[Offer] = field(default_factory=list)
    """Prototypes whose centres it could begin at."""

    @property
    def is_slow(self) -> bool:
        """Whether it takes longer than people like to wait."""
        return self.cost is not None and self.cost.seconds > QUICK_SECONDS

    @property
    def seconds(self) -> str:
        """Write how long it takes, in whole units: "12 s", "3 min", "2 h"."""
        seconds = self.cost.seconds if self.cost else 0.0
        for size, unit in ((3600, "h"), (60, "min")):
            if seconds >= 1.5 * size:
                return f"{seconds / size:.0f} {unit}"
        return f"{seconds:.0f} s"

    @property
    def sample(self) -> int:
        """How many rows it is trained on, where those are not all; else 0."""
        most = self.form.algorithm.fit_rows
        return most if most and self.rows > most else 0

    @property
    def defaults(self) -> str:
        """Say the default parameters in a line: "Number of segments 4, …"."""
        parts = [f"{item.label} {_default(item)}" for item in self.params if item.value]
        return " · ".join(parts[:3]) or "All found from the data"

    @cached_property
    def params(self) -> list[ParamField]:
        """The parameters as they are at first, to be explained."""
        return ModelForm(self.form.algorithm).fields({})


@dataclass
class Group:
    """Cards under one heading."""

    key: str
    title: str
    note: str
    cards: list[Card] = field(default_factory=list)


def _default(item: ParamField) -> str:
    return dict(item.choices).get(item.value, item.value)


def models_form(use_case: UseCase, draft: Experiment) -> ModelsForm:
    """Give the draft as a form; at first those are on that are recommended, fit and are quick."""
    form = models_stored(algorithm_list(), draft.algorithms, draft.seed)
    if not draft.algorithms:
        size = size_of(use_case, draft)
        for item in form.models:
            cost = cost_of(item, size)
            is_quick = cost is not None and cost.seconds <= QUICK_SECONDS
            item.is_on = is_quick and is_recommended(item, size) and not refusal_of(item, size)
    return form


def is_recommended(item: ModelForm, size: Size) -> bool:
    """Say whether a newcomer should meet it first; where texts are inputs, what reads them too."""
    has_texts = size.columns > len(size.inputs) > 0
    return item.algorithm.recommended or (item.algorithm.key == "kprototypes" and has_texts)


def models_context(
    use_case: UseCase,
    draft: Experiment,
    form: ModelsForm,
    errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Give what the step shows, with errors beside their fields."""
    placed = form.errors_placed(errors or {})
    size, offers = size_of(use_case, draft), warm_starts_offer(draft=draft)
    return {
        "groups": _groups(form, size, placed, offers),
        "algorithms_count": len(form.models),
        "seed": form.seed,
        "seed_error": placed.get("seed", ""),
        "inputs": size.inputs,
        "rows_count": size.rows,
        "on_count": len(form.toggled),
    }


def _groups(
    form: ModelsForm, size: Size, errors: Mapping[str, str], offers: list[Offer]
) -> list[Group]:
    """Put the recommended cards first, the others under their family."""
    groups = {key: Group(key, title, note) for key, (title, note) in GROUPS.items()}
    for item in form.models:
        card = _card(item, size, errors)
        card.offers = offers if item.algorithm.takes_start else []
        is_first = is_recommended(item, size) and not card.refusal
        key = RECOMMENDED if is_first else item.algorithm.family
        groups.get(key, groups["other"]).cards.append(card)
    return [group for group in groups.values() if group.cards]


def _card(item: ModelForm, size: Size, errors: Mapping[str, str]) -> Card:
    start = f"m.{item.algorithm.key}."
    fields = item.fields(errors)
    shown = {field.path for field in fields}
    refusal = refusal_of(item, size)
    other = [text for path, text in errors.items() if path.startswith(start) and path not in shown]
    told = " ".join(text for text in other if text != refusal)
    family = FAMILIES[item.algorithm.family]
    return Card(item, fields, cost_of(item, size), family, told, refusal, size.rows)


def cost_of(item: ModelForm, size: Size) -> Cost | None:
    """Estimate training with the parameters as they stand; None where they do not fit."""
    try:
        return algorithm_cost(
            algorithm=item.algorithm.key, rows=size.rows, columns=size.columns,
            params=item.params(),
        )  # fmt: skip
    except UserError:
        return None


def refusal_of(item: ModelForm, size: Size) -> str:
    """Say why it cannot be trained on this data; "" where it can, or its parameters are wrong."""
    try:
        return algorithm_refusal(algorithm=item.algorithm.key, params=item.params(), size=size)
    except UserError:
        return ""


def size_of(use_case: UseCase, draft: Experiment) -> Size:
    """Give the size of what will be trained on, as far as is known before."""
    version = use_case.dataset.current if use_case.dataset else None
    return training_size(experiment=draft, version=version)

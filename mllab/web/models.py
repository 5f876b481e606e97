"""What step *Models* shows: a card for each algorithm with what it costs on this data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datasets.forms.params import ParamField
from mllab.engine.algorithms.base import Cost
from mllab.forms.models import ModelForm, ModelsForm, models_stored
from mllab.models import Experiment, UseCase
from mllab.services.algorithms import algorithm_cost, algorithm_list
from segplatform.kernel.errors import UserError

QUICK_SECONDS = 20.0  # an algorithm that takes no longer is on at first
FAMILIES = {
    "centres": "Centres",
    "density": "Density",
    "hierarchy": "Hierarchy",
    "mixture": "Mixture",
    "rule": "Rule",
}


@dataclass
class Card:
    """One algorithm as the page shows it."""

    form: ModelForm
    fields: list[ParamField]
    cost: Cost | None
    family: str
    error: str = ""

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
    def defaults(self) -> str:
        """Say the default parameters in a line: "Number of segments 4, …"."""
        plain = ModelForm(self.form.algorithm).fields({})
        parts = [f"{item.label} {_default(item)}" for item in plain if item.value]
        return " · ".join(parts[:3]) or "All found from the data"


def _default(item: ParamField) -> str:
    return dict(item.choices).get(item.value, item.value)


def models_form(use_case: UseCase, draft: Experiment) -> ModelsForm:
    """Give the draft as a form; at first all that are quick on this data are on."""
    form = models_stored(algorithm_list(), draft.algorithms, draft.seed)
    if not draft.algorithms:
        size = size_of(use_case, draft)
        for item in form.models:
            cost = cost_of(item, size)
            item.is_on = cost is not None and cost.seconds <= QUICK_SECONDS
    return form


def models_context(
    use_case: UseCase,
    draft: Experiment,
    form: ModelsForm,
    errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Give what the step shows, with errors beside their fields."""
    placed = form.errors_placed(errors or {})
    size = size_of(use_case, draft)
    cards = [_card(item, size, placed) for item in form.models]
    return {
        "cards": cards,
        "seed": form.seed,
        "seed_error": placed.get("seed", ""),
        "inputs": [item["column"] for item in draft.features if item["role"] == "input"],
        "rows_count": size[0],
        "on_count": len(form.toggled),
    }


def _card(item: ModelForm, size: tuple[int, int], errors: Mapping[str, str]) -> Card:
    start = f"m.{item.algorithm.key}."
    fields = item.fields(errors)
    shown = {field.path for field in fields}
    other = [text for path, text in errors.items() if path.startswith(start) and path not in shown]
    family = FAMILIES[item.algorithm.family]
    return Card(item, fields, cost_of(item, size), family, " ".join(other))


def cost_of(item: ModelForm, size: tuple[int, int]) -> Cost | None:
    """Estimate training with the parameters as they stand; None where they do not fit."""
    rows, columns = size
    try:
        return algorithm_cost(
            algorithm=item.algorithm.key, rows=rows, columns=columns, params=item.params()
        )
    except UserError:
        return None


def size_of(use_case: UseCase, draft: Experiment) -> tuple[int, int]:
    """Give rows and columns of what will be trained on, as far as is known before."""
    version = use_case.dataset.current if use_case.dataset else None
    inputs = sum(item["role"] == "input" for item in draft.features)
    return (version.rows if version else 0), max(inputs, 1)

"""Step *Models* as a form: toggled algorithms and their parameters, read and shown again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from datasets.forms.params import param_fields, params_read, shown_names, values_of
from mllab.engine.algorithms.base import Algorithm
from mllab.forms.features import Sent, first

Kind = type[Algorithm]
Values = dict[str, list[str]]


@dataclass
class ModelForm:
    """One algorithm: whether it is on, and its parameters where they are not the default."""

    algorithm: Kind
    is_on: bool = False
    is_custom: bool = False
    values: Values = field(default_factory=dict)
    start: str = ""
    """The id of the prototype whose centres it begins at; "" for none."""

    def params(self) -> dict[str, Any]:
        """Give the parameters as they stand, unchecked; {} for the default ones."""
        return params_read(self.algorithm.Params, self.values) if self.is_custom else {}

    def fields(self, errors: Mapping[str, str]) -> list[Any]:
        """List the parameters' fields."""
        prefix = f"m.{self.algorithm.key}."
        return param_fields(self.algorithm.Params, self.values, (), errors, prefix)


@dataclass
class ModelsForm:
    """The whole step as it stands."""

    models: list[ModelForm]
    seed: str = "42"

    @property
    def toggled(self) -> list[ModelForm]:
        """The algorithms that are on."""
        return [item for item in self.models if item.is_on]

    def algorithms(self) -> list[dict[str, Any]]:
        """Give the toggled models as they are stored, unchecked."""
        return [
            {"algorithm": m.algorithm.key, "params": m.params()}
            | ({"warm_start": m.start} if m.start else {})
            for m in self.toggled
        ]

    def errors_placed(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Turn "models.<place>.params.k" into the path of the form's field."""
        starts = {
            f"models.{place}.params.": f"m.{item.algorithm.key}."
            for place, item in enumerate(self.toggled)
        }
        starts |= {
            f"models.{place}.{name}": f"m.{item.algorithm.key}.{name}"
            for place, item in enumerate(self.toggled)
            for name in ("algorithm", "warm_start")
        }
        placed = {}
        for path, sentence in fields.items():
            known = next((start for start in starts if path.startswith(start)), "")
            placed[starts[known] + path.removeprefix(known) if known else path] = sentence
        return placed


def models_sent(kinds: Iterable[Kind], sent: Sent) -> ModelsForm:
    """Read the form."""
    on = set(sent.get("model", ()))
    forms = []
    for kind in kinds:
        start = f"m-{kind.key}-"
        names = sorted(shown_names(kind.Params))
        values = {name: list(sent[start + name]) for name in names if start + name in sent}
        is_custom = first(sent, start + "mode") == "custom"
        begun = first(sent, start + "start")
        forms.append(ModelForm(kind, kind.key in on, is_custom, values, begun))
    return ModelsForm(forms, first(sent, "seed").strip())


def models_stored(
    kinds: Iterable[Kind], chosen: Sequence[Mapping[str, Any]], seed: int
) -> ModelsForm:
    """Make the form of what is stored; of an algorithm that is there twice, the last."""
    params = {item["algorithm"]: item.get("params") or {} for item in chosen}
    begun = {item["algorithm"]: item.get("warm_start") or "" for item in chosen}
    forms = [_stored(kind, params.get(kind.key)) for kind in kinds]
    for form in forms:
        form.start = begun.get(form.algorithm.key, "")
    return ModelsForm(forms, str(seed))


def _stored(kind: Kind, params: Mapping[str, Any] | None) -> ModelForm:
    if params is None:
        return ModelForm(kind)
    default = kind.Params().model_dump(mode="json")
    is_custom = any(default.get(name) != value for name, value in params.items())
    return ModelForm(kind, True, is_custom, values_of(params) if is_custom else {})

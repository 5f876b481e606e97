"""Step *Features* as a form: the role and the settings of each column, read and shown again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, get_args

from datasets.forms.params import ParamField, param_fields, params_read, values_of
from mllab.engine.settings import ColumnSettings, Role, Settings

MAX_COLUMNS = 10_000
ROLES: dict[str, str] = {"input": "Input", "display": "Display only", "ignored": "Ignored"}
NUMBERS = ("integer", "decimal", "float", "date", "datetime")
OF_NUMBERS = ("missing", "constant", "skew", "scaling", "outliers", "weight")
DATES = ("date", "datetime")
OF_DATES = ("reference", *OF_NUMBERS)
OF_OTHERS = ("missing", "categories", "weight")
LABELS = {
    "one_hot": "One column a value",
    "ordinal": "By order",
    "log": "Signed logarithm",
    "yeo_johnson": "Yeo-Johnson",
    "min_max": "Min-max",
    "drop_row": "Leave the row out",
    "mode": "Most frequent",
    "clip": "Clip",
    "constant": "A number",
    "off": "Off",
    "keep": "Keep a share of the variance",
    "both": "Both, to compare them",
    "forest": "Set apart",
}
GENERAL = ("apart", "apart_share", "pca", "pca_share")
AS_DEFAULT = ("", "As for all columns")
Values = dict[str, list[str]]
Sent = Mapping[str, Sequence[str]]
"""A form as it was sent: every value of every name."""


@dataclass
class FeatureForm:
    """One column: its role, and what its settings say other than those of all columns."""

    place: int
    column: str
    role: str
    confirmed: bool = False
    values: Values = field(default_factory=dict)
    has_fields: bool = True
    """Whether the page that was sent had its settings."""

    @property
    def is_input(self) -> bool:
        """Whether it is trained on."""
        return self.role == "input"

    def feature(self) -> dict[str, Any]:
        """Give the role as it is stored."""
        return {"column": self.column, "role": self.role, "confirmed": self.confirmed}

    def fields(self, type_: str, errors: Mapping[str, str]) -> list[ParamField]:
        """List the settings that make sense for a column of this type."""
        names: tuple[str, ...] = OF_NUMBERS if type_ in NUMBERS else OF_OTHERS
        names = OF_DATES if type_ in DATES else names
        prefix = f"f.{self.place}."
        return [
            replace(
                blank,
                name=f"f-{self.place}-{name}",
                path=prefix + name,
                values=self.values.get(name, []),
                error=errors.get(prefix + name, ""),
            )
            for name, blank in column_fields().items()
            if name in names
        ]


@dataclass
class FeaturesForm:
    """The whole step as it stands, complete or not."""

    features: list[FeatureForm]
    default: Values = field(default_factory=dict)
    general: Values = field(default_factory=dict)

    def roles(self) -> list[dict[str, Any]]:
        """Give the roles as they are stored."""
        return [item.feature() for item in self.features]

    def preprocessing(self) -> dict[str, Any]:
        """Give the settings as they are stored, unchecked."""
        default = params_read(ColumnSettings, self.default)
        columns = {
            item.column: default | own
            for item in self.features
            if item.is_input and (own := params_read(ColumnSettings, item.values))
        }
        return {"default": default, "columns": columns, **params_read(Settings, self.general)}

    def errors_placed(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Turn the paths of refused values into those of the form's fields."""
        paths = {f"columns.{item.column}.": f"f.{item.place}." for item in self.features}
        paths |= {f"features.{n}.": f"f.{item.place}." for n, item in enumerate(self.features)}
        paths["default."] = "d."
        return {
            _placed(path.removeprefix("preprocessing."), paths): t for path, t in fields.items()
        }


def features_sent(sent: Sent) -> FeaturesForm:
    """Read the form."""
    features: list[FeatureForm] = []
    for place in range(MAX_COLUMNS):
        if f"f-{place}-column" not in sent:
            break
        role = first(sent, f"f-{place}-role")
        features.append(
            FeatureForm(
                place=place,
                column=first(sent, f"f-{place}-column"),
                role=role if role in get_args(Role) else "ignored",
                confirmed=f"f-{place}-confirmed" in sent,
                values=_values(sent, f"f-{place}-", ColumnSettings.model_fields),
                has_fields=f"f-{place}-weight" in sent,
            )
        )
    default = _values(sent, "d-", ColumnSettings.model_fields)
    return FeaturesForm(features, default, _values(sent, "", GENERAL))


def first(sent: Sent, name: str) -> str:
    """Give the value of a field that has one; "" where it was not sent."""
    return next(iter(sent.get(name, ())), "")


def features_stored(
    proposals: Sequence[Mapping[str, Any]],
    features: Iterable[Mapping[str, Any]],
    preprocessing: Mapping[str, Any],
) -> FeaturesForm:
    """Make the form of what is stored; columns of which nothing is known are as proposed."""
    chosen = {item["column"]: item for item in features}
    default = dict(preprocessing.get("default") or {})
    own = preprocessing.get("columns") or {}
    forms = [
        FeatureForm(
            place=place,
            column=item["column"],
            role=chosen.get(item["column"], item)["role"],
            confirmed=bool(chosen.get(item["column"], {}).get("confirmed")),
            values=_differing(own.get(item["column"], {}), default),
        )
        for place, item in enumerate(proposals)
    ]
    general = {name: preprocessing[name] for name in GENERAL if name in preprocessing}
    return FeaturesForm(forms, values_of(default), values_of(general))


def default_fields(form: FeaturesForm, errors: Mapping[str, str]) -> list[ParamField]:
    """List the settings of all columns."""
    found = param_fields(ColumnSettings, form.default, (), errors, "d.")
    return [_labelled(item) for item in found if item.path != "d.weight"]


def general_fields(form: FeaturesForm, errors: Mapping[str, str]) -> list[ParamField]:
    """List the settings of the whole table."""
    return [_labelled(item) for item in param_fields(Settings, form.general, (), errors)]


@cache  # the same for every column of every page
def column_fields() -> dict[str, ParamField]:
    """Give the settings of one column by name, without values."""
    found = {}
    for item in param_fields(ColumnSettings, {"weight": []}, ()):
        labelled = _labelled(item)
        labelled.choices = [AS_DEFAULT, *labelled.choices] if labelled.choices else []
        found[item.name] = labelled
    return found


def _labelled(item: ParamField) -> ParamField:
    return replace(item, choices=[(key, LABELS.get(key, word)) for key, word in item.choices])


def _values(sent: Sent, prefix: str, names: Iterable[str]) -> Values:
    return {name: list(sent[prefix + name]) for name in names if prefix + name in sent}


def _differing(own: Mapping[str, Any], default: Mapping[str, Any]) -> Values:
    usual = ColumnSettings().model_dump() | dict(default)
    return values_of({name: value for name, value in own.items() if value != usual.get(name)})


def _placed(path: str, paths: Mapping[str, str]) -> str:
    known = next((start for start in paths if path.startswith(start)), "")
    return paths[known] + path.removeprefix(known) if known else path

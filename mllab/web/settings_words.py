"""What a prototype was trained on and how, in words."""

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from mllab.engine.made import made_algorithms
from mllab.engine.settings import ColumnSettings, Settings
from mllab.models import Prototype
from mllab.services.naming import params_text, prototype_algorithm, prototype_params
from projects.models import Project

ROLES = (("input", "Trained on"), ("display", "In profiles only"), ("ignored", "Left out"))
WORDS = {
    "missing": {
        "median": "missing values become the median", "mean": "missing values become the mean",
        "mode": "missing values become the most frequent one",
        "drop_row": "rows with missing values are left out",
    },
    "skew": {
        "auto": "a signed logarithm where it is very skewed", "log": "a signed logarithm",
        "yeo_johnson": "a Yeo-Johnson transformation",
    },
    "scaling": {
        "auto": "mean 0 and standard deviation 1", "standard": "mean 0 and standard deviation 1",
        "min_max": "from 0 to 1", "robust": "by median and quartiles", "none": "not scaled",
    },
    "outliers": {"clip": "values beyond the 1st and 99th percentile are clipped"},
    "categories": {
        "one_hot": "one column of 0 and 1 for each value", "ordinal": "numbers in order",
        "frequency": "how frequent each value is",
    },
}  # fmt: skip


@dataclass(frozen=True)
class SettingsWords:
    """Columns by role, preparation in sentences, parameters as label and value."""

    roles: list[tuple[str, list[str]]]
    preparation: list[tuple[str, str]] = field(default_factory=list)
    params: list[tuple[str, str]] = field(default_factory=list)


def settings_words(prototype: Prototype) -> SettingsWords:
    """Write the settings of a prototype and of its experiment."""
    experiment = prototype.experiment
    roles = [
        (title, [item["column"] for item in experiment.features if item["role"] == role])
        for role, title in ROLES
    ]
    settings = Settings.model_validate(experiment.preprocessing or {})
    return SettingsWords(
        [(title, names) for title, names in roles if names], _preparation(settings),
        _params(prototype),
    )  # fmt: skip


def settings_tab(project: Project, prototype: Prototype, query: QueryDict) -> dict[str, Any]:
    """Give the values of the tab Settings."""
    return {"settings": settings_words(prototype)}


def _preparation(settings: Settings) -> list[tuple[str, str]]:
    lines = [("All columns", _sentence(settings.default))]
    lines += [(name, _sentence(own)) for name, own in settings.columns.items()]
    if settings.apart == "forest":
        most = f"at most {settings.apart_share * 100:g} % of the rows, by an isolation forest"
        lines.append(("Outliers set apart", most))
    if settings.pca == "keep":
        share = f"{settings.pca_share * 100:.0f} %"
        lines.append(("Principal components", f"those that keep {share} of the variance"))
    return lines


def _sentence(column: ColumnSettings) -> str:
    parts = [words.get(getattr(column, name), "") for name, words in WORDS.items()]
    if column.missing == "constant":
        parts.insert(
            0, f"missing values become {column.constant:g}" if column.constant is not None else ""
        )
    if column.reference:
        parts.append(f"dates count the days up to {column.reference.isoformat()}")
    if column.weight != 1:
        parts.append(f"weight {column.weight:g}")
    return ", ".join(part for part in parts if part)


def _params(prototype: Prototype) -> list[tuple[str, str]]:
    if prototype.algorithm in made_algorithms():
        return [("Made of", params_text(prototype=prototype))]
    algorithm = prototype_algorithm(prototype=prototype)
    fields: Any = algorithm.Params.model_fields if algorithm else {}
    return [
        (fields[name].title or name if name in fields else name, _shown(value))
        for name, value in prototype_params(prototype=prototype).items()
    ]


def _shown(value: Any) -> str:
    if value is None:
        return "found by itself"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)

"""The algorithms and metrics that there are, what they cost, and their parameters checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from datasets.models import DatasetVersion
from mllab.engine.algorithms.base import Algorithm, Cost
from mllab.engine.algorithms.base import algorithms as registry
from mllab.engine.made import made_algorithms
from mllab.engine.metrics.base import Metric
from mllab.engine.metrics.base import metrics as metric_registry
from mllab.engine.settings import Settings
from mllab.models import Experiment
from segplatform.kernel import params as kernel_params
from segplatform.kernel.errors import UserError

MAX_MODELS = 60
TEXT_COLUMNS = 10  # that a text becomes, about: 20 at most
Raw = Mapping[str, Any]


def algorithm_list() -> list[type[Algorithm]]:
    """List every algorithm, in the order of the page."""
    return registry.all()


def algorithm_get(*, key: str) -> type[Algorithm]:
    """Return one algorithm; ``UserError`` names those that there are."""
    try:
        return registry.get(key)
    except KeyError:
        known = ", ".join(found.key for found in registry.all())
        raise UserError(f"There is no algorithm “{key[:60]}”; there are {known}.") from None


def metric_list() -> list[type[Metric]]:
    """List every metric, in the order of the leaderboard's columns."""
    return metric_registry.all()


def rank_by_check(*, key: str) -> str:
    """Return the key of a metric that can be ranked by; ``UserError`` otherwise."""
    ranked = [metric.key for metric in metric_list() if metric.higher_is_better is not None]
    if key not in ranked:
        sentence = f"Rank by one of {', '.join(ranked)}."
        raise UserError(sentence, {"rank_by": sentence})
    return key


def algorithm_cost(*, algorithm: str, rows: int, columns: int, params: Raw) -> Cost:
    """Estimate training on a table of this size; raises ``UserError`` for what does not fit."""
    found = algorithm_get(key=algorithm)
    return found().cost(rows, columns, kernel_params.check(found.Params, params))


@dataclass(frozen=True)
class Size:
    """What will be trained on, as far as is known before it is prepared."""

    rows: int
    columns: int
    inputs: list[str]


def training_size(*, experiment: Experiment, version: DatasetVersion | None) -> Size:
    """Return the size of the matrix that a draft will be trained on."""
    types = {column["name"]: column["type"] for column in version.columns} if version else {}
    inputs = [item["column"] for item in experiment.features if item["role"] == "input"]
    prepared = Settings.model_validate(experiment.preprocessing or {})
    columns = sum(
        TEXT_COLUMNS
        if types.get(name) == "text" and prepared.of(name).categories in ("auto", "one_hot")
        else 1
        for name in inputs
    )
    return Size(version.rows if version else 0, max(columns, 1), inputs)


def algorithm_refusal(*, algorithm: str, params: Raw, size: Size) -> str:
    """Say in a sentence why this cannot be trained here and what to choose instead; "" if it can.

    Raises ``UserError`` for parameters that do not fit.
    """
    found = algorithm_get(key=algorithm)()
    checked = kernel_params.check(found.Params, params)
    if lacking := found.lacks(size.inputs, checked):
        return lacking
    cost = found.cost(size.rows, size.columns, checked)
    limit = settings.TRAIN_MEMORY_BYTES
    if cost.bytes <= limit:
        return ""
    needs = f"{found.label} would take about {_gigabytes(cost.bytes)} of memory here, and a model "
    needs += f"may take {_gigabytes(limit)}"
    other = _lighter(found.key, size)
    return f"{needs}: choose {other or 'fewer inputs, or a sample of the rows,'} instead."


def _lighter(key: str, size: Size) -> str:
    """Name the first algorithm that fits, at its defaults; "" where none does."""
    for found in registry.all():
        params = found.Params()
        cost = found().cost(size.rows, size.columns, params)
        fits = cost.bytes <= settings.TRAIN_MEMORY_BYTES
        if found.key != key and fits and not found().lacks(size.inputs, params):
            return found.label
    return ""


def _gigabytes(size: int) -> str:
    return f"{size / 2**30:,.1f} GB"


def algorithms_fit(*, algorithms: Sequence[Raw], size: Size) -> None:
    """Refuse models that this data is too large for, or lacks something for: ``UserError``."""
    fields, first = {}, ""
    for place, raw in enumerate(algorithms):
        sentence = algorithm_refusal(algorithm=raw["algorithm"], params=raw["params"], size=size)
        if sentence:
            fields[f"models.{place}.algorithm"] = sentence
            label = algorithm_get(key=raw["algorithm"]).label
            first = first or (sentence if sentence.startswith(label) else f"{label}: {sentence}")
    if fields:
        raise UserError(first, fields)


def algorithms_check(*, algorithms: Sequence[Raw]) -> list[dict[str, Any]]:
    """Return models as they are stored, every parameter written out.

    Raises ``UserError`` whose fields are named as ``models.0.params.k``.
    """
    if len(algorithms) > MAX_MODELS:
        sentence = f"Train at most {MAX_MODELS} models at once."
        raise UserError(sentence, {"models": sentence})
    return [_model_check(place, raw) for place, raw in enumerate(algorithms)]


def params_of(*, algorithm: str, params: Raw, version: int) -> dict[str, Any]:
    """Return stored parameters as they are written today; those of a gone algorithm as they are."""
    found = algorithms_by_key().get(algorithm)
    if found is None or version == found.version:
        return dict(params)
    return found().migrate(dict(params), version)


def algorithms_by_key() -> dict[str, type[Algorithm]]:
    """Return every algorithm by its key: what is stored may be of one that is gone."""
    known: list[type[Algorithm]] = [*registry.all(), *made_algorithms().values()]
    return {found.key: found for found in known}


def _model_check(place: int, raw: Raw) -> dict[str, Any]:
    where = f"models.{place}"
    try:
        found = algorithm_get(key=str(raw.get("algorithm") or ""))
    except UserError as error:
        raise UserError(str(error), {f"{where}.algorithm": str(error)}) from None
    try:
        checked = kernel_params.check(found.Params, raw.get("params") or {})
    except UserError as error:
        fields = {f"{where}.params.{name}": text for name, text in error.fields.items()}
        raise UserError(f"{found.label}: {error}", fields) from None
    return {"algorithm": found.key, "params": checked.model_dump(mode="json")}

"""The algorithms and metrics that there are, what they cost, and their parameters checked."""

from collections.abc import Mapping, Sequence
from typing import Any

from mllab.engine.algorithms.base import Algorithm, Cost
from mllab.engine.algorithms.base import algorithms as registry
from mllab.engine.by_hand import ByHand
from mllab.engine.metrics.base import Metric
from mllab.engine.metrics.base import metrics as metric_registry
from segplatform.kernel import params as kernel_params
from segplatform.kernel.errors import UserError

MAX_MODELS = 60
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
    known: list[type[Algorithm]] = [*registry.all(), ByHand]
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

"""How prototypes are called in words: the algorithm, its segments and what was set."""

from typing import Any

from mllab.engine.algorithms.base import Algorithm
from mllab.engine.by_hand import KEY as BY_HAND
from mllab.engine.by_hand import steps_words
from mllab.engine.combine import KEY as COMBINED
from mllab.engine.combine import combined_words
from mllab.models import Prototype
from mllab.services.algorithms import algorithms_by_key, params_of

NOISE_NAME = "Noise"


def segment_name(label: int) -> str:
    """Name a segment for people: label 0 is "Segment 1", −1 is "Noise"."""
    return NOISE_NAME if label < 0 else f"Segment {label + 1}"


def prototype_algorithm(*, prototype: Prototype) -> type[Algorithm] | None:
    """Return the algorithm; None where this installation has it no more."""
    return algorithms_by_key().get(prototype.algorithm)


def prototype_name(*, prototype: Prototype) -> str:
    """Name a prototype, as "K-Means, 4 segments"; without the number until it is trained."""
    algorithm = prototype_algorithm(prototype=prototype)
    label = algorithm.label if algorithm else prototype.algorithm
    count = prototype.segments
    if count is None and algorithm and not algorithm.finds_k:
        count = prototype.params.get("k")
    if count is None:
        return label
    return f"{label}, {count} segment{'' if count == 1 else 's'}"


def prototype_params(*, prototype: Prototype) -> dict[str, Any]:
    """Return the parameters as they are written today."""
    return params_of(
        algorithm=prototype.algorithm, params=prototype.params, version=prototype.params_version
    )


def params_text(*, prototype: Prototype) -> str:
    """Write what was set, as "k = 4, linkage = single": k, what is no default, and PCA."""
    algorithm = prototype_algorithm(prototype=prototype)
    params = prototype_params(prototype=prototype)
    if prototype.algorithm == BY_HAND:
        return steps_words(params)
    if prototype.algorithm == COMBINED:
        return combined_words(params)
    defaults = _defaults(algorithm) if algorithm else {}
    told = [
        f"{name} = {_shown(value)}"
        for name, value in params.items()
        if name == "k" or name not in defaults or value != defaults[name]
    ]
    if prototype.experiment.preprocessing.get("pca") == "keep":
        told.append("with PCA")
    return ", ".join(told)


def _defaults(algorithm: type[Algorithm]) -> dict[str, Any]:
    return {
        name: field.get_default(call_default_factory=True)
        for name, field in algorithm.Params.model_fields.items()
        if not field.is_required()
    }


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "auto" if value is None else str(value)

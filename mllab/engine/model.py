"""A trained model as a file: our own JSON, readable, without any row of a customer."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segplatform.kernel.errors import UserError

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Algorithm, Fit, Labels, Model
    from segplatform.kernel.params import Params

FORMAT = "segmodel/1"
LIBRARIES = ("numpy", "scipy", "scikit-learn")
ONLY_TO_DRAW = ("map",)  # what the preprocessing holds beside what scoring a row needs


def model_of(
    algorithm: "Algorithm",
    params: "Params",
    *,
    seed: int,
    fit: "Fit",
    order: "Labels",
    sizes: list[int],
    preprocessing: Mapping[str, Any],
) -> dict[str, Any]:
    """Describe a model: how it was made, its segments, and the numbers that score new rows.

    ``centers`` (k, d) and every array of ``per_segment`` (k, …) stand in the order of segments;
    ``order`` (k,) says what the fit had called them.
    """
    return {
        "format": FORMAT,
        "algorithm": algorithm.key,
        "version": algorithm.version,
        "params": params.model_dump(mode="json"),
        "seed": seed,
        "columns": list(preprocessing["columns"]),
        "preprocessing": {k: v for k, v in preprocessing.items() if k not in ONLY_TO_DRAW},
        "rows": len(fit.labels),
        "segments": _segments(sizes, len(fit.labels)),
        "centers": fit.centers.tolist(),
        "per_segment": {name: array.tolist() for name, array in fit.per_segment.items()},
        "order": order.tolist(),
        "scoring": fit.scoring,
        "details": fit.details,
        "libraries": _libraries(),
    }


def read_model(path: Path) -> dict[str, Any]:
    """Read a model that ``write_json`` wrote; ``UserError`` where it is of another format."""
    model: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if model.get("format") != FORMAT:
        raise UserError(f"This model is of another version ({model.get('format')}); retrain it.")
    return model


def model_from(found: Mapping[str, Any]) -> "Model":
    """Give a model that was read to ``Algorithm.scorer``."""
    import numpy as np

    from mllab.engine.algorithms.base import Model

    return Model(
        centers=np.asarray(found["centers"], dtype=np.float64),
        order=np.asarray(found["order"], dtype=np.int64),
        params=dict(found["params"]),
        per_segment={
            name: np.asarray(rows, dtype=np.float64) for name, rows in found["per_segment"].items()
        },
        scoring=dict(found["scoring"]),
    )


def write_json(path: Path, value: Any) -> None:
    """Write strict JSON: a number that is not finite is an error here, not in a browser."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")


def _segments(sizes: list[int], rows: int) -> list[dict[str, Any]]:
    return [
        {"label": label, "size": size, "share": size / rows} for label, size in enumerate(sizes)
    ]


def _libraries() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in LIBRARIES}

"""Writes what a prototype looks like: the profiles of its segments, and its figures."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mllab.engine.charts.base import ChartContext, charts
from mllab.engine.model import write_json
from mllab.engine.profiles import profiles
from mllab.engine.settings import Feature
from segplatform.kernel.errors import NotApplicable

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Labels, Matrix


def describe(
    folder: Path,
    out_dir: Path,
    X: "Matrix",
    labels: "Labels",
    preprocessing: Mapping[str, Any],
    details: dict[str, Any],
) -> None:
    """Write ``profiles.json`` and ``figures/<key>.json`` of labels (n,) of X (n, d).

    A chart that does not apply to this prototype is left out.
    """
    import numpy as np

    features = [Feature.model_validate(item) for item in preprocessing["features"]]
    described = profiles(folder, labels, features)
    write_json(out_dir / "profiles.json", described)
    context = ChartContext(
        X=X,
        labels=labels,
        columns=list(preprocessing["columns"]),
        map_points=np.load(folder / "map_points.npy", allow_pickle=False),
        map_rows=np.load(folder / "map_rows.npy", allow_pickle=False),
        map_variance=list(preprocessing["map"]["variance"]),
        profiles=described,
        details=details,
    )
    _draw(context, out_dir / "figures")


def _draw(context: ChartContext, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for cls in charts.all():
        try:
            figure = cls().make(context)
        except NotApplicable:
            continue
        write_json(folder / f"{cls.key}.json", figure)

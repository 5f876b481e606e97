"""Writes what a prototype looks like: profiles of its segments, rules, silhouettes, figures."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasets.engine.types import ROW_COLUMN
from mllab.engine.charts.base import ChartContext, charts
from mllab.engine.coordinates import read_space
from mllab.engine.members import SILHOUETTES
from mllab.engine.model import write_json
from mllab.engine.profiles import profiles
from mllab.engine.rules import rules
from mllab.engine.settings import Feature
from mllab.engine.silhouettes import silhouettes
from segplatform.kernel.errors import NotApplicable

if TYPE_CHECKING:
    from numpy import float64, int64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels, Matrix

    Rows = NDArray[int64]

SEED = 42
BESIDE = 20_000
"""Rows beside which the silhouettes of a large table are measured."""


def describe(
    folder: Path,
    out_dir: Path,
    X: "Matrix",
    labels: "Labels",
    preprocessing: Mapping[str, Any],
    details: dict[str, Any],
) -> None:
    """Write ``profiles.json``, ``rules.json``, ``figures/<key>.json`` of labels (n,) of X (n, d).

    ``silhouettes.npy`` float32 (n,) has the silhouettes of the rows that were looked at, else not
    a number. A chart that does not apply to this prototype is left out.
    """
    import numpy as np

    features = [Feature.model_validate(item) for item in preprocessing["features"]]
    described = profiles(folder, labels, features)
    write_json(out_dir / "profiles.json", described)
    types = preprocessing.get("types", {})
    write_json(out_dir / "rules.json", rules(folder, labels, features, types, SEED))
    map_rows = np.load(folder / "map_rows.npy", allow_pickle=False)
    widths, width_rows = _silhouettes(X, labels, map_rows)
    _save_widths(widths, width_rows, len(X), out_dir)
    space = read_space(folder)
    context = ChartContext(
        X=X,
        labels=labels,
        columns=list(preprocessing["columns"]),
        map_points=np.load(folder / "map_points.npy", allow_pickle=False),
        map_rows=map_rows,
        map_variance=list(preprocessing["map"]["variance"]),
        profiles=described,
        details=details,
        space=space[0][map_rows] if space else None,
        space_variance=space[1] if space else [],
        widths=widths,
        width_rows=width_rows,
        width_numbers=_numbers(folder)[width_rows],
    )
    _draw(context, out_dir / "figures")


def _silhouettes(X: "Matrix", labels: "Labels", chosen: "Rows") -> "tuple[NDArray[float64], Rows]":
    """Return the silhouettes (q,) of the rows of the map (q,) that are in a segment.

    Of very many rows they are measured against a sample, which holds the chosen ones.
    """
    import numpy as np

    if len(X) <= BESIDE:
        found = silhouettes(X, [labels], chosen)[0]
        return found.values, found.rows
    others = np.random.default_rng(SEED).choice(len(X), BESIDE, replace=False)
    beside = np.union1d(others, chosen)
    places = np.searchsorted(beside, chosen)
    found = silhouettes(X[beside], [labels[beside]], places)[0]
    return found.values, beside[found.rows]


def _numbers(folder: Path) -> "Rows":
    """Return the numbers that the rows (n,) have in the dataset."""
    import numpy as np
    import pyarrow.parquet as pq

    column = pq.read_table(folder / "table.parquet", columns=[ROW_COLUMN])[ROW_COLUMN]
    found: Rows = column.to_numpy().astype(np.int64, copy=False)
    return found


def _save_widths(widths: "NDArray[float64]", rows: "Rows", count: int, out_dir: Path) -> None:
    import numpy as np

    whole = np.full(count, np.nan, dtype=np.float32)
    whole[rows] = widths
    np.save(out_dir / SILHOUETTES, whole, allow_pickle=False)


def _draw(context: ChartContext, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for cls in charts.all():
        try:
            figure = cls().make(context)
        except NotApplicable:
            continue
        write_json(folder / f"{cls.key}.json", figure)

"""Prototypes side by side: the same axes, matched colours, who moves where."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mllab.engine.charts.map import map_figure
from mllab.engine.labelings import MAX_SHOWN, segment_sizes
from mllab.engine.matching import agreement, cross_table, matched
from segplatform.kernel.errors import UserError

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels
    from mllab.engine.matching import Table

    Rows = NDArray[int64]

MAX_ITEMS = 6
COLORS = 12
SAME = 0.5
"""A segment whose rows and those of its match overlap less (Jaccard index) is dissolved, after
Hennig (2007), Cluster-wise assessment of cluster stability."""
MAX_COLUMNS, MAX_SEGMENTS = 30, 20
"""Of the profiles that go along; the page of a prototype has all of them."""
DIGITS = 6
KEPT = ("n", "mean", "median", "index", "z", "top", "others", "min", "max")


@dataclass(frozen=True)
class CompareItem:
    """One prototype: its own folder and that of its experiment."""

    id: str
    name: str
    folder: Path
    experiment_folder: Path


@dataclass(frozen=True)
class _Loaded:
    """``labels`` (n,) of the rows numbered ``rows`` (n,) of the dataset version."""

    item: CompareItem
    labels: "Labels"
    rows: "Rows"

    def of(self, rows: "Rows") -> "Labels":
        """Return the labels of these rows; all of them must be there."""
        import numpy as np

        if rows is self.rows:
            return self.labels
        order = np.argsort(self.rows, kind="stable")
        return self.labels[order[np.searchsorted(self.rows, rows, sorter=order)]]


def compare(items: Sequence[CompareItem]) -> dict[str, Any]:
    """Compare prototypes of one dataset version; colours and the map are those of the first.

    Returns JSON: ``rows`` (those that all were trained on), ``items`` ({"id", "name", "order":
    colour 1…12 of each label, "sizes", "noise", "profiles", "figure"}) and ``pairs`` ({"a", "b",
    "ari", "ami", "agreement", "labels_a", "labels_b", "table"}), over the common rows. Noise is
    one group of its own there. Labels from 40 on are counted together, as the label None. Each
    of ``sizes`` has as ``match`` the label of the first that is the same segment still (most of
    the rows of both are in both), else None.
    Raises ``UserError`` for too few or too many, or where they have no row in common.
    """
    if not 2 <= len(items) <= MAX_ITEMS:
        raise UserError(f"Choose from 2 to {MAX_ITEMS} prototypes to compare.")
    loaded = _load(items)
    common = _common(loaded)
    labels = [one.of(common) for one in loaded]
    colors = [_colors(labels[0], other) for other in labels]
    same = [_same(labels[0], other) for other in labels]
    figures = _figures(loaded, common, labels)
    return {
        "rows": len(common),
        "items": [
            _item(one, color, kept, figure)
            for one, color, kept, figure in zip(loaded, colors, same, figures, strict=True)
        ],
        "pairs": [
            {"a": items[i].id, "b": items[j].id, **_pair(labels[i], labels[j])}
            for i, j in combinations(range(len(items)), 2)
        ],
    }


def _load(items: Sequence[CompareItem]) -> list[_Loaded]:
    """Read the labels of all, and the row numbers of each experiment once."""
    import numpy as np
    import pyarrow.parquet as pq

    rows: dict[Path, Rows] = {}
    for folder in {item.experiment_folder for item in items}:
        column = pq.read_table(folder / "table.parquet", columns=["__row"])["__row"]
        rows[folder] = column.to_numpy().astype(np.int64, copy=False)
    return [
        _Loaded(
            item,
            np.load(item.folder / "labels.npy", allow_pickle=False),
            rows[item.experiment_folder],
        )
        for item in items
    ]


def _common(loaded: list[_Loaded]) -> "Rows":
    """Return the rows that all have, those of the first as they are where all are the same."""
    from functools import reduce

    import numpy as np

    first = loaded[0].rows
    if all(one.rows is first or np.array_equal(one.rows, first) for one in loaded):
        return first
    common = reduce(np.intersect1d, [one.rows for one in loaded])
    if not len(common):
        raise UserError(
            "These prototypes have no rows in common; compare prototypes of the same data."
        )
    return common


def _colors(first: "Labels", other: "Labels") -> dict[int, int]:
    """Return the colour slot of each label of ``other``; what has no match takes free ones."""
    names_a, names_b, table = cross_table(first, other)
    slots = {b: a % COLORS + 1 for b, a in matched(names_a, names_b, table).items()}
    free = [slot for slot in range(1, COLORS + 1) if slot not in slots.values()]
    unused = [slot for slot in free if slot > len(names_a)] or free or [*range(1, COLORS + 1)]
    missing = [name for name in names_b if name not in slots and name != -1]
    return slots | {name: unused[place % len(unused)] for place, name in enumerate(missing)}


def _same(first: "Labels", other: "Labels") -> dict[int, int]:
    """Return which label of ``first`` each label of ``other`` still is, by the Jaccard index."""
    names_a, names_b, table = cross_table(first, other)
    wholes_a, wholes_b = table.sum(axis=1), table.sum(axis=0)
    kept = {}
    for b, a in matched(names_a, names_b, table).items():
        i, j = names_a.index(a), names_b.index(b)
        both = int(table[i, j])
        if both > SAME * (int(wholes_a[i]) + int(wholes_b[j]) - both):
            kept[b] = a
    return kept


def _figures(loaded: list[_Loaded], common: "Rows", labels: "list[Labels]") -> list[dict[str, Any]]:
    """Draw the map of the first's experiment for each; rows that one does not have are absent."""
    import numpy as np

    folder = loaded[0].item.experiment_folder
    points = np.load(folder / "map_points.npy", allow_pickle=False)
    places = np.load(folder / "map_rows.npy", allow_pickle=False)
    variance = json.loads((folder / "preprocessing.json").read_text())["map"]["variance"]
    shown = loaded[0].rows[places]
    order = np.argsort(common, kind="stable")
    found = np.searchsorted(common, shown, sorter=order).clip(max=len(common) - 1)
    at = order[found]
    is_there = common[at] == shown
    frame = map_figure(points, np.zeros(len(points), dtype=np.int64), variance)["layout"]
    return [
        {**map_figure(points[is_there], one[at[is_there]], variance), "layout": frame}
        for one in labels
    ]


def _item(
    one: _Loaded, colors: dict[int, int], same: dict[int, int], figure: dict[str, Any]
) -> dict[str, Any]:
    sizes = segment_sizes(one.labels)
    noise = sizes.pop(-1, 0)
    total = len(one.labels)
    order = [colors.get(label, label % COLORS + 1) for label in sizes]
    return {
        "id": one.item.id,
        "name": one.item.name,
        "order": order,
        "sizes": [
            {
                "label": label,
                "color": color,
                "rows": size,
                "share": size / total,
                "match": same.get(label),
            }
            for (label, size), color in zip(sizes.items(), order, strict=True)
        ],
        "noise": noise,
        "profiles": _short(json.loads((one.item.folder / "profiles.json").read_text())),
        "figure": figure,
    }


def _short(profiles: dict[str, Any]) -> dict[str, Any]:
    """Keep what a page of four shows: some columns, inputs first, and the largest segments."""
    columns = sorted(profiles["columns"], key=lambda column: column["role"] != "input")
    labels = [segment["label"] for segment in profiles["segments"]][:MAX_SEGMENTS]
    kept = [
        {
            **column,
            "overall": _rounded(column["overall"]),
            "segments": [
                {"label": cell["label"], **_rounded(cell)}
                for cell in column["segments"]
                if cell["label"] in labels
            ],
        }
        for column in columns[:MAX_COLUMNS]
    ]
    return {**profiles, "columns": kept, "columns_left_out": len(columns) - len(kept)}


def _rounded(cell: dict[str, Any]) -> dict[str, Any]:
    return {key: _round(cell[key]) for key in KEPT if key in cell}


def _round(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, list):
        return [_round(one) for one in value]
    if isinstance(value, dict):
        return {key: _round(one) for key, one in value.items()}
    return value


def _pair(a: "Labels", b: "Labels") -> dict[str, Any]:
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    names_a, names_b, table = cross_table(a, b)
    cut_a, rows = _cut(names_a, table)
    cut_b, columns = _cut(names_b, rows.T)
    return {
        "ari": float(adjusted_rand_score(a, b)),
        "ami": float(adjusted_mutual_info_score(a, b)),
        "agreement": agreement(names_a, names_b, table),
        "labels_a": cut_a,
        "labels_b": cut_b,
        "table": columns.T.tolist(),
    }


def _cut(names: list[int], table: "Table") -> "tuple[list[int | None], Table]":
    """Add up the lines of labels from ``MAX_SHOWN`` on, as one line named None."""
    import numpy as np

    many = [place for place, name in enumerate(names) if name >= MAX_SHOWN]
    if not many:
        return [*names], table
    kept = [place for place in range(len(names)) if place < many[0]]
    noise = [place for place, name in enumerate(names) if name == -1]
    lines = [table[kept], table[many].sum(axis=0, keepdims=True), table[noise]]
    return [*(names[place] for place in kept), None, *([-1] if noise else [])], np.vstack(lines)

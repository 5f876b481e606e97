"""Prototypes side by side, and beside groups of the table: same axes, matched colours."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mllab.engine.charts.map import map_figure
from mllab.engine.compare_groups import (
    NOTHING,
    GroupColumn,
    Groups,
    group_columns,
    group_sizes,
    groups_of,
)
from mllab.engine.compare_pairs import pair
from mllab.engine.labelings import segment_sizes
from mllab.engine.matching import cross_table, matched
from segplatform.kernel.errors import UserError

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels

    Rows = NDArray[int64]

TABLE = "table.parquet"
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
        return self.labels if rows is self.rows else _of(self.labels, self.rows, rows)


def _of(values: "Labels", rows: "Rows", wanted: "Rows") -> "Labels":
    """Return the ``values`` (n,) of the rows ``wanted`` among those numbered ``rows`` (n,)."""
    import numpy as np

    order = np.argsort(rows, kind="stable")
    return values[order[np.searchsorted(rows, wanted, sorter=order)]]


def compare(
    items: Sequence[CompareItem], column: str = "", propose: bool = False
) -> dict[str, Any]:
    """Compare prototypes of one dataset version; colours and the map are those of the first.

    ``column`` is one of the table whose groups are compared too; ``propose`` takes the best one
    where none is named. One prototype is enough then.

    Returns JSON: ``rows`` (those that all were trained on), ``items`` ({"id", "name", "order":
    colour 1…12 of each label, "sizes", "noise", "profiles", "figure"}) and ``pairs`` ({"a", "b",
    "ari", "ami", "agreement", "labels_a", "labels_b", "table"}), over the common rows. Noise is
    one group of its own there. Labels from 40 on are counted together, as the label None. Each
    of ``sizes`` has as ``match`` the label of the first that is the same segment still (most of
    the rows of both are in both), else None. ``columns`` are those that could be compared with
    ({"name", "values", "is_rfm"}); ``groups`` is None without one, else {"column", "is_rfm",
    "sizes", "pairs"}, whose pairs have codes of ``sizes`` for ``labels_a``.
    Raises ``UserError`` for too few or too many, where they have no row in common, and for a
    column that is not there or does not split the rows into 2 to 30 groups.
    """
    least = 1 if column or propose else 2
    if not least <= len(items) <= MAX_ITEMS:
        raise UserError(f"Choose from {least} to {MAX_ITEMS} prototypes to compare.")
    loaded = _load(items)
    common = _common(loaded)
    labels = [one.of(common) for one in loaded]
    colors = [_colors(labels[0], other) for other in labels]
    same = [_same(labels[0], other) for other in labels]
    figures = _figures(loaded, common, labels)
    table = items[0].experiment_folder / TABLE
    columns = group_columns(table)
    groups = _chosen(table, columns, column, propose=propose)
    return {
        "rows": len(common),
        "items": [
            _item(one, color, kept, figure)
            for one, color, kept, figure in zip(loaded, colors, same, figures, strict=True)
        ],
        "pairs": [
            {"a": items[i].id, "b": items[j].id, **pair(labels[i], labels[j])}
            for i, j in combinations(range(len(items)), 2)
        ],
        "columns": [
            {"name": each.name, "values": each.values, "is_rfm": each.is_rfm} for each in columns
        ],
        "groups": _beside(groups, loaded, common, labels) if groups else None,
    }


def _chosen(
    table: Path, columns: list[GroupColumn], column: str, *, propose: bool
) -> Groups | None:
    """Read the groups that are asked for; the best ones there are where ``propose`` says so."""
    if not column and propose:
        if not columns:
            raise UserError(NOTHING)
        column = columns[0].name
    return groups_of(table, column) if column else None


def _beside(
    groups: Groups, loaded: list[_Loaded], common: "Rows", labels: "list[Labels]"
) -> dict[str, Any]:
    """Count the groups, and set each prototype's segments against them."""
    codes = _of(groups.codes, groups.rows, common)
    return {
        "column": groups.column,
        "is_rfm": groups.is_rfm,
        "sizes": group_sizes(groups, codes),
        "pairs": [
            {"b": one.item.id, **pair(codes, own)} for one, own in zip(loaded, labels, strict=True)
        ],
    }


def _load(items: Sequence[CompareItem]) -> list[_Loaded]:
    """Read the labels of all, and the row numbers of each experiment once."""
    import numpy as np
    import pyarrow.parquet as pq

    rows: dict[Path, Rows] = {}
    for folder in {item.experiment_folder for item in items}:
        column = pq.read_table(folder / TABLE, columns=["__row"])["__row"]
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

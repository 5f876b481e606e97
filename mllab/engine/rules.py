"""Rules: a shallow tree that tells the segments apart by the columns as people know them.

A classification tree (Breiman, Friedman, Olshen and Stone, 1984, Classification and Regression
Trees) is fitted to the labels, as Fraiman, Ghattas and Svarc (2013), Interpretable clustering using
unsupervised binary trees, propose for explaining segments. It splits the table's own values, not
the scaled ones, and its thresholds are rounded as far as no row changes sides. What is told of a
rule (precision, coverage) is counted by the very SQL that people take away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, log2
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mllab.engine.labelings import MAX_SHOWN, NOISE
from mllab.engine.rule_sql import Condition, where_of
from mllab.engine.settings import Feature

if TYPE_CHECKING:
    from numpy import bool_, float64, int64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels

    Rows = NDArray[int64]

FORMAT = "rules/1"
MAX_ROWS = 50_000
"""Of more rows a sample is learned from; all are counted."""
MAX_LEVELS = 12
"""The most frequent values of a text that a rule may name."""
MAX_DEPTH = 6
LEAST_SHARE = 0.002
"""Of the rows: a rule for fewer is an anecdote."""


@dataclass(frozen=True)
class Candidate:
    """One question that a rule may ask: a number (``value`` None), or whether a text is one.

    ``lacks`` says whether some rows have no value, ``whole`` whether all of them are whole numbers.
    """

    column: str
    kind: str
    array: "NDArray[float64]"
    value: str | None = None
    lacks: bool = False
    whole: bool = False


def rules(
    folder: Path, labels: "Labels", features: Sequence[Feature], types: Mapping[str, str], seed: int
) -> dict[str, Any]:
    """Explain labels (n,) of ``folder``'s ``table.parquet`` by its input columns.

    Returns JSON: ``format``, ``rows`` and ``learned`` (rows), ``agreement`` (share of rows whose
    rule is that of their segment) and ``segments``: {"label", "size", "rules", "where", "rows",
    "hits", "precision", "coverage"}. A rule is a list of conditions that all hold
    (``rule_sql.Condition`` as JSON); a row belongs where any of a segment's rules holds.
    ``where`` is that as the condition of a SELECT; precision the share of its ``rows`` that are in
    the segment, coverage the share of the segment that it finds.
    """
    found = _candidates(folder, features, types)
    leaves = _leaves(found, labels, seed) if found else {}
    told = [_told(label, leaves.get(label, []), types) for label in _shown(labels)]
    _count(folder, labels, told)
    hits = sum(each["hits"] for each in told)
    return {
        "format": FORMAT,
        "rows": len(labels),
        "learned": min(len(labels), MAX_ROWS),
        "agreement": hits / max(len(labels), 1),
        "segments": told,
    }


def _shown(labels: "Labels") -> list[int]:
    import numpy as np

    return [int(label) for label in np.unique(labels) if NOISE <= label < MAX_SHOWN]


def _candidates(
    folder: Path, features: Sequence[Feature], types: Mapping[str, str]
) -> list[Candidate]:
    """Read the inputs: numbers and dates as they are, a text as yes or no for each usual value."""
    from datasets.engine.types import Column
    from mllab.engine.preparation.reading import ParquetTable

    columns = [Column(name, kind) for name, kind in types.items()]  # type: ignore[arg-type]
    table = ParquetTable(folder / "table.parquet", columns)
    found: list[Candidate] = []
    for feature in features:
        if feature.role == "input":
            found += _of_column(feature.column, table[feature.column])
    return found


def _of_column(name: str, values: Any) -> list[Candidate]:
    import numpy as np

    if values.kind != "category":
        array = np.floor(values.array) if values.kind == "date" else values.array
        known = array[np.isfinite(array)]
        whole = bool((known == np.floor(known)).all())
        return [Candidate(name, values.kind, array, None, len(known) < len(array), whole)]
    counts = np.bincount(values.array[values.array >= 0], minlength=len(values.levels))
    lacks = bool((values.array < 0).any())
    usual = np.argsort(-counts, kind="stable")[:MAX_LEVELS]
    return [
        Candidate(
            name, "category", (values.array == code).astype(float), values.levels[code], lacks
        )
        for code in usual
        if counts[code]
    ]


def _leaves(
    found: list[Candidate], labels: "Labels", seed: int
) -> dict[int, list[list[Condition]]]:
    """Grow the tree and read, by label, the way to each leaf where that label is the most usual."""
    import numpy as np
    from sklearn.tree import DecisionTreeClassifier

    rows = np.arange(len(labels))
    if len(labels) > MAX_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(len(labels), MAX_ROWS, replace=False))
    given = [replace(each, array=each.array[rows]) for each in found]
    known = np.minimum(labels[rows], MAX_SHOWN)  # the many small ones are one class: others
    kinds = len(np.unique(known))
    if kinds < 2:
        return {}
    # Small segments weigh as much as large ones: else the tree would not look for them.
    tree = DecisionTreeClassifier(
        max_depth=min(MAX_DEPTH, ceil(log2(kinds)) + 1),
        max_leaf_nodes=3 * kinds,
        min_samples_leaf=max(2, int(LEAST_SHARE * len(rows))),
        class_weight="balanced",
        random_state=seed,
    ).fit(np.column_stack([_bounded(each.array) for each in given]), known)
    paths: dict[int, list[list[Condition]]] = {}
    _walk(tree.tree_, 0, given, known, np.arange(len(rows)), [], paths)
    return {label: [_shortened(path) for path in way] for label, way in paths.items()}


def _bounded(array: "NDArray[float64]") -> "NDArray[float64]":
    """Keep what a tree's 32-bit numbers can hold; missing values stay missing."""
    import numpy as np

    return np.clip(array, -3e38, 3e38)


def _walk(
    tree: Any, node: int, given: list[Candidate], labels: "Labels", rows: "Rows",
    path: list[Condition], paths: dict[int, list[list[Condition]]],
) -> int | None:  # fmt: skip
    """Follow the rows (m,) down, note the way to each leaf; return the label where all agree."""
    label = _most(labels[rows])
    left, right = tree.children_left[node], tree.children_right[node]
    asked = given[tree.feature[node]] if left >= 0 else None
    cut = _cut(asked, asked.array[rows], float(tree.threshold[node])) if asked else None
    if asked is None or cut is None:
        paths.setdefault(label, []).append(path)
        return label
    missing_left = bool(tree.missing_go_to_left[node])
    goes = _goes_left(asked.array[rows], cut, missing_left)
    below, above = _sides(asked, cut, missing_left)
    before = {key: len(way) for key, way in paths.items()}
    ends = [
        _walk(tree, left, given, labels, rows[goes], [*path, below], paths),
        _walk(tree, right, given, labels, rows[~goes], [*path, above], paths),
    ]
    if ends[0] is not None and ends[0] == ends[1]:  # both sides say the same: no need to ask
        paths[label] = [*paths[label][: before.get(label, 0)], path]
        return label
    return None


def _most(labels: "Labels") -> int:
    import numpy as np

    found, counts = np.unique(labels, return_counts=True)
    return int(found[np.argmax(counts)])


def _cut(asked: Candidate, values: "NDArray[float64]", threshold: float) -> float | None:
    """Return the roundest number between the values on both sides of a threshold."""
    import numpy as np

    known = values[np.isfinite(values)]
    below, above = known[known <= threshold], known[known > threshold]
    if not len(below) or not len(above):
        return None
    if asked.value is not None or asked.kind == "boolean":
        return 0.5
    return roundest(float(below.max()), float(above.min()), 0 if asked.whole else 15)


def roundest(low: float, high: float, digits: int = 15) -> float:
    """Return the number with the fewest digits in low ≤ x < high, nearest to the middle."""
    middle = (low + high) / 2
    for places in range(-ceil(log2(max(abs(high), 1.0)) / 3.3) - 1, digits + 1):
        tried = round(middle, places)
        if low <= tried < high:
            return tried + 0.0
    return low


def _goes_left(values: "NDArray[float64]", cut: float, missing_left: bool) -> "NDArray[bool_]":
    import numpy as np

    goes: NDArray[bool_] = np.where(np.isfinite(values), values <= cut, missing_left).astype(bool)
    return goes


def _sides(asked: Candidate, cut: float, missing_left: bool) -> tuple[Condition, Condition]:
    """Return the conditions of the two sides; only one of them takes rows without a value."""
    if asked.value is not None:
        return (
            Condition(asked.column, "category", differs=(asked.value,), missing=asked.lacks),
            Condition(asked.column, "category", equals=asked.value),
        )
    return (
        Condition(asked.column, asked.kind, most=cut, missing=asked.lacks and missing_left),
        Condition(asked.column, asked.kind, above=cut, missing=asked.lacks and not missing_left),
    )


def _shortened(path: list[Condition]) -> list[Condition]:
    """Join the conditions of one column: the tightest bounds, and missing where all allow it."""
    joined: dict[str, Condition] = {}
    for each in path:
        known = joined.get(each.column)
        joined[each.column] = known.also(each) if known else each
    return list(joined.values())


def _told(label: int, paths: list[list[Condition]], types: Mapping[str, str]) -> dict[str, Any]:
    return {
        "label": label,
        "rules": [[each.to_json() for each in path] for path in paths],
        "where": where_of(paths, types) if paths else "",
    }


def _count(folder: Path, labels: "Labels", told: list[dict[str, Any]]) -> None:
    """Count, by SQL and over all rows, whom each rule finds, and how many of them belong there."""
    from mllab.engine.profiles import opened

    with opened(folder / "table.parquet", labels) as con:
        for each in told:
            label, where = each["label"], each["where"] or "false"
            row = con.execute(
                f"SELECT count(*) FILTER (({where})), count(*) FILTER (({where}) AND label = ?), "
                "count(*) FILTER (label = ?) FROM source JOIN labels "
                "ON labels.row = source.__row",
                [label, label],
            ).fetchone()
            rows, hits, size = row or (0, 0, 0)
            each |= {
                "rows": rows,
                "hits": hits,
                "size": size,
                "precision": hits / rows if rows else None,
                "coverage": hits / size if size else None,
            }

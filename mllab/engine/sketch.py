"""A sketch of what the settings do to each input, on some of the rows: before and after."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from datasets.engine.duck import identifier
from datasets.engine.execute import Source
from datasets.engine.reader import reader
from datasets.engine.reader import table as parquet
from datasets.engine.types import ROW_COLUMN
from mllab.engine.features import check_features
from mllab.engine.preparation.inputs import InputFit, apply_input, fit_input, measured
from mllab.engine.preparation.shape import skewness
from mllab.engine.preparation.values import Values, kind_of, values_from_arrow
from mllab.engine.preparation.words import words
from mllab.engine.preprocessing import check_settings, inputs_of
from mllab.engine.settings import ColumnSettings, Feature, Settings

if TYPE_CHECKING:
    import pyarrow as pa

    from mllab.engine.preparation.values import Floats

BINS = 20


def sketch(
    source: Source, features: Sequence[Feature], settings: Settings, rows: int = 20_000
) -> list[dict[str, Any]]:
    """Return one entry per input, in the order of ``features``, from at most ``rows`` rows.

    {"column", "before", "after", "words", "rows"}; before and after are {"bins": {"edges": [21],
    "counts": [20]} | None, "skew": float | None}, None where nothing is left. Of texts the bins
    are "counts" alone, without edges: rows of the most frequent values before, of each column of 0
    and 1 after.
    Rows are taken evenly from the whole table; missing values are not counted before. Raises
    ``UserError`` as preparing would.
    """
    names = inputs_of(features)
    types = {column.name: column.type for column in source.columns}
    check_features(features, types)
    check_settings(features, settings, {name: kind_of(types[name]) for name in types})
    table = _sample(source, names, rows)
    return [_entry(name, table[name], settings.of(name)) for name in names]


def _entry(name: str, values: Values, settings: ColumnSettings) -> dict[str, Any]:
    if settings.missing == "drop_row":
        values = values.take(values.present)
    fit = fit_input(name, values, settings)
    coded = fit.category is None or fit.category.number is not None
    return {
        "column": name,
        "before": _distribution(measured(fit, values)) if fit.number else _levels(values),
        "after": _distribution(_after(fit, values)) if coded else _columns(fit, values),
        "words": words(fit),
        "rows": len(values.array),
    }


def _after(fit: InputFit, values: Values) -> "Floats | None":
    """Return the prepared numbers (n,); None where there are none, or several columns of them."""
    return apply_input(fit, values)[:, 0] if fit.names else None


def _levels(values: Values) -> dict[str, Any]:
    """Count the rows of the most frequent texts."""
    import numpy as np

    counts = np.sort(np.bincount(values.array[values.present], minlength=1))[::-1][:BINS]
    return {"bins": {"counts": counts.tolist()} if counts.any() else None, "skew": None}


def _columns(fit: InputFit, values: Values) -> dict[str, Any]:
    """Count the rows that have a 1 in each of the columns of a text."""
    found = apply_input(fit, values) if fit.names else None
    if found is None or not len(found):
        return {"bins": None, "skew": None}
    # A column has two values, and the larger one stands for 1.
    counts = (found > found.min(axis=0)).sum(axis=0).tolist()
    return {"bins": {"counts": counts}, "skew": None}


def _distribution(x: "Floats | None") -> dict[str, Any]:
    import numpy as np

    seen = _nothing() if x is None else x[np.isfinite(x)]
    if not len(seen):
        return {"bins": None, "skew": None}
    low, high = float(seen.min()), float(seen.max())
    edges = np.linspace(low, high, BINS + 1) if high > low else np.full(BINS + 1, low)
    # Edges between neighbouring floats may coincide: all is in one bin then.
    if (np.diff(edges) <= 0).any():
        counts = np.array([len(seen)] + [0] * (BINS - 1))
    else:
        counts = np.histogram(seen, edges)[0]
    bins = {"edges": edges.tolist(), "counts": counts.tolist()}
    return {"bins": bins, "skew": skewness(np.sort(seen))}


def _nothing() -> "Floats":
    import numpy as np

    return np.empty(0, dtype=np.float64)


def _sample(source: Source, names: Sequence[str], rows: int) -> dict[str, Values]:
    """Read the inputs of every so many rows; row numbers grow, with few gaps."""
    types = {column.name: column.type for column in source.columns}
    wanted = ", ".join(identifier(name) for name in names)
    files = parquet(source.files)
    with reader(source.files) as con:
        found = con.sql(f"SELECT max({ROW_COLUMN}) FROM {files}").fetchall()
        last = int(found[0][0] or 0)
        # Of any `last` numbers in a row exactly `rows` have this remainder, evenly spread.
        some = f"WHERE ({ROW_COLUMN} * {int(rows)}) % {last} < {int(rows)}" if last > rows else ""
        query = f"SELECT {wanted} FROM {files} {some}"
        arrow: pa.Table = con.sql(query).to_arrow_table()
    return {
        name: values_from_arrow(arrow.column(place), types[name])
        for place, name in enumerate(names)
    }

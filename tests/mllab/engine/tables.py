"""Columns for tests of preprocessing, from plain lists."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mllab.engine.preparation.values import Kind, Values
from mllab.engine.settings import ColumnSettings, Feature, Settings


def numbers(values: Any, kind: Kind = "number") -> Values:
    """Give a column of numbers, NaN for missing."""
    return Values(kind, np.array(values, dtype=np.float64))


def texts(values: Sequence[str | None]) -> Values:
    """Give a column of texts, None for missing."""
    levels = tuple(dict.fromkeys(value for value in values if value is not None))
    codes = [-1 if value is None else levels.index(value) for value in values]
    return Values("category", np.array(codes, dtype=np.int32), levels)


def inputs(*names: str) -> list[Feature]:
    """Make inputs of these columns."""
    return [Feature(column=name, role="input") for name in names]


def settings(**own: Any) -> Settings:
    """Prepare all columns alike."""
    return Settings(default=ColumnSettings(**own))


def spread(n: int = 400) -> dict[str, Values]:
    """Give a table with an even, a skewed and a text column, some values missing."""
    draw = np.random.default_rng(7)
    amounts = np.exp(draw.normal(3, 1.5, n)) * draw.choice([1, 1, 1, -1], n)
    amounts[::17] = np.nan
    names = draw.choice(["red", "green", "blue"], n, p=[0.6, 0.3, 0.1])
    return {
        "age": numbers(draw.normal(40, 9, n)),
        "amount": numbers(amounts),
        "colour": texts([None if i % 29 == 0 else str(name) for i, name in enumerate(names)]),
    }

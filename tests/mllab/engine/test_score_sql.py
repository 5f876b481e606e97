"""A model as SQL gives the very labels that scoring gives, whatever stands in the rows."""

import datetime
import math
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.engine.types import Column
from mllab.engine.algorithms.base import algorithms
from mllab.engine.model import model_from, read_model
from mllab.engine.preparation.values import values_from_arrow
from mllab.engine.prepare import prepare
from mllab.engine.preprocessing import apply_apart, from_json, kept_rows
from mllab.engine.score_sql import Dialect, score_sql
from mllab.engine.settings import ColumnSettings, Feature, Settings
from mllab.engine.train import train
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress
from tests.frames import write

COLUMNS = [
    Column("amount", "float"), Column("visits", "integer"), Column('la"nd', "text"),
    Column("last", "date"), Column("club", "boolean"),
]  # fmt: skip
TYPES = dict(zip(
    [column.name for column in COLUMNS],
    [pa.float64(), pa.int64(), pa.string(), pa.date32(), pa.bool_()], strict=True,
))  # fmt: skip
NAMES = {"-1": "Noise", "0": "Re'gulars", "1": "Big", "2": "Guests", "3": "Others"}
BENT = ColumnSettings(skew="yeo_johnson", scaling="robust", outliers="clip", weight=2.5)
APART = "outliers apart, then components"
CASES: dict[str, tuple[str, dict[str, Any], Settings]] = {
    "K-Means, as proposed": ("kmeans", {"k": 4}, Settings()),
    "rows left out": ("kmeans", {"k": 3}, Settings(
        columns={name: ColumnSettings(missing="drop_row") for name in ("amount", 'la"nd')})),
    "mixture of components": ("gaussian_mixture", {"k": 3}, Settings(pca="keep", pca_share=0.9)),
    "round mixture, unscaled": ("gaussian_mixture", {"k": 3, "covariance": "spherical"}, Settings(
        default=ColumnSettings(scaling="none", skew="none"))),
    "small groups, by order": ("birch", {"k": 4}, Settings(
        default=BENT, columns={'la"nd': ColumnSettings(categories="ordinal", missing="constant")})),
    APART: ("kmeans", {"k": 3}, Settings(
        apart="forest", apart_share=0.05, pca="keep", pca_share=0.8)),
    "splits, by frequency": ("bisecting_kmeans", {"k": 4}, Settings(
        default=ColumnSettings(scaling="min_max"),
        columns={'la"nd': ColumnSettings(categories="frequency")})),
}  # fmt: skip
NASTY = [0.0, -0.0, 1e-300, -1e-12, 1e12, -1e100, 1e150, math.nan, math.inf, -math.inf, None]
ROWS = st.tuples(
    st.one_of(st.sampled_from(NASTY), st.floats(-1e6, 1e6)),
    st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.integers(-5, 40)),
    st.sampled_from(["UK", "FR", "DE", "uk", "UK ", "", "Mars'", None]),
    st.one_of(st.none(), st.dates()),
    st.sampled_from([True, False, None]),
)


def customer(number: int, draw: np.random.Generator) -> tuple[Any, ...]:
    kind = int(draw.integers(3))
    amount = (20.0, 900.0, -4000.0)[kind] * float(draw.uniform(0.8, 1.3))
    return (
        None if number % 40 == 7 else amount, (2, 9, 30)[kind] + number % 3,
        None if number % 50 == 9 else ("UK", "FR", "DE")[(kind + number % 2) % 3],
        f"2011-0{kind + 1}-{number % 28 + 1:02}", kind == 1,
    )  # fmt: skip


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """One model for each case."""
    folder, draw = tmp_path_factory.mktemp("models"), np.random.default_rng(3)
    source = write(folder, COLUMNS, [customer(number, draw) for number in range(240)])
    features = [Feature(column=column.name, role="input") for column in COLUMNS]
    found = {}
    for name, (key, params, chosen) in CASES.items():
        place = folder / name
        prepare(source, features, chosen, 42, place, NullProgress())
        train(place, place / "p", algorithm=key, params=params, seed=42, progress=NullProgress())
        found[name] = read_model(place / "p/model.json")
    return found


def by_python(model: Mapping[str, Any], table: pa.Table) -> list[int | None]:
    types = {column.name: column.type for column in COLUMNS}
    values = {name: values_from_arrow(table.column(name), types[name]) for name in types}
    fitted = from_json(model["preprocessing"])
    kept = kept_rows(fitted, values)
    X, apart = apply_apart(fitted, values)
    scorer = algorithms.get(model["algorithm"])().scorer(model_from(model))
    found = scorer(np.ascontiguousarray(X))[0] if len(X) else np.empty(0)
    labels = iter((found if apart is None else np.where(apart, -1, found)).tolist())
    rows = [True] * len(table) if kept is None else kept.tolist()
    return [next(labels) if each else None for each in rows]


def by_sql(query: str, table: pa.Table) -> tuple[list[str], list[Any]]:
    with duckdb.connect() as con:
        con.register("customers", table)
        found = con.execute(query)
        return [each[0] for each in found.description], found.fetchall()


def arrow(rows: Sequence[Sequence[Any]]) -> pa.Table:
    made = [
        pa.array([row[place] for row in rows], kind) for place, kind in enumerate(TYPES.values())
    ]
    return pa.table(dict(zip(TYPES, made, strict=True)))


@pytest.mark.parametrize("case", [case for case in CASES if case != APART])
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(ROWS, min_size=1, max_size=40))
def test_sql_and_python_give_the_same_labels(
    models: dict[str, dict[str, Any]], case: str, rows: list[tuple[Any, ...]]
) -> None:
    table = arrow(rows)
    models[case].setdefault("query", score_sql(models[case], NAMES))
    columns, found = by_sql(models[case]["query"], table)
    assert columns == [*TYPES, "segment", "segment_name"]
    assert [row[-2] for row in found] == by_python(models[case], table)
    assert all(row[-1] == (None if row[-2] is None else NAMES[str(row[-2])]) for row in found)


def test_what_stands_apart_is_noise_in_sql_too(models: dict[str, dict[str, Any]]) -> None:
    """Once only: DuckDB takes a second to plan fifty trees."""
    draw = np.random.default_rng(8)
    rows = [customer(number, draw) for number in range(300)]
    rows = [(*row[:3], datetime.date.fromisoformat(row[3]), row[4]) for row in rows]
    rows += [(x, 3, "UK", None, None) for x in NASTY]
    table = arrow(rows)
    labels = [row[-2] for row in by_sql(score_sql(models[APART], NAMES), table)[1]]
    assert labels == by_python(models[APART], table)
    assert {-1, 0, 1, 2} == set(labels)


def tied(key: str = "kmeans", **more: Any) -> dict[str, Any]:
    """A model in one unscaled column: segment 0 at 2, which the fit had second, and 1 at 0."""
    number = {
        "fill": 0.0, "filled": 0, "low": None, "high": None, "bend": "none", "power": None,
        "scaling": "none", "center": 0.0, "scale": 1.0, "weight": 1.0, "skew": 0.0,
        "skew_after": 0.0,
    }  # fmt: skip
    fit = {"column": "amount", "kind": "number", "latest": None, "number": number, "category": None}
    preprocessing = {
        "format": "preprocessing/1", "features": [{"column": "amount", "role": "input"}],
        "settings": {}, "inputs": [fit], "columns": ["amount"], "pca": None, "notes": [],
        "skewed": [],
    }  # fmt: skip
    found = {
        "algorithm": key, "preprocessing": preprocessing, "centers": [[2.0], [0.0]],
        "order": [1, 0], "params": {}, "per_segment": {}, "scoring": {},
    }  # fmt: skip
    return {**found, **more}


@pytest.mark.parametrize(
    ("key", "more"),
    [
        ("kmeans", {}),
        ("birch", {"scoring": {"groups": [[0.0], [2.0]], "labels": [0, 1]}}),
        ("bisecting_kmeans", {"scoring": {"tree": {
            "centers": [[0.0], [2.0]], "parts": [{"label": 0}, {"label": 1}]}}}),
    ],
)  # fmt: skip
def test_a_row_half_way_goes_to_what_the_fit_had_first(key: str, more: dict[str, Any]) -> None:
    """What is too large for its square, and what is missing, is said alike too."""
    table = arrow([(x, 1, None, None, None) for x in (1.0, 0.9, 1.1, 1e200, None)])
    labels = [row[-2] for row in by_sql(score_sql(tied(key, **more), NAMES), table)[1]]
    assert labels == [1, 1, 0, 1, 1]


def test_beyond_the_reach_of_the_nearest_group_is_noise() -> None:
    scoring = {"groups": [[0.0], [2.0], [9.0]], "labels": [0, 1, -1], "reach": [0.5, 3.0, 0.0]}
    table = arrow([(x, 1, None, None, None) for x in (0.5, 0.6, 1.2, 5.0, 5.6, 9.0)])
    labels = [row[-2] for row in by_sql(score_sql(tied(scoring=scoring), NAMES), table)[1]]
    assert labels == [1, -1, 0, 0, -1, -1]


def test_an_algorithm_whose_rule_sql_cannot_say_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kmeans = algorithms.get("kmeans")
    monkeypatch.setattr(kmeans, "scorer", lambda self, model: None)
    with pytest.raises(UserError, match=r"^The rule of K-Means for new rows cannot be written as"):
        score_sql(tied(), NAMES)


def test_more_small_groups_than_postgresql_has_columns_are_refused() -> None:
    scoring = {"groups": [[float(i)] for i in range(1_700)], "labels": [0] * 1_700}
    model = tied(scoring=scoring)
    with pytest.raises(UserError, match="take the SQL for DuckDB"):
        score_sql(model, NAMES, "postgres")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES)
def test_postgresql_gives_the_same_labels(models: dict[str, dict[str, Any]], case: str) -> None:
    draw = np.random.default_rng(5)
    rows = [customer(number, draw) for number in range(200)]
    rows += [(None, None, None, None, None), (math.nan, 7, "Mars'", "2011-02-03", True)]
    with connection.cursor() as cursor:
        cursor.execute(
            'CREATE TEMP TABLE customers (amount float8, visits bigint, "la""nd" text, last date, '
            "club boolean)"
        )
        cursor.executemany("INSERT INTO customers VALUES (%s, %s, %s, %s, %s)", rows)
        dialect: Dialect = "postgres"
        cursor.execute(score_sql(models[case], NAMES, dialect).replace("%", "%%"), [])
        found = cursor.fetchall()
    day = datetime.date.fromisoformat
    table = arrow([(*row[:3], row[3] and day(row[3]), row[4]) for row in rows])
    assert [row[-2] for row in found] == by_python(models[case], table)

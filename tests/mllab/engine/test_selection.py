"""Selections as addresses, and areas of the map as SQL."""

import duckdb
import numpy as np
import pytest

from mllab.engine.selection import Bound, Selection, area_from, inside_sql, selection_from

ARROW = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 1.0), (0.0, 4.0))


def test_it_goes_into_an_address_and_back() -> None:
    chosen = Selection(
        1, (Bound("a:b", -1.5, None), Bound("Component 1", None, 2.0, "x")), ARROW, 7
    )
    query = chosen.to_query()
    single = {key: value for key, value in query if key != "range"}
    ranges = [value for key, value in query if key == "range"]
    assert selection_from(single, ranges, 1) == chosen
    assert Selection().is_everyone
    assert not Selection(1).narrows


@pytest.mark.parametrize(
    "text", ["1,2;3,4", "a,b;c,d;e,f", "1,2;3,nan;5,6", "1;2;3", "1,2;3,4;inf,1"]
)
def test_an_odd_area_is_none(text: str) -> None:
    assert area_from(text) == ()


def test_the_area_holds_what_lies_within_also_where_it_is_not_convex() -> None:
    points = {
        (2.0, 0.5): True,
        (2.0, 2.0): False,
        (0.5, 2.0): True,
        (3.8, 3.0): True,
        (5.0, 1.0): False,
    }
    where = inside_sql("x", "y", ARROW)
    with duckdb.connect() as con:
        for (x, y), inside in points.items():
            found = con.execute(f"SELECT {where} FROM (SELECT {x} AS x, {y} AS y)").fetchone()
            assert found == (inside,), (x, y)


def test_a_square_equals_its_bounds() -> None:
    square = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
    points = np.random.default_rng(1).random((500, 2))
    wanted = int(((points > 0.2) & (points < 0.8)).all(axis=1).sum())
    values = ", ".join(f"({x!r}, {y!r})" for x, y in points.tolist())
    with duckdb.connect() as con:
        query = f"SELECT count(*) FROM (VALUES {values}) AS t(x, y) WHERE "
        assert con.execute(query + inside_sql("x", "y", square)).fetchone() == (wanted,)

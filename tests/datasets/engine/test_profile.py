"""What a profile says of awkward columns."""

import json
from typing import Any

import pytest

from datasets.engine import profile_groups
from datasets.engine.profile import profile
from datasets.engine.types import Column
from segplatform.kernel.errors import Cancelled
from segplatform.kernel.progress import NullProgress
from tests.datasets.engine.conftest import Stored

KEYS = [
    *("name", "type", "missing", "distinct", "min", "max", "mean", "median", "quantiles", "std"),
    *("skew", "zeros", "negatives", "histogram", "top"),
]
TYPES = ["text", "integer", "decimal", "float", "boolean", "date", "datetime"]


@pytest.fixture(params=["by value", "by row"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure both ways, whatever is quicker."""
    monkeypatch.setattr(profile_groups, "REPEATS", 1 if request.param == "by value" else 10**9)


def one(stored: Stored, kind: Any, cells: list[Any]) -> dict[str, Any]:
    columns = [Column("it", kind)]
    found = profile(stored(columns, [(cell,) for cell in cells]), columns, NullProgress())
    json.dumps(found, allow_nan=False)
    return found[0]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("cells", [[], [None, None]])
def test_without_values_there_is_nothing_to_say(
    stored: Stored, kind: str, cells: list[None]
) -> None:
    found = one(stored, kind, cells)
    assert list(found) == KEYS
    assert (found["missing"], found["distinct"], found["top"]) == (len(cells), 0, [])
    counts = 0 if kind in ("integer", "decimal", "float") else None
    assert (found["zeros"], found["negatives"]) == (counts, counts)
    others = {"mean", "min", "max", "median", "quantiles", "std", "skew", "histogram"}
    assert all(found[key] is None for key in others)


@pytest.mark.usefixtures("way")
def test_integers(stored: Stored) -> None:
    found = one(stored, "integer", [0, 5, 20, None, -20, 5])
    assert list(found) == KEYS
    assert (found["min"], found["max"], found["missing"], found["distinct"]) == (-20, 20, 1, 4)
    assert (found["mean"], found["median"], found["zeros"], found["negatives"]) == (2, 5, 1, 1)
    assert found["histogram"]["edges"] == [float(edge) for edge in range(-20, 21, 2)]
    assert found["histogram"]["counts"] == [1, *[0] * 9, 1, 0, 2, *[0] * 6, 1]
    assert found["top"][:2] == [{"value": 5, "count": 2}, {"value": -20, "count": 1}]


def test_a_constant_has_no_shape(stored: Stored) -> None:
    found = one(stored, "decimal", ["-2.5", "-2.5", None])
    assert (found["min"], found["mean"], found["std"], found["negatives"]) == (-2.5, -2.5, 0, 2)
    assert (found["skew"], found["histogram"], found["distinct"]) == (None, None, 1)
    assert set(found["quantiles"].values()) == {-2.5}
    assert one(stored, "integer", [7])["std"] is None


def test_values_that_are_not_finite_are_counted_apart(stored: Stored) -> None:
    found = one(stored, "float", ["nan", "inf", "-inf", "1", "3", None])
    assert (found["not_finite"], found["missing"], found["distinct"]) == (3, 1, 5)
    assert (found["min"], found["max"], found["mean"], found["median"]) == (1, 3, 2, 2)
    assert {"value": "nan", "count": 1} in found["top"]
    assert one(stored, "float", ["nan", "nan"])["mean"] is None
    assert one(stored, "float", ["nan", "inf", "2"])["quantiles"]["0.99"] == 2


@pytest.mark.usefixtures("way")
def test_numbers_at_the_ends_of_their_types(stored: Stored) -> None:
    wide = one(stored, "float", ["1.7e308", "-1.7e308", "1.7e308", "1.7e308"])
    assert wide["mean"] == pytest.approx(0.85e308)
    assert sum(wide["histogram"]["counts"]) == 4
    assert wide["skew"] == pytest.approx(-1.1547, abs=1e-4)
    small = one(stored, "float", ["5e-324", "0", "0"])
    assert sum(small["histogram"]["counts"]) == 3
    whole = one(stored, "integer", [2**63 - 1, -(2**63), 0])
    assert (whole["min"], whole["max"]) == (-(2**63), 2**63 - 1)
    near = one(stored, "integer", [2**60, 2**60 + 10, 2**60 + 5])
    assert near["std"] == 5
    money = one(stored, "decimal", ["99999999999999.0002", "-99999999999999.0001", "0"])
    assert sum(money["histogram"]["counts"]) == 3


@pytest.mark.usefixtures("way")
def test_times_are_iso_text(stored: Stored) -> None:
    days = one(stored, "date", ["2010-12-01", "2010-12-11", "2010-12-03", None])
    assert (days["min"], days["max"], days["median"]) == ("2010-12-01", "2010-12-11", "2010-12-03")
    assert days["histogram"]["edges"][:2] == ["2010-12-01T00:00:00", "2010-12-01T12:00:00"]
    assert (days["mean"], days["std"], days["zeros"]) == (None, None, None)
    assert days["top"][0] == {"value": "2010-12-01", "count": 1}
    times = one(stored, "datetime", ["1969-12-31 23:59:59", "2010-12-01 08:26:00.5", "infinity"])
    assert (times["min"], times["max"]) == ("1969-12-31T23:59:59", "2010-12-01T08:26:00.500000")
    assert times["not_finite"] == 1
    far = one(stored, "date", ["12000-01-01", "2010-12-01"])
    assert (far["min"], far["max"]) == ("2010-12-01", None)


def test_texts_and_booleans_are_counted(stored: Stored) -> None:
    cells = ["b", "", "é🙂", "b", "a" * 900, None, "a", *map(str, range(20))]
    found = one(stored, "text", cells)
    assert (found["distinct"], found["missing"], len(found["top"])) == (25, 1, 10)
    assert found["top"][0] == {"value": "b", "count": 2}
    assert [each["value"] for each in found["top"][1:4]] == ["", "0", "1"]
    long = one(stored, "text", ["é" * 900])
    assert long["top"][0]["value"] == "é" * 200
    flags = one(stored, "boolean", [True, False, True, None])
    assert flags["top"] == [{"value": True, "count": 2}, {"value": False, "count": 1}]
    assert (flags["distinct"], flags["min"], flags["mean"]) == (2, None, None)


def test_many_values_are_not_listed_unless_text(stored: Stored) -> None:
    cells = [number % 101 for number in range(300)]
    assert one(stored, "integer", cells)["top"] == []
    assert len(one(stored, "text", cells)["top"]) == 10
    assert len(one(stored, "integer", [n % 100 for n in range(300)])["top"]) == 10


def test_three_hundred_columns_of_odd_names(stored: Stored) -> None:
    columns = [Column(f'c"{place}; --', TYPES[place % 4]) for place in range(300)]
    columns += [Column("t", "integer"), Column("v", "text"), Column("n", "text")]
    files = stored(columns, [tuple(range(303)), (1,) * 303, (None,) * 303])
    found = profile(files, columns, NullProgress())
    assert [each["name"] for each in found] == [column.name for column in columns]
    assert found[297]["max"] == 297
    assert found[-1]["top"] == [{"value": "1", "count": 1}, {"value": "302", "count": 1}]
    assert profile(files, [], NullProgress()) == []


class Stopped:
    """A progress that notes what it hears and then asks to stop."""

    def __init__(self, after: float) -> None:
        self.after, self.heard = after, [0.0]

    def step(self, fraction: float, message: str = "") -> None:
        self.heard.append(fraction)
        if fraction >= self.after:
            raise Cancelled

    def log(self, line: str) -> None:
        raise AssertionError


@pytest.mark.parametrize("after", [0, 0.3, 0.8])
def test_it_stops_when_asked(stored: Stored, after: float) -> None:
    columns = [Column("a", "integer"), Column("b", "text")]
    files = stored(columns, [(1, "x"), (2, "y")])
    with pytest.raises(Cancelled):
        profile(files, columns, Stopped(after))
    told = Stopped(2)
    profile(files, columns, told)
    assert told.heard == sorted(told.heard)
    assert max(told.heard) <= 1

"""What Arrow converts of the commonest spellings is what DuckDB makes of them, to the last bit."""

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from datasets.engine.convert import arrow_type
from datasets.engine.kinds import Kind, Number, convert_sql
from datasets.engine.moments import Moment
from datasets.engine.numbers import Numbers
from datasets.engine.plain_cells import plain_values

NUMBERS = st.from_regex(
    r"[ \t]?-?[0-9]{0,17}(\.[0-9]{0,25})?([eE][+-]?[0-9]{1,3})?[ \t]?", fullmatch=True
)
MOMENTS = st.from_regex(
    r"[0-9]{4}-[0-9]{1,2}-[0-3]?[0-9]([ T][0-2][0-9]:[0-6][0-9](:[0-6][0-9](\.[0-9]{1,7})?)?)?",
    fullmatch=True,
)
KINDS: tuple[Kind, ...] = (
    *(Number(kind, Numbers()) for kind in ("integer", "decimal", "float")),
    Moment("date", "%Y-%m-%d"),
    Moment("datetime", "iso"),
)


def by_duckdb(kind: Kind, texts: list[str]) -> pa.Array:
    """Convert as every other spelling is converted."""
    with duckdb.connect() as con:
        con.register("texts", pa.table({"x": pa.array(texts, pa.string())}))
        made = con.sql(f"SELECT {convert_sql(kind, 'x')} AS v FROM texts").to_arrow_table()
    return made.column("v").combine_chunks().cast(arrow_type(kind.type))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(NUMBERS | MOMENTS, min_size=1, max_size=25))
@example(["-0", "0.0", "-0.0", ".5", "-.5", "5.", "1e-400", "2E+308", "-1e5", "", " ", "٣", "1\n"])
@example(["999999999999999", "1000000000000000", "12345.0", "99999999999999.9999", "0.00001"])
@example(
    ["0000-01-01", "9999-12-31 23:59:59.999999", "2023-02-29", "2024-02-29T24:00", "1582-10-10"]
)
def test_a_value_is_as_duckdb_has_it_or_is_left_to_it(texts: list[str]) -> None:
    for kind in KINDS:
        expected = by_duckdb(kind, texts)
        for place, text in enumerate(texts):
            found = plain_values(pa.array([text]), kind, arrow_type(kind.type))
            if found is not None:
                # As bytes: -0.0 is not 0.0, and a year before 1 is no date of Python's.
                bits = found.buffers()[1].to_pybytes()[: len(bytes(8))]
                same = expected.slice(place, 1).take(pa.array([0])).buffers()[1].to_pybytes()
                assert bits[: len(same)] == same[: len(bits)], (kind, text)
                assert expected[place].is_valid, (kind, text)


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (KINDS[0], ["1", " -20", "17850.0"]),
        (KINDS[1], ["2.55", "-.5", "11062.06"]),
        (KINDS[2], ["0.1", "1.5e-7"]),
        (KINDS[3], ["2010-12-01"]),
        (KINDS[4], ["2010-12-01 08:26:00", "2010-12-01T08:26"]),
    ],
)
def test_plain_spellings_need_no_database(kind: Kind, texts: list[str]) -> None:
    found = plain_values(pa.array(texts), kind, arrow_type(kind.type))
    assert found is not None
    assert found.equals(by_duckdb(kind, texts))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Number("decimal", Numbers(",", ".")), "1,5"),
        (Number("integer", Numbers(), lenient=True), "+7"),
        (Moment("date", "%d/%m/%Y", "dmy"), "01/02/2010"),
        (KINDS[0], "n/a"),
        (KINDS[3], "2023-02-30"),
        (KINDS[3], "2023-2-3"),
    ],
)
def test_all_others_are_left_to_the_database(kind: Kind, text: str) -> None:
    assert plain_values(pa.array(["1", text]), kind, arrow_type(kind.type)) is None

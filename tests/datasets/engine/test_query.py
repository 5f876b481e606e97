"""Pages of a stored table."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from datasets.engine.query import page, sort_parse, sort_part
from datasets.engine.sample import Sample
from datasets.engine.types import Column
from segplatform.kernel.errors import UserError
from tests.datasets.engine.conftest import Stored

COLUMNS = [Column("Country", "text"), Column("Price", "decimal"), Column("At", "datetime")]
ROWS = [
    ("France", "2.55", "2010-12-01 08:26"),
    ("EIRE", "10.00", None),
    (None, "2.55", "2010-12-02 00:00"),
    ("France", None, "2010-12-03 10:00:05"),
    ("", "-1", "2010-12-01 08:26"),
]
ODD = ['a"b', "a,b", "-minus", "100%", "%2C", "t", "sélect; --", "{{7*7}}", "x" * 200, "🙂 ‮"]


@pytest.fixture
def files(stored: Stored) -> list[Path]:
    return stored(COLUMNS, ROWS)


def test_it_gives_rows_in_the_order_of_the_source(files: list[Path]) -> None:
    found = page(files, COLUMNS, limit=2, offset=1)
    assert found.rows == [
        ("EIRE", Decimal("10.0000"), None),
        (None, Decimal("2.5500"), datetime(2010, 12, 2)),
    ]
    assert (found.numbers, found.count, found.scope, found.total) == ([2, 3], 5, 5, 5)


def test_it_sorts_by_several_columns_missing_last_ties_as_in_the_source(files: list[Path]) -> None:
    assert page(files, COLUMNS, limit=9, sort="-Price").numbers == [2, 1, 3, 5, 4]
    assert page(files, COLUMNS, limit=9, sort="Price").numbers == [5, 1, 3, 2, 4]
    assert page(files, COLUMNS, limit=9, sort="Country,-Price").numbers == [5, 2, 1, 4, 3]


@pytest.mark.parametrize("sort", ["", "Price", "-Price", "-Country,At"])
def test_its_late_pages_are_the_rows_that_follow_the_early_ones(
    files: list[Path], sort: str
) -> None:
    whole = page(files, COLUMNS, limit=9, sort=sort).numbers
    for limit in (1, 2, 3):
        for offset in range(7):
            found = page(files, COLUMNS, limit=limit, offset=offset, sort=sort).numbers
            assert found == whole[offset : offset + limit]


def test_its_pages_join_without_a_gap_where_all_are_ties(stored: Stored) -> None:
    columns = [Column("same", "integer")]
    files = stored(columns, [(1,)] * 500)
    pages = [page(files, columns, limit=50, offset=at, sort="-same") for at in range(0, 500, 50)]
    assert [number for found in pages for number in found.numbers] == list(range(1, 501))


def test_it_gives_nothing_past_the_end_and_for_no_rows(files: list[Path], stored: Stored) -> None:
    assert page(files, COLUMNS, limit=9, offset=10**15).rows == []
    empty = stored([Column("a", "text")], [])
    assert page(empty, [Column("a", "text")], limit=9, sort="a").count == 0


@pytest.mark.parametrize(("limit", "offset"), [(-1, 0), (10_001, 0), (1, -1)])
def test_it_refuses_limits_out_of_range(files: list[Path], limit: int, offset: int) -> None:
    with pytest.raises(UserError, match="limit goes from 0"):
        page(files, COLUMNS, limit=limit, offset=offset)


@pytest.mark.parametrize(
    "sort", ["__row", "Country--", '"Country"', "Price; DROP TABLE t", "--Price"]
)
def test_it_sorts_by_real_columns_only(files: list[Path], sort: str) -> None:
    with pytest.raises(UserError, match="There is no column"):
        page(files, COLUMNS, limit=1, sort=sort)


def test_it_refuses_a_sort_by_very_many_columns() -> None:
    columns = [Column(f"c{n}", "text") for n in range(9)]
    with pytest.raises(UserError, match="At most 5"):
        sort_parse(",".join(column.name for column in columns), columns)


@pytest.mark.parametrize("name", ODD)
def test_it_pages_sorts_and_names_columns_with_odd_names(stored: Stored, name: str) -> None:
    columns = [Column(name, "text"), Column("other", "text")]
    files = stored(columns, [("b", "1"), ("a", "2")])
    assert sort_parse(sort_part(name, True), columns) == [(name, True)]
    assert page(files, columns, limit=9, sort=sort_part(name, False)).rows[0] == ("a", "2")


def test_it_cuts_long_texts_only_where_asked(stored: Stored) -> None:
    columns = [Column("a", "text")]
    files = stored(columns, [("x" * 5000,)])
    assert len(page(files, columns, limit=1, cut=100).rows[0][0]) == 100
    assert len(page(files, columns, limit=1).rows[0][0]) == 5000


def test_it_reads_a_folder_whose_name_would_mean_something_to_duckdb(tmp_path: Path) -> None:
    from tests.factories.datasets import write_rows

    folder = tmp_path / "day=1" / "it's"
    write_rows(folder, COLUMNS, ROWS)
    assert page([folder / "part-0.parquet"], COLUMNS, limit=1).rows[0][0] == "France"


def test_it_serves_many_threads_at_once(files: list[Path]) -> None:
    def ask(n: int) -> list[int]:
        sample = Sample("last", 1 + n % 3)
        return page(files, COLUMNS, limit=9, sort="-Price", sample=sample).numbers

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(ask, range(36)))
    assert [len(answer) for answer in answers] == [1 + n % 3 for n in range(36)]

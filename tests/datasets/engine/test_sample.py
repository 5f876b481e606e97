"""The sample of a version."""

from pathlib import Path

import pytest

from datasets.engine.query import page
from datasets.engine.sample import Sample, customer_column, sample_make, sample_words
from datasets.engine.types import Column
from tests.datasets.engine.conftest import Stored

COLUMNS = [Column("Customer ID", "text"), Column("n", "integer")]
ROWS = [(None if n % 10 == 0 else f"c{n % 40}", n) for n in range(1, 1001)]


@pytest.fixture
def files(stored: Stored) -> list[Path]:
    return stored(COLUMNS, ROWS)


def numbers(files: list[Path], sample: Sample) -> list[int]:
    return page(files, COLUMNS, limit=2000, sample=sample).numbers


def test_it_takes_the_first_and_the_last_rows(files: list[Path]) -> None:
    assert numbers(files, Sample("first", 3)) == [1, 2, 3]
    assert numbers(files, Sample("last", 3)) == [998, 999, 1000]


def test_it_takes_random_rows_the_same_each_time(files: list[Path]) -> None:
    sample = Sample("random", 100)
    first = numbers(files, sample)
    (file,) = sample_make(files, COLUMNS, sample)
    file.unlink()
    assert numbers(files, sample) == first
    assert len(set(first)) == 100
    assert first == sorted(first) != list(range(1, 101))


def test_it_takes_all_rows_of_each_customer(files: list[Path]) -> None:
    sample = Sample("whole_customers", 100)
    found = page(files, COLUMNS, limit=2000, sample=sample)
    chosen = {row[0] for row in found.rows}
    assert None not in chosen
    assert 100 <= found.count < 200
    assert found.count == sum(row[0] in chosen for row in ROWS)


def test_it_takes_a_customer_larger_than_the_sample_only_where_all_are(stored: Stored) -> None:
    files = stored(COLUMNS, [("big", n) for n in range(50)] + [("small", n) for n in range(3)])
    rows = page(files, COLUMNS, limit=99, sample=Sample("whole_customers", 5)).rows
    assert {row[0] for row in rows} == {"small"}
    assert page(files, COLUMNS, limit=99, sample=Sample("whole_customers", 1)).scope > 1


def test_it_says_so_where_no_column_is_a_customer(stored: Stored) -> None:
    columns = [Column("a", "integer")]
    files = stored(columns, [(n,) for n in range(100)])
    sample = Sample("whole_customers", 10)
    assert page(files, columns, limit=99, sample=sample).scope == 10
    assert "no column looks like a customer" in sample_words(sample, columns)
    assert "“Customer ID”" in sample_words(sample, COLUMNS)


def test_it_writes_nothing_for_a_table_as_short_as_its_sample(files: list[Path]) -> None:
    assert sample_make(files, COLUMNS, Sample("random", 1000)) == files
    assert [path.name for path in files[0].parent.iterdir()] == ["part-0.parquet"]


def test_other_settings_make_another_sample_and_nothing_half_written_stays(
    files: list[Path],
) -> None:
    for sample in (Sample("first", 5), Sample("first", 6), Sample("last", 5)):
        sample_make(files, COLUMNS, sample)
    assert {path.name for path in files[0].parent.iterdir()} == {
        "part-0.parquet",
        "sample-first-5.parquet",
        "sample-first-6.parquet",
        "sample-last-5.parquet",
    }


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Invoice", "CustomerID"], "CustomerID"),
        (["customer_id", "user"], "customer_id"),
        (["Client", "Amount"], "Client"),
        (["User ID"], "User ID"),
        (["Invoice", "Country"], None),
    ],
)
def test_it_guesses_the_customer_by_its_name(names: list[str], expected: str | None) -> None:
    column = customer_column([Column(name, "text") for name in names])
    assert (column.name if column else None) == expected

"""Who is in which segment: pages of customers, and all of them as files."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from datasets.engine.types import Column
from mllab.engine.members import MEMBERS
from mllab.models import Prototype, UseCase
from mllab.services.customers import customers_export, customers_file_name, customers_page
from mllab.services.files import path_of
from mllab.services.prototypes import assignments_page
from mllab.services.segments import segment_change
from projects.models import Project, User
from segplatform.kernel.errors import Conflict, NotFound, UserError
from tests.factories.datasets import make_dataset
from tests.factories.mllab import make_experiment, make_prepared, make_prototype, make_use_case

pytestmark = pytest.mark.django_db
OURS = ["segment", "segment_name", "segment_confidence"]
FORMULA = "=cmd|' /C calc'!A0"


@pytest.fixture
def prototype(use_case: UseCase) -> Prototype:
    return make_prototype(make_prepared(use_case), k=3)


def lines(blocks: Iterator[bytes]) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(b"".join(blocks).decode("utf-8-sig")))]


def test_a_page_has_each_row_with_the_segment_that_training_gave(prototype: Prototype) -> None:
    page = customers_page(prototype=prototype, limit=60)
    told = assignments_page(prototype=prototype, limit=60, offset=0)["items"]
    assert [column.name for column in page.columns][:4] == [*OURS, "CustomerID"]
    assert [(row[3], row[0], row[1], row[2]) for row in page.rows] == [
        (item["CustomerID"], item["segment"], item["name"], item["confidence"]) for item in told
    ]
    assert (page.count, page.total, page.numbers[:2]) == (60, 60, [1, 2])


def test_a_page_is_sorted_filtered_and_cut(prototype: Prototype) -> None:
    page = customers_page(prototype=prototype, limit=5, offset=15, segment=1, sort="-Monetary")
    assert (len(page.rows), page.count, page.total) == (5, 20, 60)
    assert {row[0] for row in page.rows} == {1}
    amounts = [row[6] for row in page.rows]
    assert amounts == sorted(amounts, reverse=True)
    sure = customers_page(prototype=prototype, limit=60, sort="segment_confidence").rows
    assert [row[2] for row in sure] == sorted(row[2] for row in sure)
    assert customers_page(prototype=prototype, limit=1, cut=3).rows[0][3] == "100"
    assert customers_page(prototype=prototype, limit=5, offset=60).rows == []


def test_what_is_not_there_is_refused(prototype: Prototype, use_case: UseCase) -> None:
    with pytest.raises(UserError, match="Nope"):
        customers_page(prototype=prototype, limit=5, sort="Nope")
    with pytest.raises(NotFound, match="no such segment"):
        customers_page(prototype=prototype, limit=5, segment=3)
    with pytest.raises(UserError, match="no format"):
        customers_export(prototype=prototype, key="pdf")
    with pytest.raises(Conflict, match="not trained"):
        customers_page(prototype=make_prototype(make_experiment(use_case)), limit=5)
    (path_of(folder=prototype.experiment.folder) / "table.parquet").unlink()
    with pytest.raises(NotFound, match="not here any more"):
        customers_export(prototype=prototype, key="csv")


def test_a_name_given_later_is_shown_and_the_file_beside_the_labels_stays(
    prototype: Prototype, user: User
) -> None:
    customers_page(prototype=prototype, limit=1)
    made = path_of(folder=prototype.folder) / MEMBERS
    before = made.stat().st_mtime_ns
    segment_change(prototype=prototype, label=0, user=user, name="Loyal")
    page = customers_page(prototype=prototype, limit=60, sort="segment_name")
    assert [row[1] for row in page.rows[:20]] == ["Loyal"] * 20
    assert made.stat().st_mtime_ns == before
    assert [path.name for path in made.parent.glob(f"{MEMBERS}*")] == [MEMBERS]


def test_a_file_has_all_rows_or_those_of_one_segment(prototype: Prototype, data_dir: Path) -> None:
    everyone = lines(customers_export(prototype=prototype, key="csv"))
    assert [row["CustomerID"] for row in everyone] == [str(10_000 + n) for n in range(60)]
    assert [*everyone[0]][-3:] == OURS
    one = lines(customers_export(prototype=prototype, key="csv_raw", segment=2))
    assert one == [row for row in everyone if row["segment"] == "2"]
    assert len(one) == 20
    assert not any((data_dir / "tmp").iterdir())


def test_a_name_that_begins_like_a_formula_is_disarmed_for_spreadsheets_only(
    prototype: Prototype, user: User, tmp_path: Path
) -> None:
    segment_change(prototype=prototype, label=0, user=user, name=FORMULA)
    safe = lines(customers_export(prototype=prototype, key="csv", segment=0, bom=True))
    assert {row["segment_name"] for row in safe} == {f"'{FORMULA}"}
    raw = lines(customers_export(prototype=prototype, key="csv_raw", segment=0))
    assert {row["segment_name"] for row in raw} == {FORMULA}
    file = tmp_path / "all.parquet"
    file.write_bytes(b"".join(customers_export(prototype=prototype, key="parquet", segment=0)))
    table = pq.read_table(file)
    assert set(table["segment_name"].to_pylist()) == {FORMULA}
    assert [str(table.schema.field(name).type) for name in OURS] == ["int64", "string", "double"]
    assert b"".join(customers_export(prototype=prototype, key="xlsx"))[:2] == b"PK"


def test_a_download_that_is_broken_off_leaves_nothing(prototype: Prototype, data_dir: Path) -> None:
    blocks = customers_export(prototype=prototype, key="csv")
    next(blocks)
    assert any((data_dir / "tmp").iterdir())
    del blocks
    assert not any((data_dir / "tmp").iterdir())


def test_columns_of_the_table_that_are_called_like_ours_stay(project: Project) -> None:
    columns = [
        Column("Segment", "integer"),
        Column("segment_name", "text"),
        Column("__segment", "float"),
    ]
    rows = [(n % 2, f"old {n}", n // 10 * 100 + n) for n in range(20)]
    dataset = make_dataset(project, name="clash", columns=columns, rows=rows)
    prepared = make_prepared(
        make_use_case(project, dataset), features=[{"column": "__segment", "role": "input"}]
    )
    prototype = make_prototype(prepared, k=2)
    page = customers_page(prototype=prototype, limit=1, sort="-segment_")
    assert [column.name for column in page.columns] == [
        "segment_", "segment_name_", "segment_confidence", "Segment", "segment_name", "__segment",
    ]  # fmt: skip
    assert (page.rows[0][0], page.rows[0][4][:3]) == (1, "old")
    row = lines(customers_export(prototype=prototype, key="csv"))[0]
    assert (row["Segment"], row["segment_name"]) == ("0", "old 0")
    assert row["segment_name_"] == f"Segment {int(row['segment_']) + 1}"


def test_a_file_is_named_after_the_prototype_and_the_segment(
    prototype: Prototype, user: User
) -> None:
    whole = "K-Means, 3 segments (prototype 1)"
    assert customers_file_name(prototype=prototype) == whole
    segment_change(prototype=prototype, label=0, user=user, name="Loyal")
    assert customers_file_name(prototype=prototype, segment=0) == f"Loyal, {whole}"

"""New rows for a dataset: appended and replaced, checked, decided about, never half there."""

from collections.abc import Mapping
from typing import Any

import duckdb
import pytest

from datasets.engine.rejected import rejected_page
from datasets.engine.types import Column
from datasets.models import Dataset, DatasetImport, DatasetVersion
from datasets.services.files import version_files
from datasets.services.imports import dataset_import_start
from datasets.services.integrity import integrity_faults
from datasets.services.refresh import (
    refresh_attach,
    refresh_options_with,
    refresh_start,
    sources_of,
)
from datasets.services.refresh_decided import Decided
from datasets.services.refresh_ended import refresh_stopped
from datasets.services.rows import rejected_file
from datasets.services.states import recipe_state
from datasets.services.versions import version_restore
from projects.jobs.runner import run_job
from projects.models import AuditEntry, Job, Project
from projects.services.jobs import job_cancel
from segplatform.kernel.errors import Conflict
from tests.factories import make_project
from tests.factories.datasets import make_dataset
from tests.factories.recipes import make_recipe, make_run
from tests.factories.uploads import make_upload

JANUARY = "Invoice;Quantity;Day\nA1;3;2011-01-02\nA2;-1;2011-01-03\n"
FEBRUARY = "Invoice;Quantity;Day\n0003;7;2011-02-02\n0004;8;2011-02-03\n"
TURNED = "Day;Invoice;Quantity\n2011-03-01;A5;5\n"
WIDE = "Invoice;Quantity;Day;Country\nA5;5;2011-03-01;Namibia\n"
NARROW = "Invoice;Day\nA5;2011-03-01\n"
WRONG = "Invoice;Quantity;Day\nA5;5;2011-03-01\nA6;many;2011-03-02\nA7;2.5;2011-03-02\n"


@pytest.fixture
def project(db: None) -> Project:
    return make_project()


@pytest.fixture
def orders(project: Project) -> Dataset:
    """Give a dataset of two rows that came from january.csv."""
    user, upload = project.membership.user, make_upload(project, JANUARY, "january.csv")
    dataset, job = dataset_import_start(
        project=project, user=user, upload=upload, name="orders", options={"delimiter": ";"}
    )
    run_job(str(job.pk))
    return Dataset.objects.get(pk=dataset.pk)


def more(
    dataset: Dataset, body: str, mode: Any = "append", name: str = "more.csv",
    accept: Mapping[str, str] | None = None, options: dict[str, Any] | None = None,
) -> Job:  # fmt: skip
    """Bring the rows of a file in, as a worker would; give the job as it ended."""
    job = begun(dataset, body, mode, name, accept, options)
    run_job(str(job.pk))
    job.refresh_from_db()
    dataset.refresh_from_db()
    return job


def begun(dataset: Dataset, body: str, mode: Any = "append", name: str = "more.csv",
          accept: Mapping[str, str] | None = None, options: dict[str, Any] | None = None
          ) -> Job:  # fmt: skip
    user = dataset.project.memberships.get(role="owner").user
    upload = make_upload(dataset.project, body, name)
    record = refresh_attach(dataset=dataset, user=user, mode=mode, upload=upload)
    given = refresh_options_with(record=record, given=options or {})
    return refresh_start(record=record, user=user, options=given, decided=Decided(accept or {}))


def rows_of(dataset: Dataset) -> list[tuple[Any, ...]]:
    """Read all rows of the current version with their numbers."""
    assert dataset.current is not None
    files = [str(path) for path in version_files(version=dataset.current)]
    found = duckdb.sql(f"SELECT * FROM read_parquet({files!r}) ORDER BY __row").fetchall()
    return [tuple(str(cell) if cell is not None else None for cell in row) for row in found]


def current(dataset: Dataset) -> DatasetVersion:
    assert dataset.current is not None
    return dataset.current


def test_rows_come_behind_those_that_are_there(orders: Dataset) -> None:
    first = current(orders)
    job = more(orders, FEBRUARY, name="february.csv")
    assert (job.state, job.error) == ("succeeded", "")
    assert [row[:3] for row in rows_of(orders)] == [
        ("1", "A1", "3"), ("2", "A2", "-1"), ("3", "0003", "7"), ("4", "0004", "8"),
    ]  # fmt: skip
    version = current(orders)
    assert (version.number, version.rows) == (2, 4)
    assert [source["name"] for source in sources_of(version)] == ["january.csv", "february.csv"]
    assert (version.report["rows_before"], version.report["rows_read"]) == (2, 2)
    assert (version.profile, version.checkup) == (None, None)
    # The rows that stay are in the same file, under one more name.
    places = [path.stat().st_ino for path in version_files(version=first)]
    assert places[0] in {path.stat().st_ino for path in version_files(version=version)}
    assert AuditEntry.objects.filter(action="dataset.append", object_id=str(orders.pk)).exists()
    assert not list(integrity_faults())


def test_columns_may_stand_in_another_order(orders: Dataset) -> None:
    assert more(orders, TURNED).state == "succeeded"
    assert rows_of(orders)[2] == ("3", "A5", "5", "2011-03-01")
    assert more(orders, TURNED, "refresh").state == "succeeded"
    assert rows_of(orders) == [("1", "A5", "5", "2011-03-01")]


def test_rows_are_replaced_and_come_back_from_history(orders: Dataset) -> None:
    more(orders, FEBRUARY, "refresh")
    assert [row[1] for row in rows_of(orders)] == ["0003", "0004"]
    version_restore(dataset=orders, number=1, user=orders.project.members.get())
    orders.refresh_from_db()
    assert [row[1] for row in rows_of(orders)] == ["A1", "A2"]
    assert [source["name"] for source in sources_of(current(orders))] == ["january.csv"]
    assert more(orders, FEBRUARY).state == "succeeded"
    assert (current(orders).number, current(orders).rows) == (4, 4)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (NARROW, "“Quantity” is not in more.csv."),
        (WIDE, "“Country” (text) is new in more.csv."),
        (WRONG, "“Quantity” is a whole number here; 2 of 3 values in more.csv are not."),
    ],
)
def test_what_differs_stops_until_somebody_decides(orders: Dataset, body: str, says: str) -> None:
    job = more(orders, body)
    assert job.state == "failed"
    assert says in job.error
    assert "version 1 stays current" in job.error
    assert (current(orders).number, orders.versions.count()) == (1, 1)
    stopped = refresh_stopped(dataset=orders, job=job)
    assert stopped is not None
    assert stopped.upload is not None
    assert [each["kind"] for each in stopped.schema["found"]]


def test_a_column_that_is_missing_is_left_empty_or_dropped(orders: Dataset) -> None:
    more(orders, NARROW, accept={"Quantity": "empty"})
    assert rows_of(orders)[2] == ("3", "A5", None, "2011-03-01")
    assert current(orders).columns[1] == {"name": "Quantity", "type": "integer", "missing": 1}
    more(orders, NARROW, "refresh", accept={"Quantity": "drop"})
    assert [column["name"] for column in current(orders).columns] == ["Invoice", "Day"]


def test_a_new_column_is_empty_in_the_rows_before(orders: Dataset) -> None:
    assert more(orders, WIDE, accept={"Country": "leave"}).state == "succeeded"
    assert len(current(orders).columns) == 3
    more(orders, WIDE, accept={"Country": "add"})
    assert [row[4] for row in rows_of(orders)] == [None, None, None, "Namibia"]
    assert current(orders).columns[3] == {"name": "Country", "type": "text", "missing": 3}
    assert more(orders, WIDE, "refresh").state == "succeeded"


def test_values_that_do_not_fit_are_left_out_and_listed(orders: Dataset) -> None:
    more(orders, WRONG, accept={"Quantity": "keep"})
    assert [row[2] for row in rows_of(orders)] == ["3", "-1", "5", None, None]
    file = rejected_file(version=current(orders))
    assert file is not None
    found, count = rejected_page(file, limit=10, offset=0)
    assert (count, found[0]) == (2, (2, "Quantity", "many", "not a whole number, in more.csv"))
    report = current(orders).report
    assert report["columns"] == {"Quantity": {"unreadable": 2, "wanted": "integer"}}
    more(orders, FEBRUARY)
    assert current(orders).report["rejected_total"] == 2


def test_a_column_grows_so_that_all_values_fit(orders: Dataset) -> None:
    more(orders, WRONG, accept={"Quantity": "widen"})
    assert [row[2] for row in rows_of(orders)] == ["3", "-1", "5", "many", "2.5"]
    assert current(orders).columns[1] == {"name": "Quantity", "type": "text", "missing": 0}


def test_a_refresh_takes_the_type_that_values_have_now(orders: Dataset) -> None:
    assert more(orders, WRONG, "refresh").state == "failed"
    more(orders, WRONG, "refresh", accept={"Quantity": "take"})
    assert current(orders).columns[1]["type"] == "text"


def test_a_type_that_was_chosen_for_the_file_is_asked_about(orders: Dataset) -> None:
    job = more(orders, FEBRUARY, options={"types": {"Quantity": "decimal"}})
    assert "“Quantity” is a whole number here, and an amount as more.csv is read" in job.error
    more(orders, FEBRUARY, options={"types": {"Quantity": "decimal"}},
         accept={"Quantity": "widen"})  # fmt: skip
    assert [row[2] for row in rows_of(orders)] == ["3.0000", "-1.0000", "7.0000", "8.0000"]


def test_one_job_at_a_time_fills_a_dataset(orders: Dataset) -> None:
    job = begun(orders, FEBRUARY)
    with pytest.raises(Conflict, match="is being filled right now"):
        begun(orders, TURNED)
    job_cancel(job=job)
    orders.refresh_from_db()
    assert current(orders).number == 1
    assert DatasetImport.objects.filter(mode="append", upload__isnull=False).count() == 2
    assert more(orders, FEBRUARY).state == "succeeded"


def test_only_the_latest_version_keeps_its_files(project: Project, orders: Dataset) -> None:
    Project.objects.filter(pk=project.pk).update(persistency=Project.Persistency.KEEP_LATEST)
    dataset = Dataset.objects.select_related("project").get(pk=orders.pk)
    more(dataset, FEBRUARY)
    assert dataset.versions.count() == 1
    assert len(rows_of(dataset)) == 4
    assert not list(integrity_faults())


def test_the_limit_counts_all_rows(orders: Dataset, settings: Any) -> None:
    settings.MAX_ROWS = 3
    job = more(orders, FEBRUARY)
    assert "The table has 4 rows" in job.error
    assert current(orders).number == 1


def test_many_files_become_one(orders: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.engine.append.MOST_FILES", 2)
    for _ in range(3):
        more(orders, TURNED)
    assert (current(orders).rows, len(current(orders).files)) == (5, 2)
    assert [row[0] for row in rows_of(orders)] == ["1", "2", "3", "4", "5"]


def test_what_reads_the_dataset_is_out_of_date(project: Project, orders: Dataset) -> None:
    recipe = make_recipe(project, [orders])
    make_run(recipe)
    assert recipe_state(recipe=recipe).key == "up_to_date"
    more(orders, FEBRUARY)
    state = recipe_state(recipe=recipe)
    assert (state.key, state.reason) == ("out_of_date", "“orders” has a newer version.")


def test_what_a_recipe_makes_takes_no_rows(project: Project) -> None:
    made = make_recipe(project, [make_dataset(project)]).output
    with pytest.raises(Conflict):
        begun(made, FEBRUARY)


def test_columns_are_compared_without_case(project: Project) -> None:
    dataset = make_dataset(project, "small", [Column("invoice", "text")], [("A1",)])
    assert more(dataset, "INVOICE\nA2\n").state == "succeeded"
    assert [row[1] for row in rows_of(dataset)] == ["A1", "A2"]

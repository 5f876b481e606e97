"""The invariants are looked at by something that sees when one does not hold."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from datasets.models import Dataset, DatasetVersion, Upload
from datasets.services.integrity import integrity_faults
from datasets.services.uploads import upload_path
from mllab.services.files import path_of
from mllab.services.integrity import lab_faults
from projects import hooks
from projects.models import Project
from tests.factories import make_job, make_project
from tests.factories.datasets import make_dataset
from tests.factories.mllab import make_prepared, make_prototype, make_use_case
from tests.factories.uploads import make_upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def file(project: Project, data_dir: Path) -> Path:
    """Give the one file of a version."""
    version = make_dataset(project).current
    assert version
    return data_dir / version.folder / version.files[0]["name"]


def texts() -> list[str]:
    return [fault.text for fault in integrity_faults()]


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def turn_a_bit(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[10] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize(
    ("hurt", "says"),
    [(Path.unlink, "not there"), (cut, "bytes instead of"), (turn_a_bit, "other bytes")],
)
def test_it_sees_what_happened_to_a_file(
    file: Path, hurt: Callable[[Path], None], says: str
) -> None:
    assert texts() == []
    hurt(file)
    (found,) = texts()
    assert says in found


def test_it_sees_other_rows(file: Path) -> None:
    DatasetVersion.objects.update(rows=99)
    assert texts() == ["has other rows than its files"]


def test_released_files_may_be_gone(file: Path) -> None:
    DatasetVersion.objects.update(released=timezone.now())
    file.unlink()
    assert texts() == []


def test_it_sees_what_no_row_names(file: Path, project: Project) -> None:
    upload = make_upload(project)
    Dataset.objects.all().delete()
    Upload.objects.all().delete()
    assert integrity_faults() == []  # young: it may be on its way
    assert sorted(fault.subject for fault in integrity_faults(grace=0)) == [
        f"file uploads/{upload.pk}",
        f"folder {file.parent.relative_to(upload_path(upload=upload).parents[1])}",
    ]


@pytest.mark.parametrize("seconds", [59, 61])
def test_it_sees_a_job_that_nobody_runs(project: Project, seconds: int) -> None:
    ended = timezone.now() - timedelta(seconds=seconds)
    make_job(project, state="running", attempt=1, lease_until=ended)
    assert texts() == ["counts as running, but its process is gone"] * (seconds > 60)


def test_it_sees_a_model_that_is_gone(project: Project) -> None:
    prototype = make_prototype(make_prepared(make_use_case(project)))
    assert lab_faults(grace=0) == []
    (path_of(folder=prototype.folder) / "model.json").unlink()
    assert [fault.subject for fault in lab_faults()] == [f"prototype {prototype.pk}"]


def test_every_app_looks_for_its_own() -> None:
    assert len(hooks.integrity) == 2
    assert [fault for look in hooks.integrity for fault in look()] == []

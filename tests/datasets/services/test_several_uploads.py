"""Several uploads put together: one upload, kept, given up and expired as a whole."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils.timezone import now

from datasets.engine.file_work import source_of
from datasets.models import DatasetImport, Upload
from datasets.services.datasets import dataset_create
from datasets.services.several_uploads import several_name, uploads_get, uploads_together
from datasets.services.uploads import (
    upload_append,
    upload_create,
    upload_delete,
    upload_get,
    upload_offset,
    upload_path,
    uploads_expire,
)
from projects.models import Project
from segplatform.kernel.errors import Conflict, NotFound, TooLarge, UserError
from tests.factories import make_job, make_project
from tests.factories.uploads import make_upload

pytestmark = pytest.mark.django_db
NAMES = ("day_10.csv", "../../etc/day_2.csv", "day_2.csv")


@pytest.fixture
def project() -> Project:
    return make_project()


def sent(project: Project) -> list[Upload]:
    return [make_upload(project, f"a,b\n{n},x\n", name) for n, name in enumerate(NAMES)]


def together(project: Project, uploads: list[Upload]) -> Upload:
    return uploads_together(project=project, user=project.members.get(), uploads=uploads)


def test_they_become_one_upload_and_are_gone_themselves(project: Project) -> None:
    uploads = sent(project)
    whole = together(project, uploads)
    assert list(Upload.objects.all()) == [whole]
    assert not any(upload_path(upload=upload).exists() for upload in uploads)
    assert (whole.name, whole.size, whole.is_complete) == ("3 files", 24, True)
    assert [part["name"] for part in whole.parts] == ["day_10.csv", "day_2.csv", "day_2.csv"]
    source = source_of(upload_path(upload=whole), whole.name)
    assert source.pieces
    names = [piece.name for piece in source.pieces.found]
    assert names == ["day_2.csv", "day_2.csv (2)", "day_10.csv"]
    assert several_name(upload=whole) == "day.csv"
    assert upload_offset(upload=whole) == whole.size
    with pytest.raises(Conflict, match="arrived whole"):
        upload_append(upload=whole, offset=24, chunks=[b"x"])
    with pytest.raises(Conflict, match="together already"):
        together(project, [whole, *sent(project)])


@pytest.mark.parametrize(
    ("names", "name"),
    [
        (["day_1.csv", "day_2.csv", "readme.txt"], "day.csv"),
        (["about.txt", "orders.csv", "refunds.csv"], "orders.csv"),
        (["a-2020.csv", "b-2020.csv"], "orders.csv"),
    ],
)
def test_they_are_named_after_what_is_read(names: list[str], name: str, project: Project) -> None:
    uploads = [make_upload(project, f"a,b\n{n},x\n", each) for n, each in enumerate(names)]
    assert several_name(upload=together(project, uploads), first="orders.csv") == name


def test_one_upload_stays_as_it_is(project: Project) -> None:
    [first, *_] = sent(project)
    assert together(project, [first]) == first


def test_what_cannot_be_put_together_stays(project: Project, settings: LazySettings) -> None:
    uploads = sent(project)
    half = upload_create(project=project, user=project.members.get(), name="half.csv", size=9)
    with pytest.raises(Conflict, match=r"half\.csv”.*not arrived whole"):
        together(project, [*uploads, half])
    with pytest.raises(NotFound):
        uploads_get(project=make_project(), ids=[uploads[0].pk])
    settings.MAX_UPLOAD_BYTES = 20
    with pytest.raises(TooLarge):
        together(project, uploads)
    assert Upload.objects.count() == 4
    assert uploads_get(project=project, ids=[u.pk for u in uploads]) == uploads


def test_files_of_which_none_can_be_read_are_refused(project: Project) -> None:
    pictures = [make_upload(project, b"\x89PNG\r\n\x1a\n", "a.csv") for _ in range(2)]
    with pytest.raises(UserError, match="PNG"):
        together(project, pictures)
    assert Upload.objects.count() == 2
    assert len(list(upload_path(upload=pictures[0]).parent.iterdir())) >= 2


def test_a_file_that_is_being_imported_is_not_taken(project: Project) -> None:
    uploads = sent(project)
    user = project.members.get()
    dataset = dataset_create(project=project, user=user, name="Orders")
    job = make_job(project)
    DatasetImport.objects.create(dataset=dataset, upload=uploads[0], job=job, created_by=user)
    with pytest.raises(Conflict, match="being imported"):
        together(project, uploads)


def test_a_dataset_that_waits_for_their_rows_waits_once(project: Project) -> None:
    uploads, user = sent(project), project.members.get()
    dataset = dataset_create(project=project, user=user, name="Orders")
    for upload in uploads:
        DatasetImport.objects.create(
            dataset=dataset, upload=upload, mode=DatasetImport.Mode.APPEND, created_by=user
        )
    whole = together(project, uploads)
    record = DatasetImport.objects.get()
    assert (record.upload, record.mode, record.source_name) == (whole, "append", "3 files")


def test_they_expire_and_are_given_up_as_a_whole(project: Project) -> None:
    whole, other = together(project, sent(project)), together(project, sent(project))
    Upload.objects.filter(pk=whole.pk).update(expires=now() - timedelta(hours=1))
    assert uploads_expire() == 1
    assert not upload_path(upload=whole).exists()
    assert upload_get(project=project, upload_id=other.pk) == other
    upload_delete(upload=other)
    assert not upload_path(upload=other).exists()

"""Uploads: offsets, room, locks, names and expiry."""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils.timezone import now

from datasets.models import DatasetImport, Upload
from datasets.services.datasets import dataset_create
from datasets.services.uploads import (
    Checksum,
    ChecksumError,
    Locked,
    NoSpace,
    file_name,
    upload_append,
    upload_create,
    upload_find,
    upload_finish,
    upload_get,
    upload_offset,
    upload_path,
    upload_store,
    uploads_expire,
)
from projects.models import Job, Project
from segplatform.kernel import disk
from segplatform.kernel.errors import Conflict, Forbidden, NotFound, TooLarge
from tests.factories import make_job, make_member, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(owner=make_user(email="owner@example.com"))


@pytest.fixture
def upload(project: Project) -> Upload:
    return upload_create(project=project, user=make_user(), name="orders.csv", size=10)


def broken(*chunks: bytes) -> Iterator[bytes]:
    yield from chunks
    raise OSError("the client is gone")


def test_it_appends_parts_and_hashes_the_whole(upload: Upload) -> None:
    assert upload_append(upload=upload, offset=0, chunks=[b"01", b"234"]) == 5
    assert not upload.is_complete
    assert upload_append(upload=upload, offset=5, chunks=[b"56789"]) == 10
    upload.refresh_from_db()
    assert upload.sha256 == hashlib.sha256(b"0123456789").hexdigest()


def test_it_keeps_what_arrived_before_the_connection_broke(upload: Upload) -> None:
    with pytest.raises(OSError, match="gone"):
        upload_append(upload=upload, offset=0, chunks=broken(b"012", b"3"))
    assert upload_offset(upload=upload) == 4
    assert upload_append(upload=upload, offset=4, chunks=[b"456789"]) == 10
    assert upload_path(upload=upload).read_bytes() == b"0123456789"


def test_it_drops_a_broken_part_that_has_a_checksum(upload: Upload) -> None:
    checksum = Checksum("sha1", hashlib.sha1(b"0123").digest())
    with pytest.raises(OSError, match="gone"):
        upload_append(upload=upload, offset=0, chunks=broken(b"012"), checksum=checksum)
    assert upload_offset(upload=upload) == 0


def test_it_drops_a_part_that_does_not_match_its_checksum(upload: Upload) -> None:
    upload_append(upload=upload, offset=0, chunks=[b"01"])
    with pytest.raises(ChecksumError):
        upload_append(upload=upload, offset=2, chunks=[b"23"], checksum=Checksum("sha256", b"x"))
    assert upload_path(upload=upload).read_bytes() == b"01"


@pytest.mark.parametrize("offset", [1, 9])
def test_it_refuses_a_wrong_offset(upload: Upload, offset: int) -> None:
    with pytest.raises(Conflict, match="byte 0"):
        upload_append(upload=upload, offset=offset, chunks=[b"x"])
    assert upload_offset(upload=upload) == 0


@pytest.mark.parametrize("length", [None, 11])
def test_it_refuses_more_than_the_declared_size(upload: Upload, length: int | None) -> None:
    with pytest.raises(TooLarge):
        upload_append(upload=upload, offset=0, chunks=[b"0123456", b"789x"], length=length)
    assert upload_offset(upload=upload) == 0


def test_it_lets_one_writer_in_at_a_time(upload: Upload) -> None:
    with upload_path(upload=upload).open("r+b") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(Locked):
            upload_append(upload=upload, offset=0, chunks=[b"x"])
    assert upload_append(upload=upload, offset=0, chunks=[b"x"]) == 1


def test_it_refuses_files_over_the_cap(project: Project, settings: LazySettings) -> None:
    settings.MAX_UPLOAD_BYTES = 9
    with pytest.raises(TooLarge):
        upload_create(project=project, user=make_user(), name="a.csv", size=10)
    assert not Upload.objects.exists()


def test_it_keeps_a_reserve_on_the_disk(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "RESERVE_BYTES", 2**62)
    monkeypatch.setattr(disk, "RESERVE_SHARE", 2)
    with pytest.raises(NoSpace, match="disk"):
        upload_create(project=project, user=make_user(), name="a.csv", size=1)


def test_it_finishes_what_a_stopped_server_did_not(upload: Upload) -> None:
    upload_path(upload=upload).write_bytes(b"0123456789")
    assert upload_finish(upload=upload).is_complete


def test_it_takes_an_empty_file(project: Project) -> None:
    upload = upload_create(project=project, user=make_user(), name="a.csv", size=0)
    assert upload.is_complete


def test_it_leaves_nothing_of_a_whole_file_that_broke(project: Project) -> None:
    with pytest.raises(OSError, match="gone"):
        upload_store(project=project, user=make_user(), name="a", size=3, chunks=broken(b"1"))
    assert not Upload.objects.exists()


def test_it_is_found_by_members_who_may_edit_only(upload: Upload, project: Project) -> None:
    editor, viewer = make_user(email="e@example.com"), make_user(email="v@example.com")
    make_member(project, "editor", editor)
    make_member(project, "viewer", viewer)
    assert upload_find(user=editor, upload_id=upload.pk) == upload
    with pytest.raises(Forbidden):
        upload_find(user=viewer, upload_id=upload.pk)
    with pytest.raises(NotFound):
        upload_find(user=make_user(email="s@example.com"), upload_id=upload.pk)
    with pytest.raises(NotFound):
        upload_get(project=make_project(), upload_id=upload.pk)


def test_it_expires_uploads_that_nobody_reads(project: Project) -> None:
    user = make_user()
    old, read, young = (
        upload_create(project=project, user=user, name=name, size=1) for name in "abc"
    )
    Upload.objects.filter(pk__in=[old.pk, read.pk]).update(expires=now() - timedelta(seconds=1))
    dataset = dataset_create(project=project, user=user, name="orders")
    job = make_job(project, state=Job.State.RUNNING)
    DatasetImport.objects.create(dataset=dataset, upload=read, job=job)
    assert uploads_expire() == 1
    assert set(Upload.objects.all()) == {read, young}
    assert not upload_path(upload=old).exists()


def test_it_removes_old_files_that_no_row_names(upload: Upload) -> None:
    folder = upload_path(upload=upload).parent
    left, fresh = folder / "left", folder / "fresh"
    left.touch()
    fresh.touch()
    os.utime(left, (0, time.time() - 25 * 3600))
    assert uploads_expire() == 1
    assert not left.exists()
    assert fresh.exists()
    assert upload_path(upload=upload).exists()
    fresh.unlink()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("orders.csv", "orders.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\orders.csv", "orders.csv"),
        ('"><img src=x onerror=alert(1)>.csv', '"><img src=x onerror=alert(1)>.csv'),
        ("a\0b\n.csv", "ab.csv"),
        ("gpj.‮vsc.csv", "gpj.vsc.csv"),
        ("..", "file"),
        ("", "file"),
        ("/", "file"),
        ("x" * 300 + ".csv", "x" * 251 + ".csv"),
        ("é.csv", "é.csv"),
    ],
)
def test_it_makes_names_fit_to_be_shown(sent: str, kept: str) -> None:
    assert file_name(sent) == kept


def test_a_hostile_name_is_never_a_path(project: Project, data_dir: Path) -> None:
    upload = upload_create(project=project, user=make_user(), name="../../../etc/x", size=1)
    assert upload_path(upload=upload).parent == data_dir.resolve() / "uploads"

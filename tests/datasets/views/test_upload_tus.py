"""The tus server, rule by rule (https://tus.io/protocols/resumable-upload)."""

import base64
import hashlib
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from datasets.models import Upload
from datasets.services.uploads import upload_path
from projects.models import Project
from tests.factories import make_member, make_project, make_user

pytestmark = pytest.mark.django_db
PART = "application/offset+octet-stream"


@pytest.fixture
def project() -> Project:
    return make_project(owner=make_user(email="owner@example.com"))


@pytest.fixture
def owner(client: Client, project: Project) -> Client:
    client.force_login(project.members.get())
    return client


def b64(value: bytes | str) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


def collection(project: Project) -> str:
    return reverse("upload_collection", args=[project.pk])


def create(client: Client, project: Project, size: object = 10, name: str = "a.csv",
           body: bytes = b"", **headers: str) -> Any:  # fmt: skip
    sent = {"Tus-Resumable": "1.0.0", "Upload-Length": str(size),
            "Upload-Metadata": f"filename {b64(name)},filetype {b64('text/csv')}"}  # fmt: skip
    return client.post(collection(project), body, headers=sent | headers, content_type=PART)


def patch(client: Client, url: str, body: bytes, offset: object = 0, **headers: str) -> Any:
    sent = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset)}
    return client.patch(url, body, content_type=PART, headers=sent | headers)


def head(client: Client, url: str) -> Any:
    return client.head(url, headers={"Tus-Resumable": "1.0.0"})


@pytest.fixture
def url(owner: Client, project: Project) -> str:
    return str(create(owner, project)["Location"])


def test_it_creates_an_upload(owner: Client, project: Project) -> None:
    response = create(owner, project, name="../../etc/orders ü.csv")
    assert response.status_code == 201
    assert response["Tus-Resumable"] == "1.0.0"
    upload = Upload.objects.get()
    assert response["Location"] == reverse("upload_item", args=[project.pk, upload.pk])
    assert (upload.name, upload.size, upload.project) == ("orders ü.csv", 10, project)
    assert "Upload-Expires" in response


def test_it_says_what_it_can_do(owner: Client, project: Project, settings: LazySettings) -> None:
    response = owner.options(collection(project))
    assert response.status_code == 204
    assert response["Tus-Version"] == "1.0.0"
    assert response["Tus-Extension"] == (
        "creation,creation-with-upload,expiration,checksum,termination"
    )
    assert response["Tus-Max-Size"] == str(settings.MAX_UPLOAD_BYTES)
    assert response["Tus-Checksum-Algorithm"] == "sha1,sha256"


@pytest.mark.parametrize("version", ["", "0.2.2", "2.0.0"])
def test_it_refuses_another_version(owner: Client, project: Project, version: str) -> None:
    response = create(owner, project, **{"Tus-Resumable": version})
    assert response.status_code == 412
    assert response["Tus-Version"] == "1.0.0"
    assert not Upload.objects.exists()


def test_a_small_file_comes_with_its_creation(owner: Client, project: Project) -> None:
    response = create(owner, project, body=b"a,b\n1,2\n34")
    assert (response.status_code, response["Upload-Offset"]) == (201, "10")
    upload = Upload.objects.get()
    assert upload.is_complete
    assert upload_path(upload=upload).read_bytes() == b"a,b\n1,2\n34"
    assert create(owner, project, size=3, body=b"four").status_code == 413


@pytest.mark.parametrize("size", ["", "-1", "1.5", "x", "9" * 30, "²"])
def test_it_refuses_a_size_that_is_no_number(owner: Client, project: Project, size: str) -> None:
    assert create(owner, project, size=size).status_code == 400


def test_it_refuses_metadata_that_is_not_base64(owner: Client, project: Project) -> None:
    response = create(owner, project, **{"Upload-Metadata": "filename ???"})
    assert response.status_code == 400
    assert "base64" in response.content.decode()


def test_it_refuses_a_file_over_the_cap(
    owner: Client, project: Project, settings: LazySettings
) -> None:
    settings.MAX_UPLOAD_BYTES = 9
    response = create(owner, project)
    assert response.status_code == 413
    assert response["Content-Type"].startswith("text/plain")


def test_it_goes_on_where_the_file_ends(owner: Client, url: str) -> None:
    assert head(owner, url)["Upload-Offset"] == "0"
    response = patch(owner, url, b"01234")
    assert (response.status_code, response["Upload-Offset"]) == (204, "5")
    response = head(owner, url)
    assert (response.status_code, response["Upload-Offset"]) == (200, "5")
    assert response["Upload-Length"] == "10"
    assert response["Cache-Control"] == "no-store"
    assert patch(owner, url, b"56789", offset=5)["Upload-Offset"] == "10"
    assert Upload.objects.get().sha256 == hashlib.sha256(b"0123456789").hexdigest()


def test_the_size_of_the_file_is_the_truth(owner: Client, url: str) -> None:
    upload_path(upload=Upload.objects.get()).write_bytes(b"012")
    assert head(owner, url)["Upload-Offset"] == "3"


def test_head_finishes_a_file_that_is_whole(owner: Client, url: str) -> None:
    upload_path(upload=Upload.objects.get()).write_bytes(b"0123456789")
    head(owner, url)
    assert Upload.objects.get().is_complete


def test_it_refuses_a_wrong_offset(owner: Client, url: str) -> None:
    assert patch(owner, url, b"x", offset=3).status_code == 409
    assert patch(owner, url, b"x", offset="").status_code == 400
    assert head(owner, url)["Upload-Offset"] == "0"


def test_it_refuses_more_than_the_size(owner: Client, url: str) -> None:
    assert patch(owner, url, b"x" * 11).status_code == 413
    assert head(owner, url)["Upload-Offset"] == "0"


def test_it_refuses_another_content_type(owner: Client, url: str) -> None:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    response = owner.patch(url, b"x", content_type="text/plain", headers=headers)
    assert response.status_code == 415


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_it_checks_checksums(owner: Client, url: str, algorithm: str) -> None:
    right = b64(hashlib.new(algorithm, b"01").digest())
    response = patch(owner, url, b"xx", **{"Upload-Checksum": f"{algorithm} {right}"})
    assert response.status_code == 460
    assert head(owner, url)["Upload-Offset"] == "0"
    response = patch(owner, url, b"01", **{"Upload-Checksum": f"{algorithm} {right}"})
    assert response.status_code == 204


def test_it_refuses_an_unknown_checksum(owner: Client, url: str) -> None:
    assert patch(owner, url, b"01", **{"Upload-Checksum": "md5 eA=="}).status_code == 400


def test_it_gives_up_an_upload(owner: Client, url: str) -> None:
    path = upload_path(upload=Upload.objects.get())
    response = owner.delete(url, headers={"Tus-Resumable": "1.0.0"})
    assert response.status_code == 204
    assert not path.exists()
    assert head(owner, url).status_code == 404


def test_it_obeys_a_method_override(owner: Client, url: str) -> None:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    response = owner.post(url, b"01", content_type=PART, headers=headers)
    assert response["Upload-Offset"] == "2"
    headers.pop("X-HTTP-Method-Override")
    assert owner.post(url, b"01", content_type=PART, headers=headers).status_code == 405


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("stranger", 404), ("editor", 200)])
def test_only_editors_reach_it(
    owner: Client, url: str, project: Project, role: str, status: int
) -> None:
    person = make_user(email="other@example.com")
    if role != "stranger":
        make_member(project, role, person)
    owner.force_login(person)
    assert head(owner, url).status_code == status
    assert create(owner, project).status_code == (201 if status == 200 else status)
    assert patch(owner, url, b"x").status_code == (204 if status == 200 else status)


def test_an_upload_of_another_project_is_not_found(
    owner: Client, url: str, project: Project
) -> None:
    other = make_project(owner=project.members.get())
    moved = url.replace(str(project.pk), str(other.pk))
    assert head(owner, moved).status_code == 404


def test_it_wants_the_csrf_token(project: Project) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(project.members.get())
    assert create(client, project).status_code == 403
    client.get(reverse("import_start", args=[project.pk]))
    token = client.cookies["csrftoken"].value
    assert create(client, project, **{"X-CSRFToken": token}).status_code == 201

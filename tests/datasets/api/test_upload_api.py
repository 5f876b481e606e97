"""Uploads by the REST API: send, preview, import."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from datasets.models import Upload
from projects.models import Job, Project
from projects.services.jobs import job_wait
from projects.services.tokens import token_create
from tests.factories import make_member, make_project, make_user
from tests.factories.uploads import ORDERS, make_upload

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]
API = "/api/v1"


@pytest.fixture
def project() -> Project:
    return make_project()


def caller(user: object, scope: str = "write") -> Client:
    _, secret = token_create(user=user, name="test", scope=scope)  # type: ignore[arg-type]
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def api(project: Project) -> Client:
    return caller(project.members.get())


def send(client: Client, project: Project, body: bytes = ORDERS.encode(), **more: Any) -> Any:
    file = SimpleUploadedFile("../../etc/orders.csv", body)
    return client.post(f"{API}/projects/{project.pk}/uploads", {"file": file, **more})


def post(client: Client, path: str, body: object) -> Any:
    return client.post(f"{API}{path}", body, content_type="application/json")


def test_it_uploads_previews_and_imports(api: Client, project: Project) -> None:
    sent = send(api, project)
    assert sent.status_code == 201
    upload = sent.json()
    assert set(upload) == {"id", "name", "size", "sha256", "parts"}
    assert (upload["name"], upload["size"]) == ("orders.csv", len(ORDERS))
    seen = post(api, f"/uploads/{upload['id']}/preview", {"options": {"types": {"Amount": "text"}}})
    assert seen.status_code == 200
    assert {"options", "guesses", "columns", "rows", "warnings"} <= set(seen.json())
    assert seen.json()["columns"][2] == {"name": "Amount", "type": "text"}
    answer = post(api, f"/projects/{project.pk}/datasets", {"name": "o", "upload": upload["id"]})
    assert answer.status_code == 202
    assert answer.json()["dataset"]["name"] == "o"
    job = job_wait(job=Job.objects.get(pk=answer.json()["job"]["id"]), seconds=30)
    assert job.state == "succeeded"
    dataset = api.get(f"{API}/datasets/{answer.json()['dataset']['id']}").json()
    assert (dataset["rows"], dataset["state"]) == (1500, "succeeded")


def test_it_previews_without_a_body(api: Client, project: Project) -> None:
    response = api.generic("POST", f"{API}/uploads/{make_upload(project).pk}/preview")
    assert response.status_code == 200
    assert response.json()["options"]["delimiter"] == ";"


@pytest.mark.parametrize("options", [{"delimiter": 7}, {"nonsense": 1}, {"encoding": "klingon"}])
def test_it_names_options_that_do_not_fit(
    api: Client, project: Project, options: dict[str, object]
) -> None:
    response = post(api, f"/uploads/{make_upload(project).pk}/preview", {"options": options})
    assert response.status_code == 400
    assert response.json()["error"]["message"]


def test_it_says_what_a_file_is_that_is_no_table(api: Client, project: Project) -> None:
    response = send(api, project, b"%PDF-1.7 " + b"x" * 50)
    assert response.status_code == 400
    assert "PDF" in response.json()["error"]["message"]
    assert not Upload.objects.exists()


def test_it_wants_a_file(api: Client, project: Project) -> None:
    response = api.post(f"{API}/projects/{project.pk}/uploads", {"other": "x"})
    assert response.status_code == 422
    assert "file" in response.json()["error"]["fields"]


def test_it_refuses_a_file_over_the_cap(
    api: Client, project: Project, settings: LazySettings
) -> None:
    settings.MAX_UPLOAD_BYTES = 10
    assert send(api, project).status_code == 413


def test_it_refuses_a_name_that_is_taken(api: Client, project: Project) -> None:
    path = f"/projects/{project.pk}/datasets"
    post(api, path, {"name": "o", "upload": str(make_upload(project).pk)})
    response = post(api, path, {"name": "O", "upload": str(make_upload(project).pk)})
    assert response.status_code == 409
    assert "name" in response.json()["error"]["fields"]


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("stranger", 404), ("reader", 403)])
def test_only_editors_reach_it(project: Project, role: str, status: int) -> None:
    person = make_user()
    if role != "stranger":
        make_member(project, "viewer" if role == "viewer" else "editor", person)
    client = caller(person, "read" if role == "reader" else "write")
    upload = make_upload(project)
    body = {"name": "o", "upload": str(upload.pk)}
    assert send(client, project).status_code == status
    assert post(client, f"/uploads/{upload.pk}/preview", {}).status_code == status
    assert post(client, f"/projects/{project.pk}/datasets", body).status_code == status


def test_an_upload_of_another_project_is_not_found(api: Client, project: Project) -> None:
    other = make_project(owner=project.members.get())
    body = {"name": "o", "upload": str(make_upload(other).pk)}
    assert post(api, f"/projects/{project.pk}/datasets", body).status_code == 404


def test_losses_are_counted_and_rejected_cells_are_narrowed_down(
    api: Client, project: Project
) -> None:
    upload = make_upload(project)
    asked = {"columns": ["Invoice"], "options": {}}
    assert post(api, f"/uploads/{upload.pk}/losses", asked).json() == {
        "columns": {},
        "pending": True,
    }
    job_wait(job=Job.objects.get(name="datasets.losses"), seconds=30)
    found = post(api, f"/uploads/{upload.pk}/losses", asked).json()
    assert not found["pending"]
    lost = found["columns"]["Invoice"]["types"]["integer"]
    assert lost == {"misses": 1, "examples": [{"row": 1201, "text": "C1200"}]}
    options = {"types": {"Invoice": "integer"}, "renamed": {"Invoice": "Number"}}
    refused = post(api, f"/uploads/{upload.pk}/preview", {"options": {"left_out": ["Gone"]}})
    assert refused.status_code == 400
    body = {"name": "Orders", "upload": str(upload.pk), "options": options}
    made = post(api, f"/projects/{project.pk}/datasets", body).json()
    job_wait(job=Job.objects.get(pk=made["job"]["id"]), seconds=30)
    path = f"{API}/datasets/{made['dataset']['id']}/rejected"
    assert api.get(path, {"version": 1, "column": "Number", "text": "c12"}).json()["count"] == 1
    assert api.get(path, {"whole_rows": "true"}).json()["count"] == 0

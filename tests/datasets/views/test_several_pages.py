"""Several files through the pages and the API: sent by a plain form, previewed, imported, told."""

import html
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from datasets.models import Dataset, Upload
from projects.models import Job, Project
from projects.services.jobs import job_wait
from tests.datasets.views.test_dataset import body
from tests.factories import make_project
from tests.factories.uploads import make_upload

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]
EVIL = "<img src=x onerror=alert(1)>.csv"
FILES = {
    "day_10.csv": b"a,b\n5,6\n",
    "day_2.csv": b"b,a\n4,many\n",
    EVIL: b"a,b\n1,2\n",
    "day_3.csv": b"a,b,c\n7,8,9\n",
}


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def owner(client: Client, project: Project) -> Client:
    client.force_login(project.members.get())
    return client


def preview_of(client: Client, url: str) -> str:
    """Ask until the preview is there: a busy machine takes longer than a page waits."""
    for _ in range(6):
        page = client.get(url).content.decode()
        if "Still reading the file" not in page:
            break
    return page


def text_of(client: Client, url: str) -> str:
    return html.unescape(client.get(url).content.decode())


def test_files_of_a_plain_form_become_one_dataset(owner: Client, project: Project) -> None:
    files = [SimpleUploadedFile(name, data) for name, data in FILES.items()]
    sent = owner.post(reverse("import_start", args=[project.pk]), {"file": files})
    upload = Upload.objects.get()
    assert sent.url == reverse("import_preview", args=[project.pk, upload.pk])
    page = preview_of(owner, sent.url)
    assert "4 files" in page
    assert "<img src=x" not in page
    assert "“day_3.csv” is left out." in html.unescape(page)
    options = {"option-source_file": "true", "column-0": "a", "type-0": "integer", "name": "Days"}
    owner.post(reverse("import_run", args=[project.pk, upload.pk]), options)
    assert job_wait(job=Job.objects.get(name="datasets.import"), seconds=60).state == "succeeded"
    assert not Upload.objects.exists()
    dataset = Dataset.objects.get()
    report = text_of(owner, reverse("dataset_report", args=[project.pk, dataset.pk]))
    for words in ("1 file of 4 left out", "All 4 files", "<bdi>day_2.csv</bdi>", "lack: “c”"):
        assert words in report
    found = owner.get(f"/api/v1/datasets/{dataset.pk}/rejected").json()["items"]
    assert [(each["file"], each["row"], each["text"]) for each in found] == [
        ("day_2.csv", 1, "many"),
    ]  # fmt: skip
    download = owner.get(reverse("dataset_rejected", args=[project.pk, dataset.pk]))
    lines = body(download).decode("utf-8-sig").splitlines()
    assert lines == ["file,row,column,text,reason", "day_2.csv,1,a,many,not a whole number"]
    rows = owner.get(f"/api/v1/datasets/{dataset.pk}/rows").json()["rows"]
    assert [row[2] for row in rows] == [EVIL, "day_2.csv", "day_10.csv"]


def test_a_script_puts_uploads_together(owner: Client, project: Project) -> None:
    ids = [str(make_upload(project, data, name).pk) for name, data in FILES.items()]

    def post(path: str, body: Any) -> Any:
        return owner.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")

    made = post(f"/projects/{project.pk}/uploads/together", {"uploads": ids})
    assert made.status_code == 201
    assert [part["name"] for part in made.json()["parts"]] == list(FILES)
    shown = post(f"/uploads/{made.json()['id']}/preview", {"options": {"shown": "day_2.csv"}})
    assert shown.json()["rows"] == [["4", "many"]]
    gone = post(f"/projects/{project.pk}/uploads/together", {"uploads": ids})
    assert gone.status_code == 404

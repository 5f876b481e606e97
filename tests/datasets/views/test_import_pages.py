"""The pages of an import: start, preview, run, discard; with and without htmx."""

import html
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from datasets.models import Dataset, DatasetImport, Upload
from datasets.services.previews import PreviewPending
from datasets.views import imports
from projects.models import Job, Project
from projects.services.jobs import job_wait
from segplatform.kernel.errors import UserError
from tests.factories import make_member, make_project, make_user
from tests.factories.uploads import make_upload

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]
HOSTILE = '"><img src=x onerror=alert(1)>.csv'


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def owner(client: Client, project: Project) -> Client:
    client.force_login(project.members.get())
    return client


def page(client: Client, url_name: str, *ids: object, **data: object) -> Any:
    url = reverse(url_name, args=ids)
    return client.post(url, data) if data else client.get(url)


def test_it_shows_the_sources_that_work(owner: Client, project: Project) -> None:
    text = page(owner, "import_start", project.pk).content.decode()
    assert "Local file" in text
    assert "Database" in text
    assert reverse("connection_list", args=[project.pk]) in text
    assert 'for="upload-file"' in text
    assert "CSV, Excel, JSON, Parquet or SQLite" in text


def test_a_plain_form_uploads_too(owner: Client, project: Project) -> None:
    file = SimpleUploadedFile("orders.csv", b"a,b\n1,2\n")
    response = page(owner, "import_start", project.pk, file=file)
    upload = Upload.objects.get()
    assert response.url == reverse("import_preview", args=[project.pk, upload.pk])
    assert upload.is_complete


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (SimpleUploadedFile("orders.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 40), "PNG picture"),
        (SimpleUploadedFile("orders.csv", b""), "empty"),
        ("", "Choose a file first"),
    ],
)
def test_a_plain_form_says_what_is_wrong(
    owner: Client, project: Project, file: object, sentence: str
) -> None:
    response = page(owner, "import_start", project.pk, file=file)
    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert not Upload.objects.exists()


def test_the_preview_shows_guesses_rows_and_types(owner: Client, project: Project) -> None:
    upload = make_upload(project)
    text = html.unescape(page(owner, "import_preview", project.pk, upload.pk).content.decode())
    assert "Automatic: Semicolon ;" in text
    assert "Type of Amount" in text
    assert 'name="name" value="orders"' in text
    assert "<td" in text


def test_changing_an_option_answers_with_the_part_and_its_reasons(
    owner: Client, project: Project
) -> None:
    upload = make_upload(project)
    url = reverse("import_preview", args=[project.pk, upload.pk])
    sent = {"option-delimiter": "|", "column-0": "Amount", "type-0": "text"}
    response = owner.post(url, sent, headers={"HX-Request": "true"})
    text = response.content.decode()
    assert "<html" not in text
    assert "Only one column was found" in text
    assert 'id="why-delimiter" hx-swap-oob="true"' in text
    assert '<input type="hidden" name="kept-type-k1" value="text">' in text
    kept = {"kept-column-k1": "Amount", "kept-type-k1": "text"}
    text = owner.post(url, kept, headers={"HX-Request": "true"}).content.decode()
    assert '<option value="text" selected>Text</option>' in text


def test_a_chosen_type_shows_and_can_be_left_to_the_file_again(
    owner: Client, project: Project
) -> None:
    upload = make_upload(project)
    sent = {"column-2": "Amount", "type-2": "text"}
    text = page(owner, "import_preview", project.pk, upload.pk, **sent).content.decode()
    assert re.search('<th scope="col" class="sp-col" data-type="text"[^>]*>', text)
    assert '<option value="text" selected>Text</option>' in text


def test_a_preview_that_fails_keeps_the_options(owner: Client, project: Project) -> None:
    upload = make_upload(project)
    sent = {"option-encoding": "utf-16", "name": "Sales", "column-2": "Amount", "type-2": "text"}
    text = page(owner, "import_preview", project.pk, upload.pk, **sent).content.decode()
    assert "The preview could not be made" in text
    assert '<option value="utf-16" selected>' in text
    assert 'value="Sales"' in text
    assert 'name="type-k1" value="text"' in text


def test_a_busy_worker_is_waited_for(
    owner: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pending(**_: object) -> None:
        raise PreviewPending("later")

    monkeypatch.setattr(imports, "import_preview", pending)
    upload = make_upload(project)
    text = page(owner, "import_preview", project.pk, upload.pk).content.decode()
    assert "Still reading the file" in text
    assert 'hx-trigger="load delay:1s"' in text


def test_hostile_names_and_cells_are_text(owner: Client, project: Project) -> None:
    evil = "<script>alert(1)</script>"
    upload = make_upload(project, f'{evil},"{HOSTILE[:-4]}"\n{evil},x\n', HOSTILE)
    text = page(owner, "import_preview", project.pk, upload.pk).content.decode()
    assert evil not in text
    assert "<img src=x" not in text
    assert html.escape(evil) in text


def test_it_imports_what_was_confirmed(owner: Client, project: Project) -> None:
    upload = make_upload(project)
    sent = {"name": "Sales", "column-2": "Amount", "type-2": "text", "option-quote": "nothing"}
    response = page(owner, "import_run", project.pk, upload.pk, **sent)
    dataset = Dataset.objects.get()
    assert response.url == reverse("dataset", args=[project.pk, dataset.pk])
    record = DatasetImport.objects.get()
    assert record.options == {"quote": "", "types": {"Amount": "text"}}
    assert job_wait(job=Job.objects.get(name="datasets.import"), seconds=30).state == "succeeded"
    dataset.refresh_from_db()
    assert dataset.current.columns[2]["type"] == "text"


def test_a_name_that_is_taken_shows_beside_the_field(owner: Client, project: Project) -> None:
    Dataset.objects.create(project=project, name="Sales")
    upload = make_upload(project)
    sent = {"name": "Sales", "option-delimiter": ";"}
    response = page(owner, "import_run", project.pk, upload.pk, **sent)
    assert response.status_code == 409
    text = response.content.decode()
    assert 'aria-describedby="import-name-error"' in text
    assert '<option value=";" selected>' in text
    assert Dataset.objects.count() == 1


def test_after_a_failure_the_preview_keeps_name_and_options(
    owner: Client, project: Project
) -> None:
    upload = make_upload(project)
    sent = {"name": "Sales", "option-encoding": "utf-32"}
    page(owner, "import_run", project.pk, upload.pk, **sent)
    job = job_wait(job=Job.objects.get(name="datasets.import"), seconds=30)
    assert job.state == "failed"
    failed = owner.get(job.url).content.decode()
    again = reverse("import_preview", args=[project.pk, upload.pk])
    assert again in failed
    text = owner.get(again).content.decode()
    assert 'value="Sales"' in text
    assert '<option value="utf-32" selected>' in text


def test_discard_gives_the_file_up(owner: Client, project: Project) -> None:
    upload = make_upload(project)
    url = reverse("import_discard", args=[project.pk, upload.pk])
    assert owner.get(url).status_code == 405
    assert owner.post(url).status_code == 302
    assert not Upload.objects.exists()
    assert page(owner, "import_preview", project.pk, upload.pk).status_code == 404


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("stranger", 404)])
@pytest.mark.parametrize("url_name", ["import_preview", "import_run", "import_discard"])
def test_only_editors_reach_it(
    client: Client, project: Project, url_name: str, role: str, status: int
) -> None:
    person = make_user()
    if role == "viewer":
        make_member(project, role, person)
    upload = make_upload(project)
    client.force_login(person)
    assert page(client, url_name, project.pk, upload.pk, name="x").status_code == status
    assert page(client, "import_start", project.pk).status_code == status
    assert Upload.objects.exists()
    assert not Dataset.objects.exists()


def test_a_file_of_no_known_kind_shows_no_options(
    owner: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(**_: object) -> None:
        raise UserError("This is a PDF document.")

    monkeypatch.setattr(imports, "import_source", unknown)
    upload = make_upload(project)
    text = page(owner, "import_preview", project.pk, upload.pk).content.decode()
    assert "This is a PDF document." in text
    assert "option-" not in text


def test_what_a_type_would_lose_is_counted_over_the_whole_file(
    owner: Client, project: Project
) -> None:
    upload = make_upload(project)
    sent = {"column-0": "Invoice", "type-0": "integer", "keep-0": "1", "name-0": "Invoice"}
    first = page(owner, "import_preview", project.pk, upload.pk, **sent).content.decode()
    assert "0 of the first 998" in first
    assert "The whole file is being counted" in first
    text = ""
    for _ in range(2):  # asked for, then found
        text = page(owner, "import_losses", project.pk, upload.pk, **sent).content.decode()
        for job in Job.objects.filter(name="datasets.losses"):
            job_wait(job=job, seconds=30)
    assert "1 of 1,500 values are not whole numbers" in html.unescape(text)
    assert "C1200" in text
    assert '<i data-value="decimal">Decimal: 1 would be lost</i>' in text
    assert "hx-post" not in text
    again = page(owner, "import_preview", project.pk, upload.pk, **sent).content.decode()
    assert "1 of 1,500 would be lost" in again
    assert Job.objects.filter(name="datasets.losses").count() == 1


def test_columns_are_left_out_and_renamed(owner: Client, project: Project) -> None:
    upload = make_upload(project)
    url = reverse("import_preview", args=[project.pk, upload.pk])
    columns = {f"column-{n}": name for n, name in enumerate(("Invoice", "Customer", "Amount"))}
    sent = columns | {"keep-0": "0", "name-1": "Amount", "name-2": "Total", "option-delimiter": "|"}
    text = owner.post(url, sent, headers={"HX-Request": "true"}).content.decode()
    assert 'name="kept-keep-k3" value="0"' in text  # they wait for their columns
    sent |= {"option-delimiter": ";"}
    text = owner.post(url, sent, headers={"HX-Request": "true"}).content.decode()
    assert "Left out" in text
    assert '<td data-type="integer" class="is-out">' in text
    assert 'value="Total"' in text
    jobs = Job.objects.filter(name="datasets.preview").count()
    sent |= {"name-2": "Customer", "name-1": "customer"}
    text = html.unescape(owner.post(url, sent, headers={"HX-Request": "true"}).content.decode())
    assert "Two columns are called “Customer”" in text
    assert Job.objects.filter(name="datasets.preview").count() == jobs  # no need to read again
    refused = page(owner, "import_run", project.pk, upload.pk, **sent, name="Sales")
    assert refused.status_code == 400
    sent |= {"name-2": "Total", "name-1": "Amount"}
    page(owner, "import_run", project.pk, upload.pk, **sent, name="Sales")
    record = DatasetImport.objects.get()
    assert record.options["left_out"] == ["Invoice"]
    assert record.options["renamed"] == {"Customer": "Amount", "Amount": "Total"}
    assert job_wait(job=record.job, seconds=30).state == Job.State.SUCCEEDED
    version = record.dataset.versions.get()
    assert [column["name"] for column in version.columns] == ["Amount", "Total", "Day"]
    report = page(owner, "dataset_report", project.pk, record.dataset_id).content.decode()
    assert "1 column</strong> left out, as you chose" in report


@pytest.mark.parametrize(
    ("text", "name"), [('a\tb\r\n1\t"two\r\nlines"\r\n', "Pasted table"), ("  \n", "")]
)
def test_cells_of_a_spreadsheet_are_pasted(
    owner: Client, project: Project, text: str, name: str
) -> None:
    answer = page(owner, "import_paste", project.pk, text=text)
    if not name:
        assert answer.status_code == 400
        assert "Nothing was pasted" in answer.content.decode()
        return
    upload = Upload.objects.get()
    assert upload.name == name
    shown = owner.get(answer.url).content.decode()
    assert "lines</td>" in shown
    assert 'name="name" value="Pasted table"' in shown

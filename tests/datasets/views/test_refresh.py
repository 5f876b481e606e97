"""The pages on which a dataset gets new rows, and the API's two addresses."""

import json
from typing import Any

import pytest
from django.test import Client

from datasets.models import Dataset, DatasetImport, Upload
from projects.jobs.runner import run_job
from projects.models import AuditEntry, Job, Project, User
from projects.services.tokens import token_create
from tests.factories import make_project
from tests.factories.datasets import make_dataset, make_version
from tests.factories.recipes import make_recipe
from tests.factories.uploads import make_upload

SAME = "Invoice,Quantity,Price\nA9,1,2.50\n"
CALLED = "Invoice,Quantity,Amount\nA9,1,2.50\n"
OTHER = "Invoice,Quantity,Channel\nA9,some,web\n"


@pytest.fixture
def project(db: None, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Give a project whose previews are made at once, here."""

    def here(job: Job, seconds: float) -> Job:
        if job.name == "datasets.preview" and job.is_active:
            run_job(str(job.pk))
            job.refresh_from_db()
        return job

    monkeypatch.setattr("datasets.services.previews.job_wait", here)
    return make_project()


@pytest.fixture
def dataset(project: Project) -> Dataset:
    return make_dataset(project)


@pytest.fixture
def person(project: Project, client: Client) -> Client:
    client.force_login(project.members.get())
    return client


def sent(person: Client, dataset: Dataset, body: str, mode: str = "append") -> str:
    """Send a file for the dataset as a plain form does; give the address of its preview."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    path = f"/projects/{dataset.project_id}/datasets/{dataset.pk}/{mode}/"
    answer = person.post(path, {"file": SimpleUploadedFile("<b>march.csv", body.encode())})
    assert answer.status_code == 302
    return str(answer["Location"])


def finish(dataset: Dataset) -> Dataset:
    job = Job.objects.get(name="datasets.import")
    run_job(str(job.pk))
    return Dataset.objects.get(pk=dataset.pk)


def test_a_file_is_previewed_and_added(person: Client, dataset: Dataset) -> None:
    preview = sent(person, dataset, SAME)
    page = person.get(preview).content.decode()
    assert "3 rows stay; those of &lt;b&gt;march.csv are added behind them" in page
    assert "The columns are those of the dataset." in page
    assert '<option value="integer" selected' in page
    answer = person.post(f"{preview}run/", {})
    assert answer["Location"] == f"/projects/{dataset.project_id}/datasets/{dataset.pk}/"
    now = finish(dataset)
    assert now.current is not None
    assert now.current.rows == 4
    history = person.get(f"{answer['Location']}history/").content.decode()
    assert "Added 1 row from &lt;b&gt;march.csv" in history
    assert not Upload.objects.exists()


def test_what_differs_is_asked_with_what_reads_it(
    person: Client, project: Project, dataset: Dataset
) -> None:
    step = {"kind": "formula", "column": "Doubled", "expression": "Price * 2"}
    make_recipe(project, [dataset], "doubled prices", params={"steps": [step]})
    preview = sent(person, dataset, OTHER)
    page = person.get(preview).content.decode()
    for said in (
        "“Price” is not in",
        "“Channel” (text) is new in",
        "“Quantity” is a whole number here; 1 of 1 values",
        "would not run with these columns",
    ):
        assert said in page
    refused = person.post(f"{preview}run/", {})
    assert refused.status_code == 409
    assert not Job.objects.filter(name="datasets.import").exists()
    wanted = {"Quantity": "keep", "Price": "empty", "Channel": "add"}
    form = {}
    for number, (column, choice) in enumerate(wanted.items()):
        form |= {f"differs-{number}": column, f"accept-{number}": choice}
    assert person.post(f"{preview}run/", form).status_code == 302
    now = finish(dataset)
    assert now.current is not None
    assert [each["missing"] for each in now.current.columns] == [0, 2, 2, 3]


def test_htmx_brings_the_comparison_up_to_date(person: Client, dataset: Dataset) -> None:
    preview = sent(person, dataset, SAME)
    answer = person.post(preview, {"option-header": "false"}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert 'id="refresh-check"' in page
    assert "“Invoice” is not in" in page


def test_a_column_with_a_new_name_is_the_same_column(person: Client, dataset: Dataset) -> None:
    preview = sent(person, dataset, CALLED)
    page = person.get(preview).content.decode()
    assert "“Amount” is new there and may be the same column" in page
    choice = '<option value="is:Amount"{}>It is the new column “Amount”</option>'
    assert choice.format("") in page
    form = {"differs-0": "Price", "accept-0": "is:Amount"}
    page = person.post(preview, form).content.decode()
    assert "“Price” is called “Amount” in" in page
    assert choice.format(" selected") in page
    assert 'name="settled-0" value="Amount"' in page
    assert person.post(f"{preview}run/", form).status_code == 302
    now = finish(dataset)
    assert now.current is not None
    assert [each["missing"] for each in now.current.columns] == [0, 1, 1]
    told = AuditEntry.objects.get(action="dataset.append").detail
    assert told == {"decided": 0, "same": {"Price": "Amount"}}
    # The next file of this kind is read so, until somebody takes it back.
    preview = sent(person, dataset, CALLED.replace("A9", "B1"), "refresh")
    assert choice.format(" selected") in person.get(preview).content.decode()
    back = {"differs-0": "Price", "settled-0": "Amount", "accept-0": "", "column-2": "Amount"}
    page = person.post(preview, back | {"name-2": "Price"}).content.decode()
    assert "“Price” is not in" in page
    # A name that was taken away in the preview is not put back by the comparison.
    page = person.post(preview, back | {"accept-0": "is:Amount"}).content.decode()
    assert "“Price” is not in" in page


def test_cancelling_leads_back_to_the_dataset(person: Client, dataset: Dataset) -> None:
    preview = sent(person, dataset, SAME, "refresh")
    assert "The rows of" in person.get(preview).content.decode()
    answer = person.post(f"{preview}discard/")
    assert answer["Location"] == f"/projects/{dataset.project_id}/datasets/{dataset.pk}/"
    assert not DatasetImport.objects.exists()


def test_a_resumable_upload_says_for_which_dataset_it_is(
    person: Client, project: Project, dataset: Dataset
) -> None:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "5"}
    path = f"/projects/{project.pk}/uploads/?mode=append&dataset="
    assert person.post(f"{path}{dataset.pk}", headers=headers).status_code == 201
    assert DatasetImport.objects.get().mode == "append"
    for strange in ("nobody", make_dataset(make_project(), "other").pk):
        assert person.post(f"{path}{strange}", headers=headers).status_code == 404
    assert Upload.objects.count() == 1


def test_a_recipes_output_offers_no_new_rows(
    person: Client, project: Project, dataset: Dataset
) -> None:
    output = make_recipe(project, [dataset]).output
    make_version(output)
    path = f"/projects/{project.pk}/datasets/{output.pk}/"
    assert "New rows" not in person.get(path).content.decode()
    assert "New rows" in person.get(path.replace(str(output.pk), str(dataset.pk))).content.decode()
    assert person.get(f"{path}append/").status_code == 409


def asked(user: User, dataset: Dataset, body: str, **more: Any) -> Any:
    """Ask the API to append; give the answer."""
    _, secret = token_create(user=user, name=f"{len(more)}{Job.objects.count()}", scope="write")
    upload = make_upload(dataset.project, body, "march.csv")
    return Client().post(
        f"/api/v1/datasets/{dataset.pk}/append",
        json.dumps({"upload": str(upload.pk), **more}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )


def test_the_api_answers_with_what_differs(project: Project, dataset: Dataset) -> None:
    user = project.members.get()
    answer = asked(user, dataset, OTHER)
    assert answer.status_code == 409
    told = answer.json()
    assert told["error"]["code"] == "schema_differs"
    assert {each["column"]: list(each["choices"]) for each in told["differences"]} == {
        "Quantity": ["keep", "widen"], "Price": ["empty"], "Channel": ["add", "leave"],
    }  # fmt: skip
    accept = {"Quantity": "widen", "Price": "empty", "Channel": "leave"}
    assert asked(user, dataset, OTHER, accept=accept).status_code == 202
    now = finish(dataset)
    assert now.current is not None
    assert [each["type"] for each in now.current.columns] == ["text", "text", "decimal"]


def test_the_api_takes_a_column_for_another(project: Project, dataset: Dataset) -> None:
    user = project.members.get()
    told = asked(user, dataset, CALLED).json()["differences"][0]
    assert (told["column"], told["candidates"], told["hint"]) == ("Price", ["Amount"], "Amount")
    assert asked(user, dataset, CALLED, same={"Nothing": "Amount"}).status_code == 400
    assert asked(user, dataset, SAME, newer="Quantity").status_code == 400
    assert asked(user, dataset, CALLED, same={"Price": "Amount"}).status_code == 202
    now = finish(dataset)
    assert now.current is not None
    assert [each["missing"] for each in now.current.columns] == [0, 1, 1]
    assert asked(user, now, CALLED.replace("A9", "B1"), same={"Price": None}).status_code == 409


def test_the_same_file_again_is_asked_about(project: Project, dataset: Dataset) -> None:
    user = project.members.get()
    assert asked(user, dataset, SAME).status_code == 202
    now = finish(dataset)
    answer = asked(user, now, SAME)
    assert answer.status_code == 409
    assert "1 rows" not in answer.json()["again"]
    assert "march.csv was imported on" in answer.json()["again"]
    assert asked(user, now, SAME, again=True).status_code == 202

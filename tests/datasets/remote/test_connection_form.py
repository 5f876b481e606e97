"""The form of a connection: what is wrong stands at its field, what was typed stays; ways back."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasets.engine.remote.base import remotes
from datasets.models import Connection
from datasets.services.connection_jobs import connection_fetch_start
from datasets.services.connections import connection_door, item_checked
from datasets.web.connections import browse_context, item_words
from projects.models import Job, Project
from segplatform.kernel.errors import UserError
from tests.factories import make_project
from tests.factories.connections import PASSWORD, make_connection

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue_server")]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def client(project: Project) -> Client:
    made = Client()
    made.force_login(project.membership.user)
    return made


def error_of(page: str, name: str) -> str:
    """Give what stands in the place for errors of a field."""
    _, found, rest = page.partition(
        f'id="error-{name}" data-error-for="{name}" hx-swap-oob="true">'
    )
    assert found, name
    return rest.partition("</p>")[0]


@pytest.mark.parametrize("name", ["connection_test_new", "connection_new"])
def test_what_is_wrong_is_said_at_its_field(client: Client, project: Project, name: str) -> None:
    sent = {"name": "", "settings-host": "a,b", "settings-port": "0", "secrets-password": PASSWORD}
    page = client.post(reverse(name, args=[project.pk, "postgresql"]), sent, headers=HTMX)
    assert page.status_code == 200
    assert "<form" not in page.text  # what was typed stays in the page that is there
    assert "one host" in error_of(page.text, "settings-host")
    assert "Enter 1 or more." in error_of(page.text, "settings-port")
    assert "Fill this in." in error_of(page.text, "settings-database")
    assert error_of(page.text, "secrets-password") == ""
    assert '<a href="#p-settings-host">Host</a>' in page.text
    assert PASSWORD not in page.text
    assert not Connection.objects.exists()


def test_what_is_stored_leads_on(client: Client, project: Project) -> None:
    sent = {"name": "New", "settings-url": "https://example.com/a.csv", "settings-sign_in": "none"}
    url = reverse("connection_new", args=[project.pk, "http_file"])
    answer = client.post(url, sent, headers=HTMX)
    made = Connection.objects.get()
    assert answer["HX-Redirect"] == reverse("connection", args=[project.pk, made.pk])
    again = client.post(url, sent, headers=HTMX)
    assert "already has a connection" in error_of(again.text, "name")


@pytest.mark.parametrize(
    ("kind", "settings", "field", "said"),
    [
        ("rest_api", {"url": "https://x.example", "sign_in": "basic"}, "settings.user", "a user"),
        ("rest_api", {"url": "https://x.example", "sign_in": "header"}, "settings.name", "X-Api"),
        ("rest_api", {"url": "ftp://x"}, "settings.url", "at least 8 characters"),
        ("http_file", {"url": "https://x.example", "sign_in": "header"}, "settings.header", "its"),
        ("mongodb", {"host": "a,b", "srv": True}, "settings.host", "without a port"),
        ("mongodb", {"host": "a", "srv": True, "tls": "off"}, "settings.tls", "encrypted"),
        ("azure_storage", {"account": "Not this"}, "settings.account", "not the form"),
        ("mysql", {"host": "a", "user": "u", "port": "x"}, "settings.port", "a whole number"),
        ("mysql", {"host": "a", "user": "u", "x": 1}, "settings.x", "no such field"),
    ],
)
def test_each_fault_has_a_field_and_plain_words(
    kind: str, settings: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(UserError) as caught:
        connection_door(kind=kind, options=settings, secrets={})
    assert list(caught.value.fields) == [field]
    assert said in caught.value.fields[field]


def test_fields_of_a_choice_and_rare_ones_are_marked(client: Client, project: Project) -> None:
    page = client.get(reverse("connection_new", args=[project.pk, "rest_api"])).text
    assert 'data-only="p-settings-sign_in" data-choices="basic"' in page
    main, _, more = page.partition('<details class="sp-card sp-fold sp-connection-fold"')
    assert 'id="p-secrets-secret"' in main
    assert 'id="p-settings-body"' in more
    assert not more.startswith(" open")
    for kind in remotes.all():
        names = set(kind.Settings.model_fields)
        for model in (kind.Settings, kind.Secrets):
            for field in model.model_json_schema()["properties"].values():
                assert set(field.get("only", {})) <= names


def test_a_new_setting_of_a_kind_asks_for_no_credentials(project: Project) -> None:
    made = make_connection(project)
    made.options.pop("authority")
    door = connection_door(kind="postgresql", options=made.options, secrets={}, before=made)
    assert door.sealed == made.secrets


@pytest.mark.parametrize(
    ("bucket", "names"), [("", ["Top", "lake", "a", "<b>", "(no name)", "c"]),
                          ("lake", ["lake", "a", "<b>", "(no name)", "c"])],
)  # fmt: skip
def test_each_folder_on_the_way_is_a_link(
    client: Client, project: Project, monkeypatch: pytest.MonkeyPatch, bucket: str, names: list[str]
) -> None:
    def nothing(**told: Any) -> dict[str, Any]:
        return {"things": [], "more": False}

    monkeypatch.setattr("datasets.web.connections.connection_browse", nothing)
    door = connection_door(kind="s3", options={"bucket": bucket}, secrets={})
    user = project.membership.user
    found = Connection(project=project, name="Lake", kind="s3", options=door.options)
    context = browse_context(found, user, {"place": "lake/a/<b>//c/"}, 1)
    assert [way["name"] for way in context["trail"]] == names
    assert context["trail"][-1]["url"] == "?place=lake%2Fa%2F%3Cb%3E%2F%2Fc%2F"
    assert context["trail"][0]["url"] == "?"
    found.save()
    page = client.get(reverse("connection", args=[project.pk, found.pk]), {"place": "lake/<b>/"})
    assert '<nav class="sp-crumbs sp-connection-trail" aria-label="Folders">' in page.text
    assert "&lt;b&gt;" in page.text
    assert "<b>" not in page.text


def test_two_things_are_fetched_beside_each_other(client: Client, project: Project) -> None:
    """One that is chosen while another is on its way must not give that other one."""
    found, user = make_connection(project), project.membership.user
    items = [{"schema": "public", "table": table} for table in ("orders", "customers", "orders")]
    jobs = [connection_fetch_start(connection=found, user=user, item=item) for item in items]
    assert [job.args["item"]["table"] for job in jobs] == ["orders", "customers", "orders"]
    assert jobs[0] == jobs[2]
    for job in jobs:
        assert job.args["item"]["table"] in client.get(job.url).text
    Job.objects.update(state=Job.State.FAILED, error="It broke.")
    page = client.get(jobs[0].url).text
    assert "It broke." in page
    assert "Try again" in page
    assert item_words(item_checked(kind="postgresql", item=items[0])) == "public · orders"
    sent = {"query": "SELECT <1>"}
    job = connection_fetch_start(connection=found, user=user, item=sent)
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, error="It broke.")
    assert "SELECT &lt;1&gt;</textarea>" in client.get(job.url).text

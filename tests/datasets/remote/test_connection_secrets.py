"""Credentials of connections: encrypted, write-only, and sent to nobody else."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.test import Client
from django.urls import reverse

from datasets.models import Connection
from datasets.services.connection_secrets import secrets_open
from datasets.services.connections import (
    connection_delete,
    connection_door,
    connection_update,
    connections_renew,
    secret_names,
)
from projects.models import AuditEntry, Project
from projects.services.deleted import deleted_list, deleted_restore
from segplatform.kernel.errors import Conflict, UserError
from tests.factories import make_project
from tests.factories.connections import OPTIONS, PASSWORD, make_connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def connection(project: Project) -> Connection:
    return make_connection(project)


@pytest.fixture
def client(project: Project) -> Client:
    made = Client()
    made.force_login(project.membership.user)
    return made


def test_they_are_stored_encrypted_with_a_key_of_their_own(
    connection: Connection, data_dir: Path
) -> None:
    assert PASSWORD not in connection.secrets
    assert PASSWORD not in str(connection.options)
    assert secrets_open(sealed=connection.secrets) == {"password": PASSWORD}
    key = data_dir / "connections_key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert Fernet(key.read_text()).decrypt(connection.secrets.encode())
    assert key.read_text() != (data_dir / "secret_key").read_text()


def test_another_key_is_said_and_the_credentials_can_be_replaced(
    connection: Connection, settings: pytest.FixtureRequest
) -> None:
    settings.CONNECTIONS_KEYS = [Fernet.generate_key().decode()]  # type: ignore[attr-defined]
    with pytest.raises(Conflict, match="stored with another key"):
        secrets_open(sealed=connection.secrets)
    assert secret_names(connection=connection) == set()
    door = connection_door(
        kind="postgresql", options=OPTIONS, secrets={"password": "new"}, before=connection
    )
    assert secrets_open(sealed=door.sealed) == {"password": "new"}


def test_keys_are_rotated_and_a_bad_one_is_named(
    project: Project, settings: pytest.FixtureRequest
) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.CONNECTIONS_KEYS = [old]  # type: ignore[attr-defined]
    made = make_connection(project)
    settings.CONNECTIONS_KEYS = [new, old]  # type: ignore[attr-defined]
    assert (connections_renew(), connections_renew()) == (1, 0)
    made.refresh_from_db()
    settings.CONNECTIONS_KEYS = [new]  # type: ignore[attr-defined]
    assert secrets_open(sealed=made.secrets) == {"password": PASSWORD}
    settings.CONNECTIONS_KEYS = ["short"]  # type: ignore[attr-defined]
    with pytest.raises(Conflict, match="SEGPLATFORM_CONNECTIONS_KEY"):
        secrets_open(sealed=made.secrets)


@pytest.mark.parametrize(
    "changed", [{"host": "evil.example.com"}, {"user": "other"}, {"port": 1}, {"tls": "off"}]
)
def test_they_are_not_sent_to_where_they_were_not_entered_for(
    connection: Connection, changed: dict[str, object]
) -> None:
    told = {**connection.options, **changed}
    with pytest.raises(UserError, match="typed again") as caught:
        connection_door(kind="postgresql", options=told, secrets={}, before=connection)
    assert set(caught.value.fields) == {"secrets.password"}
    door = connection_door(
        kind="postgresql", options=told, secrets={"password": "new"}, before=connection
    )
    assert secrets_open(sealed=door.sealed) == {"password": "new"}
    door = connection_door(
        kind="postgresql", options=told, secrets={}, before=connection, forget=["password"]
    )
    assert door.sealed == ""


def test_they_stay_where_only_the_name_changes(connection: Connection) -> None:
    door = connection_door(
        kind="postgresql", options=connection.options, secrets={"password": ""}, before=connection
    )
    changed = connection_update(connection=connection, name="Renamed", door=door)
    assert secrets_open(sealed=changed.secrets) == {"password": PASSWORD}
    entry = AuditEntry.objects.filter(action="connection.change").get()
    assert entry.detail == {"settings": False, "credentials": False}


def test_they_show_nowhere(client: Client, project: Project, connection: Connection) -> None:
    names = ("connection_settings", "connection")
    pages = [reverse(name, args=[project.pk, connection.pk]) for name in names]
    pages += [reverse(name, args=[project.pk]) for name in ("connection_list", "import_start")]
    pages += [f"/api/v1/connections/{connection.pk}", f"/api/v1/projects/{project.pk}/connections"]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code in (200, 409), page
        assert PASSWORD not in answer.text
        assert connection.secrets not in answer.text
    assert 'placeholder="Stored; type to replace"' in client.get(pages[0]).text
    assert client.get(pages[4]).json()["secrets"] == ["password"]
    for entry in AuditEntry.objects.all():
        assert PASSWORD not in f"{entry.detail} {entry.object_name}"


def test_a_form_that_is_refused_shows_what_was_typed_but_them(
    client: Client, project: Project
) -> None:
    sent = {
        "name": "New", "settings-host": "a,b", "settings-port": "5432", "settings-user": "ann",
        "settings-database": "", "secrets-password": PASSWORD,
    }  # fmt: skip
    answer = client.post(reverse("connection_new", args=[project.pk, "postgresql"]), sent)
    assert answer.status_code == 400
    for shown in ('value="New"', 'value="a,b"', "one host", "Fill this in.", "type them again"):
        assert shown in answer.text
    assert PASSWORD not in answer.text
    assert not Connection.objects.exists()


def test_a_form_is_stored_and_changed(client: Client, project: Project) -> None:
    sent = {
        "name": "New", "settings-host": "db.example.com", "settings-port": "5432",
        "settings-user": "ann", "settings-database": "shop", "settings-tls": "verify",
        "secrets-password": PASSWORD,
    }  # fmt: skip
    client.post(reverse("connection_new", args=[project.pk, "postgresql"]), sent)
    made = Connection.objects.get()
    assert (made.name, made.options["host"]) == ("New", "db.example.com")
    settings_url = reverse("connection_settings", args=[project.pk, made.pk])
    moved = {**sent, "settings-host": "evil.example.com", "secrets-password": ""}
    answer = client.post(settings_url, moved)
    assert answer.status_code == 400
    assert "Type it again" in answer.text
    renamed = {**sent, "name": "Other", "secrets-password": ""}
    assert client.post(settings_url, renamed).status_code == 302
    made.refresh_from_db()
    assert (made.name, secrets_open(sealed=made.secrets)) == ("Other", {"password": PASSWORD})


def test_a_name_is_taken_once(client: Client, project: Project, connection: Connection) -> None:
    with pytest.raises(Conflict, match="already has a connection"):
        make_connection(project, "shop")


def test_what_was_deleted_comes_back_with_its_credentials(
    project: Project, connection: Connection
) -> None:
    connection_delete(connection=connection)
    assert not Connection.objects.exists()
    assert [(thing.word, thing.name, thing.detail) for thing in deleted_list(project=project)] == [
        ("Connection", "Shop", "PostgreSQL")
    ]
    deleted_restore(project=project, kind="connection", thing_id=connection.pk)
    back = Connection.objects.get()
    assert secrets_open(sealed=back.secrets) == {"password": PASSWORD}

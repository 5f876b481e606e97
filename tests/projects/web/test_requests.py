"""Every request has an id, one line in the log, and nothing of anybody in it."""

import io
import json
import logging
from collections.abc import Iterator
from logging.config import DictConfigurator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from projects.api import projects as api_module
from projects.models import User
from projects.services.tokens import token_create
from projects.services.users import sign_in_link_create
from projects.views import home as home_module
from segplatform import settings as ours
from segplatform.logs import configuration
from tests.factories import make_project, make_user

CELL = "Ann Lee of 7 Rose Lane"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Collect what a server in production would write."""
    made = configuration(level="DEBUG", form="json", error_texts=False)
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(DictConfigurator(made).configure_formatter(made["formatters"]["event"]))
    root = logging.getLogger()
    level, before = root.level, root.handlers[:]
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield out
    root.setLevel(level)
    root.handlers[:] = before


@pytest.fixture
def person(db: None) -> User:
    return make_user("ann.lee@example.com", name="Ann Lee")


@pytest.fixture
def visitor(person: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def access(log: io.StringIO) -> list[dict[str, Any]]:
    return [line for line in lines(log) if line["event"] == "request"]


def test_a_sound_id_of_the_proxy_is_kept_and_any_other_replaced(visitor: Client) -> None:
    assert visitor.get("/", headers={"X-Request-ID": "proxy-0001"})["X-Request-ID"] == "proxy-0001"
    for bad in ("", "short", "x" * 65, "a b c d e f", "ann@example.com", "12345678\n{}"):
        made = visitor.get("/", headers={"X-Request-ID": bad})["X-Request-ID"]
        assert len(made) == 16, bad
        assert made.isalnum()


def test_each_request_is_one_line_with_its_route_and_ids(visitor: Client, log: io.StringIO) -> None:
    project = make_project()
    name = visitor.get(f"/projects/{project.pk}/members/?sort=secret")["X-Request-ID"]
    (line,) = access(log)
    assert line["route"] == "/projects/<uuid:project_id>/members/"
    assert (line["method"], line["status"], line["request_id"]) == ("GET", 404, name)
    assert line["project_id"] == str(project.pk)
    assert line["ms"] >= 0


def test_ids_are_of_their_own_request_only(visitor: Client, log: io.StringIO) -> None:
    visitor.get("/")
    visitor.get("/search/")
    first, second = access(log)
    assert first["request_id"] != second["request_id"]
    logging.getLogger("projects").warning("afterwards")
    assert "request_id" not in lines(log)[-1]


def test_nothing_of_a_person_gets_into_the_log(
    visitor: Client, person: User, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise ValueError(CELL)

    secret = sign_in_link_create(user=person, hours=1)
    _, token = token_create(user=person, name="Ann's script", scope="read")
    anonymous = Client()
    sign_in = {"login": "ann.lee@example.com", "password": "corr3ct-horse"}
    anonymous.post("/accounts/login/?next=/customers/Ann", sign_in)
    anonymous.get(f"/start/{secret}/")
    anonymous.get("/api/v1/projects?owner=ann.lee", headers={"Authorization": f"Bearer {token}"})
    visitor.get("/nowhere/ann.lee@example.com/?q=Ann+Lee")
    visitor.get("/search/?q=Ann+Lee")
    visitor.post("/projects/create/", {"name": "Customers of Ann Lee"})
    Client(enforce_csrf_checks=True).post(f"/start/{secret}/")
    monkeypatch.setattr(home_module, "project_list_for", broken)
    assert visitor.get("/").status_code == 500
    said = log.getvalue()
    for mark in ("Ann", "ann.lee", "example.com", "Rose", "corr3ct", secret, token, "?"):
        assert mark not in said, mark
    assert len(access(log)) == 8
    assert "ValueError" in said


def test_the_page_of_our_own_fault_shows_the_id_of_the_log(
    visitor: Client, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home_module, "project_list_for", lambda **_: 1 / 0)
    monkeypatch.setattr(api_module, "project_list_for", lambda **_: 1 / 0)
    for address in ("/", "/api/v1/projects"):
        response = visitor.get(address)
        name = response["X-Request-ID"]
        assert response.status_code == 500
        assert name in response.text
        of_it = [line for line in lines(log) if line.get("request_id") == name]
        assert [line["error"] for line in of_it if "error" in line] == ["ZeroDivisionError"]


def test_without_a_mail_server_mails_are_files_and_not_in_the_log(
    person: User,
    log: io.StringIO,
    settings: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = ours.EMAIL_BACKEND, tmp_path
    Client().post("/accounts/password/reset/", {"email": person.email})
    (mail,) = tmp_path.iterdir()
    assert f"To: {person.email}" in mail.read_text()
    assert person.email not in capsys.readouterr().out + log.getvalue()

"""Error pages: the same for what is not there and what one may not know of."""

import re

import pytest
from django.db import OperationalError
from django.test import Client
from psycopg.errors import DeadlockDetected

from projects.models import Project
from projects.views import home as home_module
from tests.factories import make_project


def test_an_unknown_address_is_a_page_in_words(page: Client) -> None:
    response = page.get("/nothing/here/")
    assert response.status_code == 404
    assert "Not found" in response.text


def test_a_project_of_others_looks_like_one_that_does_not_exist(page: Client) -> None:
    secret = make_project(name="Secret plan")
    there = page.get(f"/projects/{secret.pk}/members/")
    nowhere = page.get("/projects/00000000-0000-0000-0000-000000000000/members/")
    assert there.status_code == nowhere.status_code == 404
    assert there.text == nowhere.text
    assert "Secret plan" not in there.text


def test_htmx_gets_the_error_as_a_part(page: Client, htmx: dict[str, str]) -> None:
    response = page.get(f"/projects/{make_project().pk}/members/", headers=htmx)
    assert response.status_code == 404
    assert 'role="alert"' in response.text
    assert "<html" not in response.text


def test_our_own_fault_has_an_id_that_is_in_the_log(
    page: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(home_module, "project_list_for", lambda **_: 1 / 0)
    page.raise_request_exception = False
    response = page.get("/")
    assert response.status_code == 500
    record = next(r for r in caplog.records if r.message.startswith("error "))
    assert record.message.split()[1] in response.text
    assert "ZeroDivisionError" not in response.text


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver{home}deleted/?page=2", "{home}deleted/?page=2"),
        ("http://testserver//evil.example/", ""),
        ("https://evil.example{home}", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_a_button_that_did_not_work_leads_back_to_its_page(
    page: Client, project: Project, referer: str, back: str
) -> None:
    home = f"/projects/{project.pk}/"
    url = f"{home}deleted/dataset/00000000-0000-0000-0000-000000000000/restore/"
    host = {"HTTP_HOST": "testserver"}
    response = page.post(url, headers={"referer": referer.format(home=home)}, **host)
    assert response.status_code == 404
    links = re.findall(r'href="([^"]*)">Go back', response.text)
    assert links == ([back.format(home=home)] if back else [])


def test_a_busy_database_asks_to_come_back(
    page: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(**_: object) -> None:
        raise OperationalError from DeadlockDetected

    monkeypatch.setattr(home_module, "project_list_for", locked)
    response = page.get("/")
    assert response.status_code == 503
    assert response["Retry-After"] == "2"


def test_the_session_that_ended_sends_htmx_to_the_sign_in_page(
    db: None, htmx: dict[str, str]
) -> None:
    headers = {**htmx, "HX-Current-URL": "https://evil.example/projects/1/?x=1"}
    response = Client().get("/jobs/menu/", headers=headers)
    assert response.status_code == 204
    assert response["HX-Redirect"] == "/accounts/login/?next=%2Fprojects%2F1%2F"


def test_sign_in_never_leads_to_another_host(owner: object) -> None:
    owner.set_password("corr3ct-horse")  # type: ignore[attr-defined]
    owner.save()  # type: ignore[attr-defined]
    for target in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"):
        data = {"login": "owner@example.org", "password": "corr3ct-horse", "next": target}
        response = Client().post("/accounts/login/", data)
        assert response.status_code == 302
        assert response["Location"] == "/", target


def test_every_answer_carries_the_protective_headers(page: Client) -> None:
    response = page.get("/")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe-inline" not in response["Content-Security-Policy"]

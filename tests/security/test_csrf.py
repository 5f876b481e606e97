"""No other site makes a signed-in browser change something: pages, htmx and the API's sessions."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from projects.models import Project, User
from projects.services.users import sign_in_link_create
from tests.contracts.access_table import ACCESS
from tests.contracts.access_world import make_world
from tests.contracts.test_access import READS, SAFE, url_of
from tests.security.conftest import EMAIL, PASSWORD

HTMX = {"HX-Request": "true"}
EVIL = "https://evil.example"
JSON: dict[str, Any] = {"content_type": "application/json"}


def browser(user: User) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    return client


def token_of(client: Client) -> str:
    client.get("/account/")
    return client.cookies[settings.CSRF_COOKIE_NAME].value


def refused(response: HttpResponse, where: str) -> None:
    assert response.status_code == 403, where
    words = ("csrf",) if "api:" in where else ("out of date",)
    assert any(word in response.text for word in words), where


def test_nothing_at_all_is_changed_without_the_token(db: None) -> None:
    """CVE-2026-115494: every unsafe method of every address, from a form, htmx and a script."""
    world = make_world()
    user = world.people["owner"]
    assert user
    client, written = browser(user), []

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        if not sql.startswith(READS):
            written.append(sql)
        return execute(sql, *rest)

    tried = 0
    for name, row in ACCESS.items():
        for method in set(row) - set(SAFE):
            if name == "api:api-root" or row[method].startswith("404"):
                continue
            url = url_of(name, world)
            send = getattr(client, method.lower())
            with connection.execute_wrapper(watch):
                for headers in ({}, HTMX, {"Origin": EVIL}):
                    refused(send(url, headers=headers), f"{method} {name} {headers}")
                    tried += 1
    assert tried > 150
    assert written == []


def test_a_token_is_not_enough_for_another_site(owner: User) -> None:
    client = browser(owner)
    headers = {"X-CSRFToken": token_of(client), "Origin": EVIL}
    for extra in ({}, HTMX, {"X-Forwarded-Host": "evil.example"}, {"X-Original-Host": EVIL}):
        response = client.post("/account/", {"name": "Mallory"}, headers={**headers, **extra})
        assert response.status_code == 403, extra
    owner.refresh_from_db()
    assert owner.name == "Olga Owner"


def test_a_token_of_another_browser_is_worth_nothing(owner: User) -> None:
    client, other = browser(owner), Client()
    other.get("/accounts/login/")
    headers = {"X-CSRFToken": other.cookies[settings.CSRF_COOKIE_NAME].value}
    token_of(client)
    assert client.post("/account/", {"name": "x"}, headers=headers).status_code == 403


def test_with_the_token_forms_htmx_and_the_api_work(owner: User) -> None:
    client = browser(owner)
    headers = {"X-CSRFToken": token_of(client)}
    posted = {"name": "Form", "csrfmiddlewaretoken": headers["X-CSRFToken"]}
    assert client.post("/account/", posted).status_code == 302
    sent = client.post("/account/", {"name": "Part"}, headers={**headers, **HTMX})
    assert (sent.status_code, sent["HX-Redirect"]) == (204, "/account/")
    made = client.post("/api/v1/projects", {"name": "Mine"}, headers=headers, **JSON)
    assert made.status_code == 201
    owner.refresh_from_db()
    assert owner.name == "Part"


def test_pages_carry_the_token_for_htmx(owner: User) -> None:
    client = browser(owner)
    html = client.get("/").text
    token = html.split('name="csrf-token" content="')[1].split('"')[0]
    assert f'hx-headers=\'{{"X-CSRFToken": "{token}"}}\'' in html
    sent = client.post("/account/", {"name": "x"}, headers={"X-CSRFToken": token, **HTMX})
    assert sent.status_code == 204


def test_nobody_is_signed_in_as_somebody_else(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    form = {"login": EMAIL, "password": PASSWORD}
    assert client.post("/accounts/login/", form).status_code == 403
    assert client.post(f"/start/{sign_in_link_create(user=owner)}/").status_code == 403
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("sent", ["text/plain", "multipart/form-data; boundary=x"])
def test_a_form_of_another_site_that_looks_like_json_is_no_way_in(sent: str, owner: User) -> None:
    body = '{"name": "forged"}'
    response = browser(owner).post("/api/v1/projects", body, content_type=sent)
    assert response.status_code == 403
    assert not Project.objects.exists()


def test_a_host_that_is_not_ours_is_refused(owner: User) -> None:
    """CVE-2026-76083, CVE-2021-43780: no address is made from a header that anybody sends."""
    client = Client()
    for headers in ({"Host": "evil.example"}, {"Host": "localhost.evil.example"}):
        assert client.get("/accounts/login/", headers=headers).status_code == 400
    page = client.get("/accounts/login/", headers={"X-Forwarded-Host": "evil.example"})
    assert page.status_code == 200
    assert "evil.example" not in page.text

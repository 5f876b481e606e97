"""The popup *Create Project*, and the same page without JavaScript."""

import re

from django.test import Client

from projects.models import Project, User

URL = "/projects/create/"
VALUES = {
    "name": "Retail",
    "description": "Orders",
    "persistency": "keep_latest",
    "rows_to_display": "5000",
    "order": "whole_customers",
}


def test_it_asks_in_the_agreed_order_and_words(page: Client) -> None:
    html = page.get(URL).text
    labels = re.findall(r"<label for=\"id_\w+\">([^<]+)</label>", html)
    assert labels == ["Name", "Description", "Persistency", "Rows to display", "Order"]
    for option in (
        "Keep every version", "Keep the latest version", "Recompute on demand",
        "First rows", "Last rows", "Random rows", "Whole customers",
    ):  # fmt: skip
        assert f">{option}</option>" in html
    assert 'value="1000"' in html
    assert 'max="200000"' in html


def test_it_is_a_popup_for_htmx(page: Client, htmx: dict[str, str]) -> None:
    html = page.get(URL, headers=htmx).text
    assert "<html" not in html
    assert 'id="sp-dialog-title"' in html
    assert f'hx-post="{URL}"' in html


def test_it_creates_and_opens_the_project(page: Client, owner: User) -> None:
    response = page.post(URL, VALUES)
    project = Project.objects.get()
    assert response.status_code == 302
    assert response["Location"] == f"/projects/{project.pk}/"
    assert {name: str(getattr(project, name)) for name in VALUES} == VALUES
    assert project.memberships.get().role == "owner"
    assert project.memberships.get().user == owner


def test_it_sends_htmx_to_the_new_project(page: Client, htmx: dict[str, str]) -> None:
    response = page.post(URL, VALUES, headers=htmx)
    assert response.status_code == 204
    assert response["HX-Redirect"] == f"/projects/{Project.objects.get().pk}/"


def test_it_keeps_what_was_typed_and_says_what_is_wrong(page: Client, htmx: dict[str, str]) -> None:
    wrong = VALUES | {"name": "", "rows_to_display": "200001", "description": "kept <b>words</b>"}
    response = page.post(URL, wrong, headers=htmx)
    assert response.status_code == 422
    assert "Enter a name." in response.text
    assert "Enter a whole number from 1 to 200,000." in response.text
    assert "kept &lt;b&gt;words&lt;/b&gt;" in response.text
    assert 'value="200001"' in response.text
    assert 'value="keep_latest" selected' in response.text
    assert not Project.objects.exists()


def test_it_shows_what_only_the_service_refuses(page: Client) -> None:
    response = page.post(URL, VALUES | {"name": "\u200b\u200b"})
    assert response.status_code == 422
    assert "Enter a name." in response.text


def test_it_takes_a_hostile_name_as_text(page: Client) -> None:
    name = '"><img src=x onerror=alert(1)>{{ 7|add:7 }}'
    response = page.post(URL, VALUES | {"name": name}, follow=True)
    assert "<img src=x" not in response.text
    assert "&lt;img src=x onerror=alert(1)&gt;{{ 7|add:7 }}" in response.text


def test_it_refuses_a_forged_form(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    response = client.post(URL, VALUES)
    assert response.status_code == 403
    assert "Reload the page" in response.text
    assert not Project.objects.exists()

"""Quick search over everything in reach."""

import pytest
from django.test import Client

from projects import hooks
from projects.hooks import SearchHit
from projects.models import Project
from tests.factories import make_project


def test_it_finds_the_persons_projects_only(
    page: Client, project: Project, htmx: dict[str, str]
) -> None:
    make_project(name="Online of others")
    html = page.get("/search/?q=ONLINE", headers=htmx).text
    assert f'href="/projects/{project.pk}/' in html
    assert "Online of others" not in html
    assert "<html" not in html


def test_it_shows_what_other_apps_find(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    hit = SearchHit("orders <1>", "Dataset", "/somewhere/", "table-2", "Online retail")
    monkeypatch.setattr(hooks, "search_providers", [lambda user, text: [hit] * 20])
    html = page.get("/search/?q=orders").text
    assert html.count("orders &lt;1&gt;") == 8


def test_it_says_that_nothing_was_found(page: Client) -> None:
    assert "Nothing you can open has “&lt;b&gt;” in its name" in page.get("/search/?q=<b>").text


def test_it_asks_for_a_word(page: Client, project: Project) -> None:
    html = page.get("/search/?q=%20%00").text
    assert "Type a part of a name." in html

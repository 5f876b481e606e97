"""Home: the person's projects as cards."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from projects import hooks
from projects.models import Project, User
from tests.factories import make_member, make_project, make_user


def names(response: Any) -> list[str]:
    return [card["project"].name for card in response.context["cards"]]


def test_it_offers_the_first_project_to_who_has_none(page: Client) -> None:
    response = page.get("/")
    assert "Create your first project" in response.text
    assert "/projects/create/" in response.text


def test_it_shows_name_description_activity_members_and_datasets(
    page: Client, project: Project
) -> None:
    make_member(project, "viewer")
    response = page.get("/")
    for text in ("Online retail", "Orders of 2011", "just now", "2 members", "0 datasets"):
        assert text in response.text


def test_it_shows_what_other_apps_count(
    page: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "project_counts", [lambda ids: {"datasets": dict.fromkeys(ids, 3)}])
    assert "3 datasets" in page.get("/").text


def test_it_hides_projects_of_others(page: Client, project: Project) -> None:
    make_project(name="Not mine")
    assert names(page.get("/")) == ["Online retail"]


def test_it_tells_mine_from_shared_with_me(page: Client, owner: User, project: Project) -> None:
    shared = make_project(name="Of a colleague")
    make_member(shared, "editor", owner)
    assert names(page.get("/?show=mine")) == ["Online retail"]
    assert names(page.get("/?show=shared")) == ["Of a colleague"]
    assert len(names(page.get("/"))) == 2


def test_it_searches_name_and_description(page: Client, owner: User, project: Project) -> None:
    make_project(owner, name="Wine", description="tasting")
    assert names(page.get("/?q=RETAIL")) == ["Online retail"]
    assert names(page.get("/?q=tasting")) == ["Wine"]
    assert "No project matches" in page.get("/?q=nothing+like+it").text


def test_it_sorts_by_name(page: Client, owner: User, project: Project) -> None:
    make_project(owner, name="Apples")
    assert names(page.get("/?sort=name")) == ["Apples", "Online retail"]


def test_it_pages_and_keeps_the_filter_in_the_links(page: Client, owner: User) -> None:
    for number in range(30):
        make_project(owner, name=f"Project {number:02d}")
    response = page.get("/?q=Project&sort=name")
    assert len(names(response)) == 24
    assert "?q=Project&amp;sort=name&amp;page=2" in response.text
    assert names(page.get("/?q=Project&sort=name&page=2"))[0] == "Project 24"


def test_it_opens_with_nonsense_in_the_url(page: Client, project: Project) -> None:
    for query in ("page=99", "page=x", "sort=password", "show=x", "q=%00", "q=" + "x" * 500):
        assert page.get(f"/?{query}").status_code == 200, query


def test_it_answers_htmx_with_the_cards_only(
    page: Client, project: Project, htmx: dict[str, str]
) -> None:
    response = page.get("/", headers=htmx)
    assert "Online retail" in response.text
    assert "<html" not in response.text
    assert "HX-Request" in response["Vary"]
    assert "no-store" in response["Cache-Control"]


def test_it_needs_the_same_few_queries_for_many_projects(
    page: Client, owner: User, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for _ in range(20):
        make_member(make_project(owner), "viewer", make_user())
    with django_assert_max_num_queries(10):
        page.get("/")

"""The census: every address, method and kind of person; and safe methods change nothing."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from projects.models import User
from tests.contracts.access_table import ACCESS, BODIES, HEADERS, KWARGS, PATCHES, ROLES
from tests.contracts.access_words import METHODS
from tests.contracts.access_world import MARKER, World, make_world
from tests.factories import make_project

READS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")
SAFE = ("GET", "HEAD", "OPTIONS")
REFUSALS = (401, 403, 404, 405)
# A session notes when it was seen, and the sign-in kit copies the address of an account when its
# page of addresses is first opened: neither changes anybody's things. The audit log notes what
# left by a download.
UNWATCHED = {
    "sessions.Session", "account.EmailAddress", "projects.AuditEntry", "projects.AuditHead",
}  # fmt: skip
# A page that shows a preview has a worker make it: a hidden job, which is dropped after an hour.
WATCHED_ROWS: dict[str, dict[str, Any]] = {"projects.Job": {"hidden": False}}

Rows = dict[str, list[Any]]


def census(
    patterns: list[Any], route: str = "", space: str = ""
) -> Iterator[tuple[str, str, URLPattern]]:
    for item in patterns:
        path = route + str(item.pattern)
        if isinstance(item, URLPattern):
            yield f"{space}{item.name}", path, item
        else:
            inner = f"{space}{item.namespace}:" if item.namespace else space
            yield from census(item.url_patterns, path, inner)


ALL = list(census(get_resolver().url_patterns))
OURS = [item for item in ALL if not item[1].startswith("accounts/")]
PATTERNS = {name: pattern for name, _, pattern in ALL}
ROUTES: dict[str, list[str]] = defaultdict(list)
for one, path, _ in ALL:
    ROUTES[path].append(one)
NAMES_OF_ROUTE = {one: names for names in ROUTES.values() for one in names}


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    for place, value in PATCHES.items():
        monkeypatch.setattr(place, value)
    return make_world()


@pytest.fixture
def sessions(world: World) -> dict[str, str]:
    return {role: session_of(user) if user else "" for role, user in world.people.items()}


def session_of(user: User) -> str:
    """Sign somebody in; give the key of the session. One row: a client would ask far more."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def url_of(name: str, world: World) -> str:
    route = next(path for one, path, _ in ALL if one == name)
    arguments = [key for key in KWARGS if f":{key}>" in route or f"<{key}>" in route]
    return reverse(name, kwargs={key: KWARGS[key](world) for key in arguments})


def body_of(name: str, world: World) -> dict[str, Any]:
    """Give what the client is to send: a form, or JSON for the API but where a file is in it."""
    body, headers = BODIES.get(name), HEADERS.get(name, {})
    if body is None:
        return {"headers": headers}
    data = dict(body(world) if callable(body) else body)
    for value in data.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
            break
    else:
        if name.startswith("api:"):
            return {"data": data, "headers": headers, "content_type": "application/json"}
    return {"data": data, "headers": headers}


def call(
    method: str, url: str, session: str, body: dict[str, Any]
) -> tuple[HttpResponse, Rows | None]:
    """Make one request of a fresh client, and undo it; give what a safe one that wrote leaves."""
    client, written = Client(), []

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        if not sql.startswith(READS):
            written.append(sql)
        return execute(sql, *rest)

    if session:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    with transaction.atomic():
        with connection.execute_wrapper(watch):
            response = getattr(client, method.lower())(url, **body)
        after = snapshot() if method in SAFE and written else None
        transaction.set_rollback(True)
    return response, after


def snapshot() -> Rows:
    return {
        name: list(model._base_manager.filter(**rows).order_by("pk").values_list())
        for model in apps.get_models()
        if model._meta.managed and (name := model._meta.label) not in UNWATCHED
        for rows in [WATCHED_ROWS.get(name, {})]
    }


def answer(response: HttpResponse) -> str:
    """Say in the table's words what a response is."""
    status = response.status_code
    assert status < 500, f"{status} is a defect"
    if status == 302 and response["Location"].startswith(reverse("account_login") + "?next="):
        return "login"
    return str(status) if status in REFUSALS else "ok"


def expected(name: str, method: str, role: str) -> set[str]:
    """Look the words up that are right; HEAD may be refused, or answered as GET is."""
    row = ACCESS[name]
    if method in row:
        return {row[method].split()[ROLES.index(role)]}
    guarded = getattr(PATTERNS[name].callback, "login_required", True)
    refused = {"login" if role == "anonymous" and guarded else "405"}
    return refused | expected(name, "GET", role) if method == "HEAD" and "GET" in row else refused


@pytest.mark.parametrize("name", sorted(ACCESS))
def test_it_gives_everybody_what_the_table_says(
    name: str, world: World, sessions: dict[str, str]
) -> None:
    known = {method for other in NAMES_OF_ROUTE[name] for method in ACCESS[other]}
    kit = name.startswith("account_")
    url, _ = url_of(name, world), body_of(name, world)
    before = snapshot()
    for method in METHODS:
        if method in known - set(ACCESS[name]) or (kit and method not in known):
            continue
        # Who is asking cannot matter to a method that the view does not have at all.
        for role in ROLES if method in (*known, "HEAD") else ("anonymous", "owner"):
            # what an unsafe call used up or threw away is made anew for the next
            url = url if method in SAFE else url_of(name, world)
            response, after = call(method, url, sessions[role], body_of(name, world))
            assert after in (None, before), f"{method} {url} changed something"
            wanted = expected(name, method, role)
            assert answer(response) in wanted, f"{method} {name} as {role}: {response.status_code}"
            if role in ("anonymous", "stranger") and not response.streaming:
                assert MARKER.encode() not in response.content, f"{method} {name} tells {role}"


MIXED = [
    name
    for name, route, _ in ALL
    if "project_id>" in route and (route.count("_id>") > 1 or callable(BODIES.get(name)))
]


@pytest.mark.parametrize("name", sorted(MIXED))
def test_a_thing_is_not_found_under_another_project(
    name: str, world: World, sessions: dict[str, str]
) -> None:
    here = str(world.project.pk)
    there = str(make_project(world.people["stranger"]).pk)
    for method in set(ACCESS[name]) - {"OPTIONS"}:
        url, body = url_of(name, world).replace(here, there), body_of(name, world)
        response, _ = call(method, url, sessions["stranger"], body)
        assert response.status_code == 404, f"{method} {url}"
        assert MARKER.encode() not in response.content


def test_it_knows_every_address() -> None:
    assert {name for name, _, _ in ALL} == set(ACCESS)


def test_every_row_has_one_word_for_each_role() -> None:
    for name, row in ACCESS.items():
        for method, words in row.items():
            assert method in METHODS, name
            assert len(words.split()) == len(ROLES), f"{name} {method}"


@pytest.mark.parametrize("name", sorted(name for name, _, _ in OURS))
def test_every_view_of_ours_has_an_access_decorator(name: str) -> None:
    access = getattr(PATTERNS[name].callback, "access", None)
    assert access, f"{name} has no access decorator"
    guarded = getattr(PATTERNS[name].callback, "login_required", True)
    assert guarded == (access[0] in ("user", "project"))
    route = next(path for one, path, _ in OURS if one == name)
    assert (access[0] == "project") == ("project_id" in route and not route.startswith("api/"))

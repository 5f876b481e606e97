"""Page or part, and redirects that stay on this host."""

import pytest
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from projects.web.htmx import is_htmx, redirect_to, safe_next


@pytest.mark.parametrize(
    ("headers", "part"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Boosted": "true"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_it_knows_when_a_part_is_asked_for(
    rf: RequestFactory, headers: dict[str, str], part: bool
) -> None:
    request = rf.get("/", headers=headers)
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
    assert is_htmx(request) is part


def test_a_request_that_no_middleware_saw_wants_the_page(rf: RequestFactory) -> None:
    assert not is_htmx(rf.get("/"))
    assert redirect_to(rf.get("/"), "/x/")["Location"] == "/x/"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
        "\n",
    ],
)
def test_next_never_leaves_this_host(rf: RequestFactory, target: str) -> None:
    assert safe_next(rf.post("/", {"next": target}), "/default/") == "/default/"
    assert safe_next(rf.get("/", {"next": target}), "/default/") == "/default/"


def test_next_on_this_host_is_followed(rf: RequestFactory) -> None:
    assert safe_next(rf.post("/", {"next": "/jobs/?page=2"}), "/default/") == "/jobs/?page=2"
    own = "http://testserver/jobs/"
    assert safe_next(rf.post("/", {"next": own}), "/default/") == own

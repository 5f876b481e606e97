"""Names that no database, page or header can bear: refused in a sentence, or made harmless.

What a real browser makes of the others is in tests/e2e/test_hostile_names.py.
"""

import json
from typing import Any

import pytest
from django.test import Client

from projects.models import Project, User
from tests.factories import make_job
from tests.factories.datasets import make_dataset
from tests.factories.mllab import make_prepared, make_prototype, make_segmentation, make_use_case

LONG = "x" * 10_000
TOO_LONG = ("at most", "characters")
ODD = {"NUL": "a\x00b", "long": LONG, "surrogate": "a\ud800b", "newlines": "a\r\nSet-Cookie: b=c"}
TURNED = "gpj.\u202exe\u2066"


@pytest.fixture
def client(owner: User) -> Client:
    made = Client()
    made.force_login(owner)
    return made


@pytest.fixture
def named(project: Project) -> dict[str, str]:
    """Give an address of the API for each kind of thing that has a name."""
    dataset = make_dataset(project)
    prototype = make_prototype(make_prepared(make_use_case(project)), k=2)
    segmentation = make_segmentation(prototype)
    use_case = prototype.experiment.use_case
    return {
        "project": f"projects/{project.pk}",
        "dataset": f"datasets/{dataset.pk}",
        "use case": f"use-cases/{use_case.pk}",
        "segment": f"prototypes/{prototype.pk}/segments/0",
        "segmentation": f"segmentations/{segmentation.pk}",
    }


def test_names_are_cleaned_or_refused_wherever_there_are_names(
    client: Client, named: dict[str, str]
) -> None:
    for kind, path in named.items():
        for what, name in ODD.items():
            body = json.dumps({"name": name})
            response = client.patch(f"/api/v1/{path}", body, content_type="application/json")
            where = f"{kind}: {what}: {response.text[:200]}"
            assert response.status_code in (200, 400, 422), where
            if what == "long":
                assert all(word in response.json()["error"]["message"] for word in TOO_LONG), where
            shown = client.get(f"/api/v1/{path}").json() if kind != "segment" else {"name": ""}
            assert not set(shown["name"]) & set("\x00\r\n\ud800"), where
            assert len(shown["name"]) <= 200, where


def test_what_turns_text_around_is_in_no_name(client: Client, named: dict[str, str]) -> None:
    for kind, path in named.items():
        body = {"name": f"{TURNED}{kind}"}
        response = client.patch(f"/api/v1/{path}", body, content_type="application/json")
        assert response.status_code == 200, response.text
        assert f"gpj.xe{kind}" in response.text


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_forms_bear_them(odd: str, client: Client, owner: User, project: Project) -> None:
    odd = odd.replace("\ud800", "\ufffd")  # a browser cannot send one
    home = f"/projects/{project.pk}"
    forms: dict[str, dict[str, Any]] = {
        "/account/": {"name": odd},
        "/account/tokens/": {"name": odd, "scope": "read", "expires": odd},
        "/projects/create/": {"name": odd, "persistency": odd, "rows_to_display": odd},
        f"{home}/members/add/": {"email": odd, "role": odd},
        f"{home}/delete/": {"confirm": odd},
        f"{home}/lab/new/": {"name": odd, "dataset": odd},
        "/accounts/login/": {"login": odd, "password": odd},
        "/accounts/password/reset/": {"email": odd},
    }
    for path, form in forms.items():
        response = client.post(path, form)
        assert response.status_code < 500, path
        assert "Set-Cookie" not in response.headers.get("Location", "")
    assert Project.objects.filter(pk=project.pk).exists()


@pytest.mark.parametrize("odd", ["a%00b%ff%ed%a0%80", LONG[:4000], "a%0d%0aX-Evil:%201"])
def test_addresses_bear_them(odd: str, client: Client, project: Project) -> None:
    dataset, home = make_dataset(project), f"/projects/{project.pk}"
    make_job(project, title=TURNED)
    for path in (
        f"/?q={odd}", f"/search/?q={odd}", f"{home}/datasets/?q={odd}&sort={odd}&page={odd}",
        f"{home}/jobs/?q={odd}&state={odd}&page={odd}", f"{home}/flow/?node={odd}",
        f"{home}/datasets/{dataset.pk}/?sort={odd}&page={odd}&rows={odd}&filter={odd}",
        f"{home}/datasets/{dataset.pk}/columns/?q={odd}&column={odd}&sort={odd}",
        f"{home}/datasets/{dataset.pk}/charts/?column={odd}&of={odd}",
        f"{home}/datasets/{dataset.pk}/download/?format={odd}",
        f"/api/v1/datasets/{dataset.pk}/rows?sort={odd}&filter={odd}",
        f"/api/v1/datasets/{dataset.pk}/chart?column={odd}", f"/start/{odd}/", f"/nothing/{odd}/",
    ):  # fmt: skip
        response = client.get(path)
        assert response.status_code < 500, path
        assert "X-Evil" not in response.headers

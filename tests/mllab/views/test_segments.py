"""Segments on pages: their words everywhere, the popup that changes them, *Add to flow*."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasets.services.previews import PreviewPending
from mllab.models import Prototype, Segment, Segmentation, UseCase
from mllab.services import segmentations
from mllab.services.segmentations import promote
from mllab.services.segments import segment_change
from projects.models import User
from tests.factories import make_member, make_project
from tests.factories.mllab import make_prepared, make_prototype

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}
HOSTILE = '"><img src=x onerror=alert(1)>'
ESCAPED = "&quot;&gt;&lt;img src=x onerror=alert(1)&gt;"


@pytest.fixture
def prototype(use_case: UseCase) -> Prototype:
    return make_prototype(make_prepared(use_case), k=3)


@pytest.fixture
def client(prototype: Prototype, user: User) -> Client:
    return client_of(user)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url_of(prototype: Prototype, name: str, *more: Any) -> str:
    use_case = prototype.experiment.use_case
    return reverse(name, args=[use_case.project_id, use_case.pk, prototype.pk, *more])


def sent(**values: Any) -> dict[str, Any]:
    return {"name": "", "color": 1, "description": "", "action": "", **values}


def test_the_popup_shows_what_was_said_and_whose_colours_are_taken(
    client: Client, prototype: Prototype, user: User
) -> None:
    segment_change(prototype=prototype, label=0, user=user, color=7, action="Write to them")
    page = client.get(url_of(prototype, "segment_edit", 0), headers=HX).content.decode()
    assert "<html" not in page
    assert "Edit Segment 1" in page
    assert page.count('type="radio"') == 12
    assert 'value="7" id="id_color_6" required checked' in page.replace("  ", " ")
    assert "Red, as Segment 2" in page
    assert "Write to them" in page
    assert 'placeholder="Segment 1"' in page


def test_saving_shows_the_page_below_anew(client: Client, prototype: Prototype) -> None:
    body = sent(name="Loyal", color=9, description="Buy often", action="Thank them")
    answer = client.post(url_of(prototype, "segment_edit", 1), body, headers=HX)
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")
    stored = Segment.objects.get()
    assert (stored.label, stored.name, stored.color) == (1, "Loyal", 9)
    assert (stored.description, stored.action) == ("Buy often", "Thank them")
    page = client.get(url_of(prototype, "prototype")).content.decode()
    assert page.count('<span class="sp-seg sp-seg-9" title="Loyal"><bdi>Loyal</bdi></span>') == 1
    drawn = client.get(f"{url_of(prototype, 'prototype')}?tab=map").content.decode()
    assert '"names": {"0": "Segment 1", "1": "Loyal"' in drawn
    assert '"colors": {"0": 1, "1": 9, "2": 3}' in drawn
    assert "<bdi>Segment 2</bdi>" not in page


def test_without_scripts_saving_leads_to_where_one_was_and_to_no_other_host(
    client: Client, prototype: Prototype
) -> None:
    url, own = url_of(prototype, "segment_edit", 0), url_of(prototype, "prototype")
    for wanted, there in (("/projects/?q=1", "/projects/?q=1"), ("https://evil.example/", own)):
        answer = client.post(f"{url}?next={wanted}", sent())
        assert answer.headers["Location"] == there
    page = client.get(f"{url}?next=/projects/").content.decode()
    assert "?next=%2Fprojects%2F" in page
    assert 'href="/projects/">Cancel' in page


def test_what_is_refused_stands_beside_its_field_and_nothing_typed_is_lost(
    client: Client, prototype: Prototype
) -> None:
    url = url_of(prototype, "segment_edit", 0)
    body = sent(name="Segment 2", color=5, action="Kept")
    answer = client.post(url, body, headers=HX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Another segment is called “Segment 2” already" in page
    assert 'value="Segment 2"' in page
    assert "Kept" in page
    assert client.post(url, sent(color=13), headers=HX).status_code == 422
    assert "Choose a colour." in client.post(url, sent(color=""), headers=HX).content.decode()
    assert not Segment.objects.exists()


def test_a_hostile_name_is_text_wherever_it_is_shown(
    client: Client, prototype: Prototype, user: User
) -> None:
    segment_change(prototype=prototype, label=0, user=user, name=HOSTILE)
    urls = [
        url_of(prototype, "prototype"),
        url_of(prototype, "prototype_customers"),
        url_of(prototype, "segment_edit", 0),
        url_of(prototype, "segment_edit", 1),
    ]
    for url in urls:
        page = client.get(url).content.decode()
        assert ESCAPED in page
        assert "<img src=x" not in page


def test_a_viewer_sees_no_pencil_and_may_not_change(prototype: Prototype) -> None:
    project = prototype.experiment.use_case.project
    viewer = client_of(make_member(project, "viewer").user)
    page = viewer.get(url_of(prototype, "prototype")).content.decode()
    assert "Edit Segment 1" not in page
    assert "Add to flow" not in page
    assert "Customers" in page
    assert viewer.post(url_of(prototype, "segment_edit", 0), sent()).status_code == 403
    editor = client_of(make_member(project, "editor").user)
    assert "Edit Segment 1" in editor.get(url_of(prototype, "prototype")).content.decode()


def test_a_segment_that_is_not_there_is_not_found(client: Client, prototype: Prototype) -> None:
    assert client.get(url_of(prototype, "segment_edit", 3)).status_code == 404
    assert client.post(url_of(prototype, "segment_edit", 3), sent()).status_code == 404


def test_a_prototype_is_added_to_the_flow(client: Client, prototype: Prototype) -> None:
    url = url_of(prototype, "prototype_promote")
    page = client.get(url, headers=HX).content.decode()
    assert 'value="Who buys how"' in page
    assert "New version" not in page
    answer = client.post(url, {"name": "Buyers"}, headers=HX)
    made = Segmentation.objects.get(name="Buyers")
    there = reverse("segmentation", args=[made.project_id, made.pk])
    assert answer.headers["HX-Redirect"] == there
    page = client.get(url_of(prototype, "prototype")).content.decode()
    assert f'In the flow as <a href="{there}"><bdi>Buyers</bdi></a>, version 1' in page
    settings = client.get(f"{url_of(prototype, 'prototype')}?tab=settings").content.decode()
    assert "Delete that first" in settings
    assert client.post(url_of(prototype, "prototype_delete")).status_code == 409
    assert Prototype.objects.filter(pk=prototype.pk).exists()


def test_a_taken_or_missing_name_is_told_beside_the_field(
    client: Client, prototype: Prototype, user: User
) -> None:
    promote(prototype=prototype, user=user, name="Buyers")
    url = url_of(prototype, "prototype_promote")
    for name, word in (("buyers", "already has a segmentation"), ("", "Enter a name.")):
        answer = client.post(url, {"how": "new", "name": name}, headers=HX)
        assert answer.status_code == 422
        assert word in answer.content.decode()
    assert Segmentation.objects.count() == 1


def test_a_prototype_becomes_a_version_of_a_segmentation(
    client: Client, prototype: Prototype, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = promote(prototype=prototype, user=user, name="Buyers").segmentation
    other = make_prototype(prototype.experiment, k=2)
    url, body = url_of(other, "prototype_promote"), {"how": "version", "segmentation": made.pk}
    page = client.get(url, headers=HX).content.decode()
    assert "New version of a segmentation" in page
    assert f'<option value="{made.pk}">Buyers</option>' in page

    def wait(**_: Any) -> Any:
        raise PreviewPending("Still comparing.")

    monkeypatch.setattr(segmentations, "compare_ask", wait)
    pending = client.post(url, body, headers=HX)
    assert pending.status_code == 200
    assert 'hx-trigger="load delay:1s"' in pending.content.decode()
    assert made.versions.count() == 1
    found = {"items": [{}, {"sizes": [{"label": 0, "match": None}]}]}
    monkeypatch.setattr(segmentations, "compare_ask", lambda **_: found)
    assert client.post(url, body).status_code == 302
    made.refresh_from_db()
    assert made.current
    assert (made.current.number, made.current.prototype) == (2, other)
    old = client.get(url_of(prototype, "prototype")).content.decode()
    assert "(replaced since)" in old


def test_a_segmentation_of_another_project_is_none_to_choose(
    client: Client, prototype: Prototype, user: User
) -> None:
    promote(prototype=prototype, user=user, name="Buyers")
    other = Segmentation.objects.create(project=make_project(), name="Foreign")
    url = url_of(make_prototype(prototype.experiment, k=2), "prototype_promote")
    assert "Foreign" not in client.get(url).content.decode()
    answer = client.post(url, {"how": "version", "segmentation": other.pk}, headers=HX)
    assert answer.status_code == 422
    assert "Choose a segmentation of this project." in answer.content.decode()

"""The preview of an import while options change, and files that wait for theirs."""

import pytest
from django.test import Client
from django.urls import reverse

from projects.models import Project
from tests.factories import make_member, make_project
from tests.factories.uploads import make_upload

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]
EVIL = '"><img src=x onerror=alert(1)>.csv'


@pytest.fixture
def project(client: Client) -> Project:
    made = make_project()
    client.force_login(made.members.get())
    return made


def test_an_option_that_fails_leaves_the_last_preview(client: Client, project: Project) -> None:
    upload = make_upload(project)
    url = reverse("import_preview", args=[project.pk, upload.pk])
    sent = {"option-encoding": "utf-16", "column-0": "Invoice"}
    answer = client.post(url, sent, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert answer["HX-Retarget"] == "#import-fault"
    assert "does not start as this encoding does" in text
    assert "Below is the last one that worked" in text
    assert "<th" not in text
    assert 'id="why-encoding" hx-swap-oob="true"' in text
    counted = client.post(reverse("import_losses", args=[project.pk, upload.pk]), sent)
    assert counted.status_code == 204
    mended = client.post(url, {"column-0": "Invoice"}, headers={"HX-Request": "true"})
    assert '<div id="import-fault" hx-swap-oob="true"></div>' in mended.content.decode()


def test_a_wide_table_comes_with_its_types_when_they_are_looked_at(
    client: Client, project: Project
) -> None:
    names = [f"c{number}" for number in range(60)]
    upload = make_upload(project, f"{','.join(names)}\n{','.join('1' * 60)}\n")
    url = reverse("import_preview", args=[project.pk, upload.pk])
    whole = client.get(url).content.decode()
    assert "data-lean" not in whole
    assert '<template id="import-types"><option value="">Automatic</option>' in whole
    part = client.post(url, {"column-0": "c0"}, headers={"HX-Request": "true"}).content.decode()
    assert part.count('data-lean="integer"') == 60
    assert "is-wide" in part


def test_files_that_wait_are_found_again(client: Client, project: Project) -> None:
    upload = make_upload(project, name=EVIL)
    member = make_member(project, "editor")
    start = reverse("import_start", args=[project.pk])
    text = client.get(start).content.decode()
    assert "Uploaded, not imported yet" in text
    assert reverse("import_preview", args=[project.pk, upload.pk]) in text
    assert "<img src=x" not in text
    other = Client()
    other.force_login(member.user)
    assert "not imported yet" not in other.get(start).content.decode()
    client.post(reverse("import_discard", args=[project.pk, upload.pk]))
    assert "not imported yet" not in client.get(start).content.decode()

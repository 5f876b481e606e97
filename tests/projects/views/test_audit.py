"""The page of the audit log: what owners see, filter and export; that others do not."""

import csv
import hashlib
import io
import json

from asgiref.sync import async_to_sync
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from projects.models import AuditEntry, Project, User
from projects.services.audit import audit_record
from projects.services.audit_chain import audit_verify
from projects.services.projects import project_update
from tests.projects.views.conftest import Browser


def page_of(client: Client, project: Project, **query: str) -> str:
    return client.get(reverse("project_audit", args=[project.pk]), query).content.decode()


def body(response: HttpResponse) -> str:
    async def collect() -> bytes:
        return b"".join([block async for block in response.streaming_content])

    assert response.status_code == 200
    return async_to_sync(collect)().decode()


def export(client: Client, project: Project, format: str) -> str:
    return body(client.get(reverse("project_audit_export", args=[project.pk]), {"format": format}))


def test_what_a_person_does_on_a_page_is_listed_with_their_name_and_network(
    page: Client, project: Project, viewer: User
) -> None:
    url = reverse("project_member_change", args=[project.pk, viewer.pk])
    page.post(url, {"role": "editor"}, REMOTE_ADDR="198.51.100.77")
    made = AuditEntry.objects.get(action="member.change")
    assert (made.via, made.address) == ("page", "198.51.100.0/24")
    shown = page_of(page, project)
    for words in ("Member changed", "viewer@example.org", "before: viewer · after: editor",
                  "Olga Owner", "198.51.100.0/24"):  # fmt: skip
        assert words in shown


def test_it_is_filtered_by_deed_person_and_object(
    page: Client, project: Project, owner: User, viewer: User
) -> None:
    project_update(project=project, name="Renamed")
    audit_record(action="dataset.delete", project=project)
    assert '<th scope="row">Dataset deleted' in page_of(page, project, deed="dataset.delete")
    assert '<th scope="row">Project' not in page_of(page, project, deed="dataset.delete")
    assert '<th scope="row">Project changed' in page_of(page, project, q="rename")
    assert '<th scope="row">Dataset' not in page_of(page, project, q="rename")
    assert '<th scope="row">' in page_of(page, project, deed="no such", person="x")


def test_it_says_whether_the_log_is_whole(page: Client, project: Project) -> None:
    audit_record(action="dataset.delete", project=project)
    assert "unchanged" in page_of(page, project)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_auditentry SET action = 'dataset.create'")
    assert "Entry 1 was changed after it was written." in page_of(page, project)


def test_who_has_the_export_can_check_it_without_us(page: Client, project: Project) -> None:
    project_update(project=project, name="Ünïcode “name”")
    audit_record(action="dataset.version", project=project, rows=12, names=["a", "b"])
    former = ""
    lines = export(page, project, "jsonl").splitlines()
    for line in lines:
        entry = json.loads(line)
        digest, told = entry.pop("hash"), entry.pop("former")
        text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert told == former
        assert hashlib.sha256((former + text).encode()).hexdigest() == digest
        former = digest
    assert [json.loads(line)["action"] for line in lines] == [
        "project.change", "dataset.version", "audit.download",
    ]  # fmt: skip
    assert audit_verify(project_id=project.pk).holds


def test_no_formula_is_in_the_csv(page: Client, project: Project) -> None:
    project_update(project=project, name="=cmd|' /C calc'!A0")
    rows = list(csv.DictReader(io.StringIO(export(page, project, "csv"))))
    assert rows[0]["object_name"] == "'=cmd|' /C calc'!A0"
    assert [row["action"] for row in rows] == ["project.change", "audit.download"]


def test_only_owners_see_it(browser: Browser, project: Project, editor: User) -> None:
    client = browser(editor)
    assert client.get(reverse("project_audit", args=[project.pk])).status_code == 403
    assert "Audit log" not in client.get(reverse("job_list", args=[project.pk])).content.decode()


def test_sign_ins_are_on_record_refused_ones_too(client: Client, db: None) -> None:
    cache.clear()  # of the tries of other tests
    user = User.objects.create_user("ana@example.org", "correct horse battery")
    url = reverse("account_login")
    client.post(url, {"login": "ana@example.org", "password": "wrong"})
    client.post(url, {"login": "nobody@example.org", "password": "wrong"})
    client.post(url, {"login": "ana@example.org", "password": "correct horse battery"})
    client.post(reverse("account_logout"))
    rows = AuditEntry.objects.order_by("number").values_list("action", "object_id", "actor_id")
    known = str(user.pk)
    assert list(rows) == [
        ("user.sign_in_failed", known, None),
        ("user.sign_in_failed", "", None),
        ("user.sign_in", known, user.pk),
        ("user.sign_out", known, user.pk),
    ]
    assert "nobody@example.org" not in str(list(AuditEntry.objects.values_list()))

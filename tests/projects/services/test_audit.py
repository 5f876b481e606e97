"""The audit log: what an entry holds, and that nothing can be done to the chain unseen."""

import json
from collections.abc import Callable
from io import StringIO
from threading import Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test import override_settings

from projects.models import PLATFORM, AuditEntry, AuditHead, Project, User
from projects.services.audit import audit_list, audit_record
from projects.services.audit_chain import audit_verify, entry_hash
from projects.services.members import member_change
from projects.services.projects import project_delete
from segplatform.kernel.actor import Actor, acting
from segplatform.kernel.errors import Conflict
from tests.factories import make_member, make_project


@pytest.fixture
def chain(project: Project) -> Project:
    for number in range(5):
        audit_record(action="dataset.change", project=project, rows=number)
    return project


def run(sql: str, *values: Any) -> None:
    """Do to the table what only somebody with the database in hand can."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def entry(project: Project, number: int) -> AuditEntry:
    return AuditEntry.objects.get(project_id=project.pk, number=number)


def test_an_entry_says_who_did_what_to_which_object_from_where(
    project: Project, owner: User
) -> None:
    with acting(Actor("page", "203.0.113.0/24", lambda: owner.pk)):
        made = audit_record(action="project.change", thing=project, fields=["name"])
    made.refresh_from_db()
    assert (made.project_id, made.number, made.actor_id) == (project.pk, 1, owner.pk)
    assert (made.via, made.address) == ("page", "203.0.113.0/24")
    assert (made.object_kind, made.object_id) == ("project", str(project.pk))
    assert (made.object_name, made.detail) == (project.name, {"fields": ["name"]})
    assert audit_record(action="user.sign_in", thing=owner).project_id == PLATFORM


def test_people_are_in_it_by_id_only(owner: User) -> None:
    owner.name = "Olga Owner"
    made = audit_record(action="user.sign_in", thing=owner)
    assert (made.object_id, made.object_name) == (str(owner.pk), "")


def test_a_whole_chain_holds(chain: Project) -> None:
    verdict = audit_verify(project_id=chain.pk)
    assert (verdict.holds, verdict.entries) == (True, 5)
    assert entry(chain, 3).former == entry(chain, 2).hash


TABLE = "projects_auditentry"


def change(project: Project) -> None:
    run(f"UPDATE {TABLE} SET detail = '{{\"rows\": 7}}' WHERE number = 3")


def change_and_hash(project: Project) -> None:
    change(project)
    run(f"UPDATE {TABLE} SET hash = %s WHERE number = 3", entry_hash(entry(project, 3)))


def remove(project: Project) -> None:
    run(f"DELETE FROM {TABLE} WHERE number = 3")


def remove_the_last(project: Project) -> None:
    run(f"DELETE FROM {TABLE} WHERE number = 5")


def shorten(project: Project) -> None:
    remove_the_last(project)
    run("UPDATE projects_audithead SET number = 4, hash = %s", entry(project, 4).hash)


def insert(project: Project) -> None:
    for number in (5, 4):
        run(f"UPDATE {TABLE} SET number = %s WHERE number = %s", number + 1, number)
    forge(project, 4)


def append(project: Project) -> None:
    forge(project, 6)


def forge(project: Project, number: int) -> None:
    """Put in an entry whose own hash is right."""
    former = entry(project, number - 1)
    made = AuditEntry(
        project_id=project.pk, number=number, created=former.created, action="dataset.delete",
        via="page", object_kind="dataset", former=former.hash,
    )  # fmt: skip
    made.hash = entry_hash(made)
    made.save()


def rebuild(project: Project) -> None:
    """Hash the whole chain anew after a change, as far as one gets without the secret key."""
    change(project)
    former = ""
    for number in range(1, 6):
        run(f"UPDATE {TABLE} SET former = %s WHERE number = %s", former, number)
        former = entry_hash(entry(project, number))
        run(f"UPDATE {TABLE} SET hash = %s WHERE number = %s", former, number)
    run("UPDATE projects_audithead SET hash = %s", former)


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (change, "Entry 3 was changed"),
        (change_and_hash, "Entry 4 does not follow"),
        (remove, "Entry 3 is missing"),
        (remove_the_last, "entries up to 5 are missing"),
        (shorten, "not sealed"),
        (insert, "Entry 5 does not follow"),
        (append, "Entry 6 was put in"),
        (rebuild, "not sealed"),
    ],
)
def test_what_is_done_to_the_rows_is_seen(
    chain: Project, tamper: Callable[[Project], None], says: str
) -> None:
    tamper(chain)
    assert says in audit_verify(project_id=chain.pk).problem


def test_the_next_entry_does_not_make_a_rebuilt_chain_genuine(chain: Project) -> None:
    rebuild(chain)
    audit_record(action="dataset.change", project=chain)
    assert "not sealed" in audit_verify(project_id=chain.pk).problem


def test_a_new_secret_key_keeps_old_seals_while_the_old_key_is_named(
    chain: Project, settings: Any
) -> None:
    old = settings.SECRET_KEY
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[old]):
        assert audit_verify(project_id=chain.pk).holds
    with override_settings(SECRET_KEY="another"):
        assert "sealed" in audit_verify(project_id=chain.pk).problem


def test_entries_are_only_ever_added(chain: Project) -> None:
    kept = entry(chain, 1)
    kept.action = "dataset.delete"
    with pytest.raises(Conflict):
        kept.save()
    with pytest.raises(Conflict):
        kept.delete()
    with pytest.raises(Conflict):
        AuditEntry.objects.filter(number=1).update(action="dataset.delete")
    with pytest.raises(Conflict):
        AuditEntry.objects.filter(number=1).delete()
    assert audit_verify(project_id=chain.pk).holds


def test_what_did_not_happen_is_not_in_it(project: Project) -> None:
    with transaction.atomic():
        audit_record(action="dataset.delete", project=project)
        transaction.set_rollback(True)
    assert not audit_list(project_id=project.pk).exists()
    assert not AuditHead.objects.filter(project_id=project.pk, number__gt=0).exists()


def test_it_outlives_the_project(chain: Project) -> None:
    pk = chain.pk
    project_delete(project=chain)
    actions = list(audit_list(project_id=pk).values_list("action", flat=True))
    assert actions == ["project.delete", *["dataset.change"] * 5]
    assert audit_verify(project_id=pk).holds


def test_a_change_of_role_says_from_what_to_what(project: Project) -> None:
    member = make_member(project, "viewer")
    member_change(project=project, user_id=member.user_id, role="owner")
    found = audit_list(project_id=project.pk, action="member.change").get()
    assert found.object_id == str(member.user_id)
    assert found.detail == {"before": "viewer", "after": "owner"}


def test_the_command_checks_every_log_and_writes_one_out(chain: Project) -> None:
    out = StringIO()
    audit_record(action="sandbox.off")
    call_command("audit", stdout=out)
    assert out.getvalue().splitlines() == [
        "ok      installation: entries: 1",
        f"ok      {chain.pk}: entries: 5",
    ]
    lines = StringIO()
    call_command("audit", export=str(chain.pk), stdout=lines)
    assert [json.loads(line)["number"] for line in lines.getvalue().splitlines()] == [1, 2, 3, 4, 5]
    remove(chain)
    with pytest.raises(CommandError, match="1 of the logs"):
        call_command("audit", stdout=StringIO())


@pytest.mark.django_db(transaction=True)
def test_entries_of_many_at_once_make_one_chain() -> None:
    project = make_project()

    def write() -> None:
        for _ in range(5):
            audit_record(action="dataset.change", project=project)
        connection.close()

    threads = [Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = audit_verify(project_id=project.pk)
    assert (verdict.holds, verdict.entries) == (True, 20)

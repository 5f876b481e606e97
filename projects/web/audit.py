"""The audit log in words: what was done, by whom and to what, as the page shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from projects.models import AuditEntry, Invitation, User
from projects.services.audit import PEOPLE

VERBS = {
    "accept": "accepted",
    "add": "added",
    "change": "changed",
    "create": "created",
    "delete": "deleted",
    "download": "downloaded",
    "purge": "deleted for good",
    "remove": "removed",
    "restore": "restored",
    "revoke": "revoked",
    "start": "started",
    "version": "got a version",
}
KINDS = {"audit": "audit log"}
VIA = {"api": "API", "page": "Page", "job": "Job", "system": "System"}
FIRST = ("segment", "number", "kind", "before", "after")  # of the details, in this order


@dataclass(frozen=True)
class Row:
    """An entry in words; ``person`` is "" where nobody was signed in."""

    entry: AuditEntry
    deed: str
    person: str
    thing: str
    detail: str
    via: str


def deed_words(action: str) -> str:
    """Write an action as people say it: "use_case.delete" is "Use case deleted"."""
    kind, _, verb = action.partition(".")
    words = f"{KINDS.get(kind, kind.replace('_', ' '))} {VERBS.get(verb, verb.replace('_', ' '))}"
    return words[:1].upper() + words[1:]


def rows_of(entries: Iterable[AuditEntry]) -> list[Row]:
    """Put entries into words; people are called as they are called now."""
    shown = list(entries)
    ids = {pk for entry in shown for pk in (entry.actor_id, _person_id(entry)) if pk}
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=ids)}
    invited = _invited(shown)
    return [
        Row(
            entry=entry,
            deed=deed_words(entry.action),
            person=_name(names, entry.actor_id),
            thing=(
                entry.object_name
                or _name(names, _person_id(entry))
                or invited.get(entry.object_id, "")
            ),
            detail=detail_words(entry.detail),
            via=VIA.get(entry.via, entry.via),
        )
        for entry in shown
    ]


def detail_words(detail: Mapping[str, Any]) -> str:
    """Write counts and settings on one line: "number: 3 · rows: 1,200".

    PostgreSQL keeps no order of keys, so they are brought into one.
    """
    known = [name for name, value in detail.items() if value not in (None, "", [])]
    known.sort(key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name))
    return " · ".join(f"{name.replace('_', ' ')}: {_value(detail[name])}" for name in known)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _invited(entries: Iterable[AuditEntry]) -> dict[str, str]:
    """Give the address of each invitation that is still there, by its id."""
    ids = [entry.object_id for entry in entries if entry.object_kind == "invitation"]
    found = Invitation.objects.filter(pk__in=ids).values_list("pk", "email") if ids else ()
    return {str(pk): email for pk, email in found}


def _person_id(entry: AuditEntry) -> int | None:
    is_person = entry.object_kind in PEOPLE and entry.object_id.isdecimal()
    return int(entry.object_id) if is_person else None


def _name(names: Mapping[int, str], user_id: int | None) -> str:
    if user_id is None:
        return ""
    return names.get(user_id, f"person {user_id}, who is gone")

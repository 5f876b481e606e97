"""The chain of the audit log: how entries are hashed and sealed, and whether all are still there.

An entry's hash is SHA-256 over the hash of the entry before it ("" for the first) followed by the
entry's canonical JSON: keys sorted, no blanks, UTF-8. Who has an export can check it alone; only
the seal of the last entry needs the secret key.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer

from projects.models import AuditEntry, AuditHead

SALT = "projects.audit"
CHUNK = 2000


@dataclass(frozen=True)
class Verdict:
    """What looking at a chain showed: how many entries hold, and the first thing that is wrong."""

    entries: int
    problem: str = ""

    @property
    def holds(self) -> bool:
        """Say whether nothing is wrong."""
        return not self.problem


def entry_content(entry: AuditEntry) -> dict[str, Any]:
    """Give what the hash of an entry covers, as JSON values."""
    return {
        "project": str(entry.project_id),
        "number": entry.number,
        "created": entry.created.astimezone(UTC).isoformat(timespec="microseconds"),
        "action": entry.action,
        "actor": entry.actor_id,
        "via": entry.via,
        "address": entry.address,
        "object": {"kind": entry.object_kind, "id": entry.object_id, "name": entry.object_name},
        "detail": entry.detail,
    }


def entry_hash(entry: AuditEntry) -> str:
    """Compute the hash that an entry must have."""
    content = json.dumps(
        entry_content(entry), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256((entry.former + content).encode()).hexdigest()


def seal_make(head: AuditHead) -> str:
    """Sign the end of a chain with the secret key."""
    return Signer(salt=SALT).signature(_sealed(head))


def seal_fits(head: AuditHead) -> bool:
    """Say whether the end of a chain was signed with the secret key; an empty one needs no seal."""
    if head.number == 0:
        return True
    signer = Signer(salt=SALT)
    try:
        signer.unsign(f"{_sealed(head)}{signer.sep}{head.seal}")
    except BadSignature:
        return False
    return True


def audit_verify(*, project_id: UUID) -> Verdict:
    """Look at every entry of a chain: one that was changed, removed or put in is found.

    Entries that are added meanwhile are left for the next look.
    """
    head = _head(project_id)
    entries = AuditEntry.objects.filter(project_id=project_id).order_by("number")
    last, former = 0, ""
    for entry in entries.filter(number__lte=head.number).iterator(chunk_size=CHUNK):
        if problem := _wrong(entry, last + 1, former):
            return Verdict(last, problem)
        last, former = entry.number, entry.hash
    return Verdict(last, _wrong_end(head, last, former))


def _wrong(entry: AuditEntry, number: int, former: str) -> str:
    if entry.number != number:
        return f"Entry {number} is missing."
    if entry.former != former:
        return f"Entry {number} does not follow the one before it: one of the two is not genuine."
    if entry.hash != entry_hash(entry):
        return f"Entry {number} was changed after it was written."
    return ""


def _wrong_end(head: AuditHead, last: int, former: str) -> str:
    # In this order: what is added between the two questions is known to the second.
    newest = AuditEntry.objects.filter(project_id=head.project_id).order_by("number").last()
    if newest is not None and newest.number > _head(head.project_id).number:
        return f"Entry {newest.number} was put in after the end of the log."
    if last < head.number:
        return f"The log ends with entry {last}; entries up to {head.number} are missing."
    if former != head.hash:
        return f"Entry {last} is not the one that the log ended with."
    return "" if seal_fits(head) else (
        "The end of the log is not sealed with this installation's secret key: the log was "
        "rebuilt, or the key was replaced."
    )  # fmt: skip


def _head(project_id: UUID) -> AuditHead:
    found = AuditHead.objects.filter(project_id=project_id).first()
    return found or AuditHead(project_id=project_id)


def _sealed(head: AuditHead) -> str:
    return f"{head.project_id}/{head.number}/{head.hash}"

"""The audit log as a file: JSON lines that anybody can check, or CSV for people."""

import codecs
import csv
import io
import json
import unicodedata
from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet

from projects.models import AuditEntry, Project
from projects.services.audit import audit_list, audit_people, audit_record
from projects.services.audit_chain import CHUNK, entry_content
from projects.services.text import field_error

TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
"""The formats, each with its content type."""
BLOCK = 2**16
COLUMNS = (
    "number", "created", "person", "person_id", "via", "network", "action", "object_kind",
    "object_id", "object_name", "detail", "former", "hash",
)  # fmt: skip
# A spreadsheet takes a text that begins so, or looks so, for a formula and runs it.
FORMULA = ("=", "+", "-", "@", "|", "%")


def audit_export(*, project: Project, format: str) -> Iterator[bytes]:
    """Return the whole log of a project in blocks of bytes, oldest entry first.

    A line of ``jsonl`` is what an entry's hash covers, and ``former`` and ``hash`` besides;
    ``csv`` names people as they are called now. Raises ``UserError`` for another format.
    The export is an entry of the log itself, its last.
    """
    if format not in TYPES:
        raise field_error("format", f"Choose one of: {', '.join(TYPES)}.")
    audit_record(action="audit.download", project=project, format=format)
    entries = audit_list(project_id=project.pk).order_by("number")
    file = io.BytesIO()  # half a kilobyte for each entry
    if format == "csv":
        _csv(entries, project.pk, codecs.getwriter("utf-8")(file))
    else:
        file.writelines(line.encode() for line in audit_lines(entries))
    file.seek(0)
    return iter(lambda: file.read(BLOCK), b"")


def audit_lines(entries: QuerySet[AuditEntry]) -> Iterator[str]:
    """Write each entry as a line of JSON: what its hash covers, ``former`` and ``hash``."""
    for entry in entries.iterator(chunk_size=CHUNK):
        sealed = {"former": entry.former, "hash": entry.hash}
        yield json.dumps(entry_content(entry) | sealed, ensure_ascii=False) + "\n"


def _csv(entries: QuerySet[AuditEntry], project_id: UUID, file: codecs.StreamWriter) -> None:
    people = audit_people(project_id=project_id)
    lines = csv.writer(file, lineterminator="\n")
    lines.writerow(COLUMNS)
    for entry in entries.iterator(chunk_size=CHUNK):
        values = (
            entry.number, entry_content(entry)["created"],
            people.get(entry.actor_id or 0, ""), entry.actor_id or "", entry.via, entry.address,
            entry.action, entry.object_kind, entry.object_id, entry.object_name,
            json.dumps(entry.detail, ensure_ascii=False, sort_keys=True), entry.former, entry.hash,
        )  # fmt: skip
        lines.writerow([_inert(value) for value in values])


def _inert(value: str | int) -> str | int:
    looks = unicodedata.normalize("NFKC", str(value)).lstrip()
    return f"'{value}" if isinstance(value, str) and looks.startswith(FORMULA) else value

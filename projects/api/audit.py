"""The audit log of a project: list, check, export; owners may."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import StreamingHttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from projects.models import AuditEntry
from projects.services.audit import audit_list
from projects.services.audit_chain import Verdict, audit_verify, entry_content
from projects.services.audit_file import TYPES, audit_export
from projects.services.projects import project_get
from projects.web.api import ApiRequest, Limit, Offset, paginate
from projects.web.schemas import errors
from projects.web.stream import file_response

router = Router(tags=["Audit log"])
Action = Annotated[str, Query(max_length=60, pattern="^[a-z_.]*$", description="only this deed")]
Person = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="only of this person")]


class AuditObject(Schema):
    """What something was done to, as it was called then."""

    kind: str
    id: str
    name: str


class AuditEntryOut(Schema):
    """One deed; the hash covers everything but itself and `former`, and follows `former`."""

    project: UUID
    number: int = Field(description="1, 2, 3 … in the log of the project")
    created: datetime
    action: str = Field(description="as `dataset.delete`")
    actor: int | None = Field(description="the person; null where nobody was signed in")
    via: str = Field(description="page, api, job or system")
    address: str = Field(description="network of the caller, as `203.0.113.0/24`")
    object: AuditObject
    detail: dict[str, Any] = Field(description="counts and settings, never a cell's value")
    former: str = Field(description="hash of the entry before")
    hash: str


class AuditList(Schema):
    """One page of entries, newest first."""

    items: list[AuditEntryOut]
    count: int


class AuditVerdict(Schema):
    """Whether every entry is still as it was written, and what is wrong otherwise."""

    holds: bool
    entries: int
    problem: str


@router.get(
    "/projects/{uuid:project_id}/audit",
    response={200: AuditList, **errors(403, 404)},
    summary="List the audit log",
)
def list_audit(
    request: ApiRequest,
    project_id: UUID,
    action: Action = "",
    actor: Person = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> dict[str, Any]:
    """List what was done in the project, by whom and to what."""
    project = project_get(user=request.user, project_id=project_id, role="owner")
    entries = audit_list(project_id=project.pk, action=action, actor_id=actor)
    return paginate(entries, limit, offset, entry_out)


@router.get(
    "/projects/{uuid:project_id}/audit/verification",
    response={200: AuditVerdict, **errors(403, 404)},
    summary="Check the audit log",
)
def verify_audit(request: ApiRequest, project_id: UUID) -> Verdict:
    """Look for an entry that was changed, removed or put in."""
    project = project_get(user=request.user, project_id=project_id, role="owner")
    return audit_verify(project_id=project.pk)


@router.get(
    "/projects/{uuid:project_id}/audit/export",
    response={200: None, **errors(403, 404)},
    summary="Export the audit log",
)
def export_audit(
    request: ApiRequest, project_id: UUID, format: Literal["jsonl", "csv"] = "jsonl"
) -> StreamingHttpResponse:
    """Send the whole log as a file, oldest entry first."""
    project = project_get(user=request.user, project_id=project_id, role="owner")
    blocks = audit_export(project=project, format=format)
    name = f"audit-{project.pk}.{format}"
    return file_response(blocks=blocks, content_type=TYPES[format], name=name)


def entry_out(entry: AuditEntry) -> dict[str, Any]:
    """Write an entry for the API: what its hash covers, and the hash."""
    return entry_content(entry) | {"former": entry.former, "hash": entry.hash}

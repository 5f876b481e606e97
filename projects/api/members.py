"""Members of a project: list, add, change, remove."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Path, Router, Schema, Status

from projects.models import Membership, Role
from projects.services.members import member_add, member_change, member_list, member_remove
from projects.services.projects import project_get
from projects.web.api import ApiRequest, Limit, Offset, paginate
from projects.web.schemas import Text, errors
from segplatform.kernel.errors import Forbidden

router = Router(tags=["Members"])

RoleName = Literal["viewer", "editor", "owner"]
UserId = Annotated[int, Path(ge=1, le=2**63 - 1)]  # what a database's key can hold


class MemberIn(Schema):
    """A person who has an account, and the role to give."""

    email: Text
    role: RoleName = "viewer"


class RoleIn(Schema):
    """Another role."""

    role: RoleName


class MemberOut(Schema):
    """A person in a project."""

    user: int
    email: str
    name: str
    role: RoleName
    created: datetime


class MemberList(Schema):
    """One page of members."""

    items: list[MemberOut]
    count: int


@router.get(
    "/projects/{uuid:project_id}/members",
    response={200: MemberList, **errors(404)},
    summary="List members",
)
def list_members(
    request: ApiRequest, project_id: UUID, limit: Limit = 100, offset: Offset = 0
) -> dict[str, Any]:
    """List who works in the project."""
    project = project_get(user=request.user, project_id=project_id)
    return paginate(member_list(project=project), limit, offset, member_out)


@router.post(
    "/projects/{uuid:project_id}/members",
    response={201: MemberOut, **errors(403, 404, 409)},
    summary="Add a member",
)
def add_member(request: ApiRequest, project_id: UUID, payload: MemberIn) -> Status[dict[str, Any]]:
    """Add a person who has an account; owners may."""
    project = project_get(user=request.user, project_id=project_id, role="owner")
    member = member_add(project=project, email=payload.email, role=payload.role)
    return Status(201, member_out(member))


@router.patch(
    "/projects/{uuid:project_id}/members/{int:user_id}",
    response={200: MemberOut, **errors(403, 404, 409)},
    summary="Change a role",
)
def change_member(
    request: ApiRequest, project_id: UUID, user_id: UserId, payload: RoleIn
) -> dict[str, Any]:
    """Give a member another role; owners may."""
    project = project_get(user=request.user, project_id=project_id, role="owner")
    return member_out(member_change(project=project, user_id=user_id, role=payload.role))


@router.delete(
    "/projects/{uuid:project_id}/members/{int:user_id}",
    response={204: None, **errors(403, 404, 409)},
    summary="Remove a member",
)
def remove_member(request: ApiRequest, project_id: UUID, user_id: UserId) -> Status[None]:
    """Remove a member; owners may, and everybody may remove themselves."""
    project = project_get(user=request.user, project_id=project_id)
    if user_id != request.user.pk and not project.membership.allows(Role.OWNER):
        raise Forbidden("Only an owner can remove others. Ask an owner of the project.")
    member_remove(project=project, user_id=user_id)
    return Status(204, None)


def member_out(member: Membership) -> dict[str, Any]:
    """Write a member for the API."""
    return {
        "user": member.user_id,
        "email": member.user.email,
        "name": member.user.name,
        "role": member.role,
        "created": member.created,
    }

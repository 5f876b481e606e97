"""Invitations into a project: list, make, revoke; owners may."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from ninja import Router, Schema, Status
from pydantic import Field

from projects.api.members import RoleName
from projects.models import Invitation
from projects.services.invitations import (
    invitation_create,
    invitation_list,
    invitation_mail,
    invitation_revoke,
)
from projects.services.projects import project_get
from projects.web.api import ApiRequest, Limit, Offset, paginate
from projects.web.schemas import Text, errors

router = Router(tags=["Members"])


class InvitationIn(Schema):
    """Whom to invite, and the role to give."""

    email: Text = Field(max_length=254)
    role: RoleName = "viewer"


class InvitationOut(Schema):
    """An invitation that nobody has accepted or revoked."""

    id: UUID
    email: str
    role: RoleName
    created: datetime
    expires: datetime
    expired: bool


class InvitationMade(InvitationOut):
    """A new invitation."""

    link: str | None = Field(description="shown this once; null where it was mailed")


class InvitationList(Schema):
    """One page of invitations."""

    items: list[InvitationOut]
    count: int


@router.get(
    "/projects/{uuid:project_id}/invitations",
    response={200: InvitationList, **errors(403, 404)},
    summary="List invitations",
)
def list_invitations(
    request: ApiRequest, project_id: UUID, limit: Limit = 100, offset: Offset = 0
) -> dict[str, Any]:
    """List who is invited and has not joined, newest first."""
    project = project_get(user=request.user, project_id=project_id, role="owner")
    return paginate(invitation_list(project=project), limit, offset, invitation_out)


@router.post(
    "/projects/{uuid:project_id}/invitations",
    response={201: InvitationMade, **errors(403, 404, 409)},
    summary="Invite somebody",
)
def create_invitation(
    request: ApiRequest, project_id: UUID, payload: InvitationIn
) -> Status[dict[str, Any]]:
    """Invite the person of an e-mail address; one that is open for it is revoked."""
    project = project_get(user=request.user, project_id=project_id, role="owner")
    made, secret = invitation_create(
        project=project, user=request.user, email=payload.email, role=payload.role
    )
    link = request.build_absolute_uri(reverse("invitation", args=[secret]))
    mailed = invitation_mail(invitation=made, link=link)
    return Status(201, invitation_out(made) | {"link": None if mailed else link})


@router.delete(
    "/projects/{uuid:project_id}/invitations/{uuid:invitation_id}",
    response={204: None, **errors(403, 404)},
    summary="Revoke an invitation",
)
def revoke_invitation(request: ApiRequest, project_id: UUID, invitation_id: UUID) -> Status[None]:
    """Make an invitation worthless."""
    project = project_get(user=request.user, project_id=project_id, role="owner")
    invitation_revoke(project=project, invitation_id=invitation_id)
    return Status(204, None)


def invitation_out(invitation: Invitation) -> dict[str, Any]:
    """Write an invitation for the API."""
    names = ("email", "role", "created", "expires", "expired")
    return {"id": invitation.pk, **{name: getattr(invitation, name) for name in names}}

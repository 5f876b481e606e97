"""Invitations: made and revoked by owners, accepted by whom they are for."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from projects.forms.people import JoinForm
from projects.models import Invitation, Membership, Project, User
from projects.services.invitations import (
    invitation_accept,
    invitation_find,
    invitation_join,
    invitation_revoke,
)
from projects.web.access import ProjectRequest, project_view, public_view
from projects.web.forms import apply
from projects.web.htmx import redirect_to
from projects.web.links import project_url
from projects.web.throttle import LINKS
from segplatform.kernel.errors import NotFound


@require_POST
@project_view("owner")
def project_invitation_revoke(
    request: ProjectRequest, project: Project, invitation_id: UUID
) -> HttpResponse:
    """Make an invitation worthless."""
    invitation_revoke(project=project, invitation_id=invitation_id)
    messages.success(request, "The invitation is revoked: its link does not work any more.")
    return redirect_to(request, "project_members", project.pk)


@require_http_methods(["GET", "POST"])
@public_view
def invitation(request: HttpRequest, invitation_secret: str) -> HttpResponse:
    """Show an invitation; POST accepts it, and makes an account for who has none."""
    found = invitation_of(request, invitation_secret)
    if request.method == "GET":
        return invitation_page(request, found, JoinForm())
    if isinstance(request.user, User):
        return welcome(request, invitation_accept(secret=invitation_secret, user=request.user))
    form = JoinForm(request.POST)
    member = apply(form, lambda **values: invitation_join(secret=invitation_secret, **values))
    if member is None:
        return invitation_page(request, found, form, status=422)
    login(request, member.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return welcome(request, member)


def invitation_of(request: HttpRequest, secret: str) -> Invitation:
    """Find the invitation of a link; who tries many wrong ones is not answered any more."""
    LINKS.check(request)
    try:
        return invitation_find(secret=secret)
    except NotFound:
        LINKS.note(request, secret)
        raise


def invitation_page(
    request: HttpRequest, found: Invitation, form: JoinForm, status: int = 200
) -> HttpResponse:
    """Render what the person can do: accept, sign in as somebody else, or make an account."""
    context = {
        "invitation": found,
        "form": form,
        "is_theirs": getattr(request.user, "email", "").lower() == found.email,
        "has_account": User.objects.filter(email=found.email).exists(),
    }
    return render(request, "projects/invitation.html", context, status=status)


def welcome(request: HttpRequest, member: Membership) -> HttpResponse:
    """Open the project for its new member."""
    messages.success(request, f"You are a member of {member.project} now.")
    return redirect_to(request, project_url(member.project))

"""Invitations: one-time, for the person of one e-mail address, until they expire or are revoked."""

import logging
import secrets
from dataclasses import replace
from datetime import timedelta
from smtplib import SMTPException
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from projects.models import Invitation, Membership, Project, Role, User, secret_hash
from projects.services.audit import audit_record
from projects.services.members import clean_role
from projects.services.text import clean_email
from projects.services.users import user_create
from segplatform.kernel.actor import acting, current_actor
from segplatform.kernel.errors import Conflict, Forbidden, NotFound

logger = logging.getLogger(__name__)

DEAD = "This invitation was used already, was revoked or has expired; ask for a new one."
NOT_YOURS = "This invitation is for another e-mail address. Sign in with that one to accept it."
SUBJECT = "Invitation to {project}"
TEXT = """{inviter} invites you to work on “{project}” in Segplatform.

Open this link to accept. It works once, for {email} only, until {until}:

{link}

If you do not know what this is about, ignore it: nothing happens.
"""


def invitation_create(
    *, project: Project, user: User, email: str, role: str
) -> tuple[Invitation, str]:
    """Invite somebody; give the invitation and its secret, of which only the hash is stored.

    One that is open for this address is revoked. ``UserError`` for a wrong address or role,
    ``Conflict`` for a member.
    """
    role, email = clean_role(role), clean_email(email)
    if Membership.objects.filter(project=project, user__email=email).exists():
        raise Conflict(f"{email} is already a member.")
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        # Two owners invite one person.
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        for open_one in invitation_list(project=project).filter(email=email):
            _revoke(open_one)
        made = Invitation.objects.create(
            project=project, email=email, role=role, secret_hash=secret_hash(secret),
            invited_by=user, expires=timezone.now() + timedelta(days=settings.INVITATION_DAYS),
        )  # fmt: skip
        audit_record(action="invitation.create", thing=made, role=role)
    return made, secret


def invitation_mail(*, invitation: Invitation, link: str) -> bool:
    """Send the link to its address; say whether that was done, else somebody must hand it over."""
    if not settings.EMAIL_HOST:
        return False
    words = {
        "inviter": invitation.invited_by, "project": invitation.project, "link": link,
        "email": invitation.email, "until": f"{timezone.localtime(invitation.expires):%d %b %Y}",
    }  # fmt: skip
    try:
        subject = SUBJECT.format(**words)
        send_mail(subject, TEXT.format(**words), None, [invitation.email])
    except (SMTPException, OSError):
        logger.exception("the mail of invitation %s was not sent", invitation.pk)
        return False
    return True


def invitation_list(*, project: Project) -> QuerySet[Invitation]:
    """List the invitations that nobody has accepted or revoked, expired ones too, newest first."""
    found = Invitation.objects.filter(project=project, accepted=None, revoked=None)
    return found.select_related("invited_by")


def invitation_revoke(*, project: Project, invitation_id: UUID) -> None:
    """Make an invitation worthless; ``NotFound`` where it is not open."""
    with transaction.atomic():
        found = invitation_list(project=project).filter(pk=invitation_id).first()
        if found is None:
            raise NotFound("There is no such open invitation.")
        _revoke(found)


def invitation_find(*, secret: str) -> Invitation:
    """Return the invitation of a link; ``NotFound`` where it is dead.

    It dies with the rights of who made it: somebody who was an owner once brings in nobody.
    """
    found = (
        Invitation.objects.select_related("project", "invited_by")
        .filter(accepted=None, revoked=None, expires__gt=timezone.now())
        .filter(secret_hash=secret_hash(secret))
        .first()
    )
    if found is None or not _may_invite(found):
        raise NotFound(DEAD)
    return found


def invitation_accept(*, secret: str, user: User) -> Membership:
    """Make the person a member and use the invitation up; a member keeps their role.

    ``NotFound`` for a dead one, ``Forbidden`` for another person's.
    """
    found = invitation_find(secret=secret)
    if user.email.lower() != found.email:
        raise Forbidden(NOT_YOURS)
    with transaction.atomic():
        # The update decides: of two requests with one link, one is the first.
        open_one = Invitation.objects.filter(pk=found.pk, accepted=None, revoked=None)
        if not open_one.update(accepted=timezone.now(), accepted_by=user):
            raise NotFound(DEAD)
        member, _ = Membership.objects.get_or_create(
            project=found.project, user=user, defaults={"role": found.role}
        )
        # Who makes an account with it is not signed in yet.
        with acting(replace(current_actor(), user_id=lambda: user.pk)):
            audit_record(action="invitation.accept", thing=found, role=member.role)
    return member


def invitation_join(*, secret: str, password: str, name: str = "") -> Membership:
    """Make an account for the address of the invitation, and accept it.

    ``Conflict`` where the address has one, ``UserError`` for a weak password.
    """
    found = invitation_find(secret=secret)
    with transaction.atomic():
        user = user_create(email=found.email, name=name, password=password)
        return invitation_accept(secret=secret, user=user)


def _may_invite(invitation: Invitation) -> bool:
    return Membership.objects.filter(
        project=invitation.project_id, user=invitation.invited_by_id, role=Role.OWNER,
        user__is_active=True,
    ).exists()  # fmt: skip


def _revoke(invitation: Invitation) -> None:
    invitation.revoked = timezone.now()
    invitation.save(update_fields=["revoked"])
    audit_record(action="invitation.revoke", thing=invitation)

"""Who is in a project, and as what; a project always keeps an owner."""

from django.db import IntegrityError, transaction
from django.db.models import Case, IntegerField, QuerySet, Value, When

from projects.models import Membership, Project, Role, User
from projects.services.audit import audit_record
from projects.services.text import clean_email, field_error
from segplatform.kernel.errors import Conflict, NotFound

LAST_OWNER = "A project needs an owner: make somebody else an owner first."
RANK = Case(
    When(role=Role.OWNER, then=Value(0)),
    When(role=Role.EDITOR, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def member_list(*, project: Project) -> QuerySet[Membership]:
    """List the members, owners first, each with its user."""
    return project.memberships.select_related("user").order_by(RANK, "user__email")


def member_add(*, project: Project, email: str, role: str) -> Membership:
    """Add somebody who has an account; ``UserError`` for others, ``Conflict`` for a member."""
    role, email = clean_role(role), clean_email(email)
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None:
        raise field_error("email", "Nobody has an account with this e-mail; invite them instead.")
    try:
        with transaction.atomic():
            if not Project.objects.select_for_update(no_key=True).filter(pk=project.pk).exists():
                raise NotFound("The project was deleted meanwhile.")
            member = Membership.objects.create(project=project, user=user, role=role)
            audit_record(action="member.add", thing=user, project=project, role=role)
            return member
    except IntegrityError:
        raise Conflict(f"{email} is already a member.") from None


def member_change(*, project: Project, user_id: int, role: str) -> Membership:
    """Give a member another role; ``Conflict`` where no owner would be left."""
    role = clean_role(role)
    with transaction.atomic():
        member = _locked(project, user_id)
        if role != Role.OWNER:
            _keep_owner(project, member)
        before, member.role = member.role, role
        member.save(update_fields=["role"])
        if before != role:
            audit_record(
                action="member.change", thing=member.user, project=project, before=before,
                after=role,
            )  # fmt: skip
    return member


def member_remove(*, project: Project, user_id: int) -> None:
    """Take a member out; ``Conflict`` where no owner would be left."""
    with transaction.atomic():
        member = _locked(project, user_id)
        _keep_owner(project, member)
        member.delete()
        audit_record(action="member.remove", thing=member.user, project=project, role=member.role)


def _locked(project: Project, user_id: int) -> Membership:
    """Return the member with all memberships locked: two owners may leave at the same time."""
    members = list(project.memberships.select_for_update(no_key=True).order_by("pk"))
    for member in members:
        if member.user_id == user_id:
            return member
    raise NotFound("There is no such member.")


def _keep_owner(project: Project, member: Membership) -> None:
    others = project.memberships.filter(role=Role.OWNER).exclude(pk=member.pk)
    if member.role == Role.OWNER and not others.exists():
        raise Conflict(LAST_OWNER)


def clean_role(role: str) -> str:
    """Return the role; ``UserError`` for one that does not exist."""
    if role not in Role.values:
        raise field_error("role", f"Choose one of: {', '.join(Role.values)}.")
    return role

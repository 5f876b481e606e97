"""Who works in a project, and with which role."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from projects.forms.people import MemberForm
from projects.models import Project, Role
from projects.services.invitations import (
    invitation_create,
    invitation_list,
    invitation_mail,
)
from projects.services.members import member_add, member_change, member_list, member_remove
from projects.services.users import user_exists
from projects.web.access import ProjectRequest, project_view
from projects.web.forms import apply
from projects.web.htmx import redirect_to
from segplatform.kernel.errors import Forbidden


@require_GET
@project_view()
def project_members(request: ProjectRequest, project: Project) -> HttpResponse:
    """List the members; owners also add, change and remove them here."""
    return members_page(request, project, MemberForm())


@require_POST
@project_view("owner")
def project_member_add(request: ProjectRequest, project: Project) -> HttpResponse:
    """Add a person who has an account, and invite who has none."""
    form = MemberForm(request.POST)
    if form.is_valid() and not user_exists(email=form.cleaned_data["email"]):
        return invite(request, project, form)
    member = apply(form, lambda **values: member_add(project=project, **values))
    if member is None:
        return members_page(request, project, form, status=422)
    messages.success(request, f"{member.user} is a member now.")
    return redirect_to(request, "project_members", project.pk)


@require_POST
@project_view("owner")
def project_member_change(request: ProjectRequest, project: Project, user_id: int) -> HttpResponse:
    """Give a member another role."""
    member_change(project=project, user_id=user_id, role=request.POST.get("role", ""))
    messages.success(request, "The role is changed.")
    return redirect_to(request, "project_members", project.pk)


@require_POST
@project_view()
def project_member_remove(request: ProjectRequest, project: Project, user_id: int) -> HttpResponse:
    """Remove a member; everybody may remove themselves."""
    leaves = user_id == request.user.pk
    if not leaves and not project.membership.allows(Role.OWNER):
        raise Forbidden("Only an owner can remove others. Ask an owner of the project.")
    member_remove(project=project, user_id=user_id)
    messages.success(request, "You left the project." if leaves else "The member is removed.")
    return (
        redirect_to(request, "home")
        if leaves
        else redirect_to(request, "project_members", project.pk)
    )


def invite(request: ProjectRequest, project: Project, form: MemberForm) -> HttpResponse:
    """Mail an invitation; where no mail can be sent, show its link on this one answer."""
    made = apply(form, lambda **v: invitation_create(project=project, user=request.user, **v))
    if made is None:
        return members_page(request, project, form, status=422)
    link = request.build_absolute_uri(reverse("invitation", args=[made[1]]))
    if not invitation_mail(invitation=made[0], link=link):
        return members_page(request, project, MemberForm(), new_invitation=made[0], link=link)
    messages.success(request, f"An invitation is on its way to {made[0].email}.")
    return redirect_to(request, "project_members", project.pk)


def members_page(
    request: ProjectRequest, project: Project, form: MemberForm, status: int = 200, **more: object
) -> HttpResponse:
    """Render the list with the form to add somebody."""
    may_change = project.membership.allows(Role.OWNER)
    context = {
        "members": member_list(project=project),
        "form": form,
        "roles": Role.choices,
        "may_change": may_change,
        "invitations": invitation_list(project=project) if may_change else (),
        **more,
    }
    return render(request, "projects/members.html", context, status=status)

"""Members: who may be added, and that a project keeps an owner."""

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from projects.models import Membership, Project, User
from projects.services.members import member_add, member_change, member_list, member_remove
from segplatform.kernel.errors import Conflict, NotFound, UserError
from tests.factories import make_member, make_user


def test_it_lists_owners_first(
    project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_member(project, "viewer", make_user("a@example.org"))
    make_member(project, "editor", make_user("z@example.org"))
    make_member(project, "editor", make_user("b@example.org"))
    with django_assert_num_queries(1):
        emails = [member.user.email for member in member_list(project=project)]
    assert emails == ["owner@example.org", "b@example.org", "z@example.org", "a@example.org"]


def test_it_adds_who_has_an_account(project: Project) -> None:
    user = make_user("ana@example.org")
    member = member_add(project=project, email=" Ana@Example.org ", role="editor")
    assert (member.user, member.role) == (user, "editor")
    with pytest.raises(Conflict):
        member_add(project=project, email="ana@example.org", role="viewer")
    assert Membership.objects.get(user=user).role == "editor"


@pytest.mark.parametrize(
    ("email", "role", "field"),
    [
        ("nobody@example.org", "editor", "email"),
        ("closed@example.org", "editor", "email"),
        ("no address", "editor", "email"),
        ("owner@example.org", "king", "role"),
    ],
)
def test_it_adds_nobody_else(project: Project, email: str, role: str, field: str) -> None:
    make_user("closed@example.org", is_active=False)
    with pytest.raises(UserError) as error:
        member_add(project=project, email=email, role=role)
    assert set(error.value.fields) == {field}


def test_it_changes_a_role(project: Project) -> None:
    member = make_member(project, "viewer")
    member_change(project=project, user_id=member.user_id, role="owner")
    member.refresh_from_db()
    assert member.role == "owner"
    with pytest.raises(UserError):
        member_change(project=project, user_id=member.user_id, role="king")


def test_it_keeps_the_last_owner(project: Project, owner: User) -> None:
    make_member(project, "editor")
    with pytest.raises(Conflict):
        member_change(project=project, user_id=owner.pk, role="editor")
    with pytest.raises(Conflict):
        member_remove(project=project, user_id=owner.pk)
    assert Membership.objects.get(user=owner).role == "owner"


def test_it_lets_an_owner_go_when_there_is_another(project: Project, owner: User) -> None:
    make_member(project, "owner")
    member_change(project=project, user_id=owner.pk, role="viewer")
    member_remove(project=project, user_id=owner.pk)
    assert not Membership.objects.filter(user=owner).exists()


def test_it_knows_no_strangers(project: Project) -> None:
    with pytest.raises(NotFound):
        member_change(project=project, user_id=make_user().pk, role="editor")
    with pytest.raises(NotFound):
        member_remove(project=project, user_id=make_user().pk)

"""Rows to test with: plain functions that save what they return."""

from itertools import count
from typing import Any

from projects.models import Job, Membership, Project, Role, User

_numbers = count(1)


def make_user(email: str = "", **fields: Any) -> User:
    return User.objects.create_user(email or f"person{next(_numbers)}@example.org", **fields)


def make_project(owner: User | None = None, **fields: Any) -> Project:
    fields.setdefault("name", f"Project {next(_numbers)}")
    project = Project.objects.create(**fields)
    project.membership = make_member(project, Role.OWNER, owner)
    return project


def make_member(project: Project, role: str, user: User | None = None) -> Membership:
    return Membership.objects.create(project=project, user=user or make_user(), role=role)


def make_job(project: Project, **fields: Any) -> Job:
    fields.setdefault("name", "tests.nothing")
    fields.setdefault("title", "Do nothing")
    fields.setdefault("subject", f"test:{next(_numbers)}")
    if "created_by" not in fields:
        owner = project.memberships.filter(role=Role.OWNER).first()
        fields["created_by"] = owner.user if owner else None
    return Job.objects.create(project=project, **fields)

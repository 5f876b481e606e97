"""One project with a member of each role, a stranger, and things of its owner's."""

from dataclasses import dataclass, field
from typing import Any

from projects.models import Job, Project, User
from projects.services.tokens import token_create
from tests.factories import make_job, make_member, make_project, make_user

MARKER = "marker-7f3a"  # is in every name, and must never reach who is not a member


@dataclass
class World:
    """What the URL arguments of the tables point at; ``things`` keeps what apps add."""

    project: Project
    people: dict[str, User | None]
    job: Job
    things: dict[str, Any] = field(default_factory=dict)


def make_world() -> World:
    """Save a fresh world."""
    project = make_project(make_user("owner@example.org"), name=f"Project {MARKER}")
    people: dict[str, User | None] = {"anonymous": None, "owner": project.membership.user}
    for role in ("viewer", "editor"):
        people[role] = make_member(project, role, make_user(f"{role}@example.org")).user
    people["stranger"] = make_user("stranger@example.org")
    other = make_member(project, "viewer", make_user(f"{MARKER}@example.org"))
    job = make_job(project, title=f"Job {MARKER}", state=Job.State.FAILED)
    token, _ = token_create(user=project.membership.user, name=f"Token {MARKER}")
    return World(project, people, job, {"member": other.user, "token": token})

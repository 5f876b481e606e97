"""Access to projects, their members and their jobs."""

from datasets.models import Dataset
from datasets.services.datasets import dataset_delete
from projects.models import Invitation, Project
from projects.services.invitations import invitation_create
from projects.services.projects import project_delete
from tests.contracts.access_words import (
    API_EDITOR,
    API_OWNER,
    API_PERSON,
    API_VIEWER,
    EDITOR,
    METHODS,
    NOTHING_THERE,
    OWNER,
    PERSON,
    PUBLIC,
    VIEWER,
)
from tests.contracts.access_world import MARKER, World
from tests.factories import make_member, make_project
from tests.factories.datasets import make_dataset

ACCESS = {
    "home": {"GET": PERSON},
    "search": {"GET": PERSON},
    "demo_create": {"POST": PERSON},
    "demo_making": {"GET": VIEWER},
    "demo_remove": {"POST": OWNER},
    "guide_dismiss": {"POST": EDITOR},
    "project_create": {"GET": PERSON, "POST": PERSON},
    "project_home": {"GET": VIEWER},
    "project_settings": {"GET": EDITOR, "POST": EDITOR},
    "project_delete": {"POST": OWNER},
    "project_members": {"GET": VIEWER},
    "project_member_add": {"POST": OWNER},
    "project_member_change": {"POST": OWNER},
    "project_member_remove": {"POST": OWNER},
    "project_invitation_revoke": {"POST": OWNER},
    "invitation": {"GET": PUBLIC, "POST": "ok 403 403 403 403"},
    "project_audit": {"GET": OWNER},
    "project_audit_export": {"GET": OWNER},
    "project_deleted": {"GET": EDITOR},
    "thing_restore": {"POST": EDITOR},
    "thing_purge": {"POST": OWNER},
    "deleted_projects": {"GET": PERSON},
    "deleted_project_restore": {"POST": "login 404 404 404 ok"},
    "deleted_project_purge": {"POST": "login 404 404 404 ok"},
    "job_list": {"GET": VIEWER},
    "job_detail": {"GET": VIEWER},
    "job_progress": {"GET": VIEWER},
    "job_events": {"GET": VIEWER},
    "job_log": {"GET": VIEWER},
    "job_cancel": {"POST": EDITOR},
    "job_retry": {"POST": EDITOR},
    "jobs_menu": {"GET": PERSON},
    "api:openapi-json": {"GET": PUBLIC},
    "api:openapi-view": {"GET": PUBLIC},
    "api:api-root": dict.fromkeys(METHODS, NOTHING_THERE),
    "api:health": {"GET": PUBLIC},
    "api:live": {"GET": PUBLIC},
    "api:ready": {"GET": PUBLIC},
    "api:metrics": {"GET": PUBLIC},  # of this machine; tests/projects/api/test_metrics.py
    "api:list_projects": {"GET": API_PERSON},
    "api:create_project": {"POST": API_PERSON},
    "api:get_project": {"GET": API_VIEWER},
    "api:change_project": {"PATCH": API_EDITOR},
    "api:delete_project": {"DELETE": API_OWNER},
    "api:list_members": {"GET": API_VIEWER},
    "api:add_member": {"POST": API_OWNER},
    "api:change_member": {"PATCH": API_OWNER},
    "api:remove_member": {"DELETE": API_OWNER},
    "api:list_invitations": {"GET": API_OWNER},
    "api:create_invitation": {"POST": API_OWNER},
    "api:revoke_invitation": {"DELETE": API_OWNER},
    "api:list_audit": {"GET": API_OWNER},
    "api:verify_audit": {"GET": API_OWNER},
    "api:export_audit": {"GET": API_OWNER},
    "api:list_deleted": {"GET": API_EDITOR},
    "api:restore_deleted": {"POST": API_EDITOR},
    "api:purge_deleted": {"DELETE": API_OWNER},
    "api:list_deleted_projects": {"GET": API_PERSON},
    "api:restore_deleted_project": {"POST": "401 404 404 404 ok"},
    "api:purge_deleted_project": {"DELETE": "401 404 404 404 ok"},
    "api:list_jobs": {"GET": API_VIEWER},
    "api:get_job": {"GET": API_VIEWER},
    "api:get_job_log": {"GET": API_VIEWER},
    "api:cancel_job": {"POST": API_EDITOR},
    "api:retry_job": {"POST": API_EDITOR},
}

BODIES = {
    "project_member_change": {"role": "viewer"},
    "api:create_project": {"name": "From a script"},
    "api:change_project": {"name": "Renamed by a script"},
    "api:add_member": {"email": "stranger@example.org", "role": "viewer"},
    "api:change_member": {"role": "editor"},
    "api:create_invitation": {"email": "another@example.org", "role": "viewer"},
}


def invited(world: World) -> tuple[Invitation, str]:
    """Invite somebody who is none of the five."""
    project, owner = world.project, world.people["owner"]
    assert owner
    return invitation_create(project=project, user=owner, email="new@example.org", role="viewer")


def deleted_dataset(world: World) -> Dataset:
    """Delete a dataset of the project."""
    dataset = make_dataset(world.project, name=f"Deleted {MARKER}")
    dataset_delete(dataset=dataset)
    return dataset


def deleted_project(world: World) -> Project:
    """Delete a project in which everybody had the role that they have in the world's."""
    owner = world.people["owner"]
    assert owner
    project = make_project(owner, name=f"Deleted {MARKER}")
    for role in ("viewer", "editor"):
        make_member(project, role, world.people[role])
    project_delete(project=project)
    return project


KWARGS = {
    "thing_kind": lambda world: "dataset",
    "thing_id": lambda world: deleted_dataset(world).pk,
    "deleted_id": lambda world: deleted_project(world).pk,
    "invitation_id": lambda world: invited(world)[0].pk,
    "invitation_secret": lambda world: invited(world)[1],
    "project_id": lambda world: world.project.pk,
    "user_id": lambda world: world.things["member"].pk,
    "job_id": lambda world: world.job.pk,
}

"""Access to projects, their members and their jobs."""

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

ACCESS = {
    "home": {"GET": PERSON},
    "search": {"GET": PERSON},
    "project_create": {"GET": PERSON, "POST": PERSON},
    "project_home": {"GET": VIEWER},
    "project_settings": {"GET": EDITOR, "POST": EDITOR},
    "project_delete": {"POST": OWNER},
    "project_members": {"GET": VIEWER},
    "project_member_add": {"POST": OWNER},
    "project_member_change": {"POST": OWNER},
    "project_member_remove": {"POST": OWNER},
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
    "api:list_projects": {"GET": API_PERSON},
    "api:create_project": {"POST": API_PERSON},
    "api:get_project": {"GET": API_VIEWER},
    "api:change_project": {"PATCH": API_EDITOR},
    "api:delete_project": {"DELETE": API_OWNER},
    "api:list_members": {"GET": API_VIEWER},
    "api:add_member": {"POST": API_OWNER},
    "api:change_member": {"PATCH": API_OWNER},
    "api:remove_member": {"DELETE": API_OWNER},
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
}

KWARGS = {
    "project_id": lambda world: world.project.pk,
    "user_id": lambda world: world.things["member"].pk,
    "job_id": lambda world: world.job.pk,
}

"""The audit log by the API: listed, checked, exported; a script is named as who did it."""

from collections.abc import Callable

from projects.models import Project, User
from tests.projects.api.conftest import Script


def test_a_script_is_on_record_with_its_person(
    script: Script, project: Project, owner: User
) -> None:
    script("PATCH", f"/projects/{project.pk}", {"name": "By a script"})
    status, found = script("GET", f"/projects/{project.pk}/audit?action=project.change")
    (entry,) = found["items"]
    assert (status, found["count"]) == (200, 1)
    assert (entry["actor"], entry["via"], entry["detail"]) == (
        owner.pk, "api", {"fields": ["name"]},
    )  # fmt: skip
    verdict = {"holds": True, "entries": 1, "problem": ""}
    assert script("GET", f"/projects/{project.pk}/audit/verification") == (200, verdict)


def test_only_owners_may(script_of: Callable[..., Script], project: Project, viewer: User) -> None:
    for path in ("", "/verification"):
        status, _ = script_of(viewer)("GET", f"/projects/{project.pk}/audit{path}")
        assert status == 403

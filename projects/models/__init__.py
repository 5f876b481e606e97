"""People, projects, jobs and access."""

from projects.models.access import ApiToken, SignInLink, secret_hash
from projects.models.job import Job
from projects.models.project import MAX_ROWS_TO_DISPLAY, Membership, Project, Role
from projects.models.user import User

__all__ = [
    "MAX_ROWS_TO_DISPLAY",
    "ApiToken",
    "Job",
    "Membership",
    "Project",
    "Role",
    "SignInLink",
    "User",
    "secret_hash",
]

"""People, projects, jobs and access."""

from projects.models.access import ApiToken, SignInLink, secret_hash
from projects.models.audit import PLATFORM, AuditEntry, AuditHead
from projects.models.deletion import Deletable, Living
from projects.models.invitation import Invitation
from projects.models.job import Job
from projects.models.project import (
    MAX_ROWS_TO_DISPLAY,
    FormerMembership,
    Membership,
    Project,
    Role,
)
from projects.models.user import User

__all__ = [
    "MAX_ROWS_TO_DISPLAY",
    "PLATFORM",
    "ApiToken",
    "AuditEntry",
    "AuditHead",
    "Deletable",
    "FormerMembership",
    "Invitation",
    "Job",
    "Living",
    "Membership",
    "Project",
    "Role",
    "SignInLink",
    "User",
    "secret_hash",
]

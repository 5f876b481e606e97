"""Numbers on the cards of projects, gathered for all cards at once."""

from collections.abc import Iterable
from uuid import UUID

from projects import hooks
from projects.models import Project


def project_counts(projects: Iterable[Project]) -> dict[UUID, dict[str, int]]:
    """Give what higher apps count, as ``{project id: {"datasets": 3}}``."""
    ids = [project.pk for project in projects]
    counts: dict[UUID, dict[str, int]] = {project_id: {} for project_id in ids}
    for hook in hooks.project_counts:
        for name, numbers in hook(ids).items():
            for project_id in ids:
                counts[project_id][name] = numbers.get(project_id, 0)
    return counts

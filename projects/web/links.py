"""Addresses that depend on which apps are installed."""

from uuid import UUID

from django.urls import reverse

from projects import hooks
from projects.models import Project


def project_url(project: Project | UUID) -> str:
    """Give the address of a project's home page."""
    pk = project.pk if isinstance(project, Project) else project
    return reverse(hooks.project_home, args=[pk])

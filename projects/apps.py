"""Projects, people, jobs and what all pages share."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Workspaces with members, and the background jobs of all apps."""

    name = "projects"

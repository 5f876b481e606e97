"""Projects, people, jobs and what all pages share."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Workspaces with members, and the background jobs of all apps."""

    name = "projects"

    def ready(self) -> None:
        """Listen to sign-ins; say on every page when the queue server is away."""
        from projects import hooks
        from projects.web import addresses, sign_ins  # noqa: F401 - receivers connect themselves
        from projects.web.queue_state import queue_banner

        hooks.banners.append(queue_banner)
        hooks.housekeeping.append(tidy)


def tidy() -> None:
    """Remove for good what was deleted longer ago than it can be restored."""
    from projects.services.deleted import deleted_expire

    deleted_expire()

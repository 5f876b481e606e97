"""What the frame of every page shows: jobs that run, the rail, the person's projects."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property

from projects import hooks
from projects.models import Project, User
from projects.services.jobs import job_list_active
from projects.services.projects import project_list_for
from projects.web.guide import GuideView, guide_view

SWITCHER_SIZE = 12


class Frame:
    """The values of the frame; each is worked out only on the pages that show it."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        self.request, self.user = request, user
        self.project: Project | None = getattr(request, "project", None)

    @cached_property
    def banners(self) -> list[hooks.Banner]:
        """List what everybody must know of this installation."""
        return [found for ask in hooks.banners if (found := ask())]

    @cached_property
    def active_jobs(self) -> int:
        """Count the person's jobs that wait or run."""
        return len(job_list_active(user=self.user))

    @cached_property
    def projects(self) -> list[Project]:
        """List the projects that the person used last, for the switcher."""
        return list(project_list_for(user=self.user).order_by("-active")[:SWITCHER_SIZE])

    @cached_property
    def guide(self) -> GuideView | None:
        """Give the guide of a demo project, on the pages that it leads to."""
        return guide_view(self.project, self.request.path) if self.project else None

    @cached_property
    def rail(self) -> list[dict[str, Any]]:
        """List the pages of the project that this member may open, the current one marked.

        ``{"key", "label", "icon", "url", "active"}``; current is the entry whose address is the
        longest beginning of this page's.
        """
        if self.project is None:
            return []
        entries = [
            {
                "key": entry.key,
                "label": entry.label,
                "icon": entry.icon,
                "url": reverse(entry.url_name, args=[self.project.pk]),
            }
            for entry in sorted(hooks.rail_entries, key=lambda entry: entry.order)
            if self.project.membership.allows(entry.role)
        ]
        above = [entry["url"] for entry in entries if self.request.path.startswith(entry["url"])]
        current = max(above, key=len, default="")
        return [{**entry, "active": entry["url"] == current} for entry in entries]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give the templates ``frame``, and the ``project`` of the page where there is one."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    shown = Frame(request, user)
    return {"frame": shown, "project": shown.project} if shown.project else {"frame": shown}

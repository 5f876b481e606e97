"""The quick search over everything that a person may open."""

from projects import hooks
from projects.hooks import SearchHit
from projects.models import User
from projects.services.projects import project_list_for
from projects.web.links import project_url

MAX_HITS = 8


def search_hits(user: User, text: str) -> list[SearchHit]:
    """Find what has ``text`` in its name: projects first, then what higher apps offer."""
    hits = project_hits(user, text)
    for provider in hooks.search_providers:
        hits += provider(user, text)[:MAX_HITS]
    return hits


def project_hits(user: User, text: str) -> list[SearchHit]:
    """Find the person's projects by name."""
    found = project_list_for(user=user).filter(name__icontains=text).order_by("name")[:MAX_HITS]
    return [
        SearchHit(label=item.name, kind="Project", url=project_url(item), icon="folder")
        for item in found
    ]

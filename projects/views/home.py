"""Home: the person's projects; and the quick search over everything in reach."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from projects import hooks
from projects.models import Role
from projects.services.deleted import project_deleted_list
from projects.services.projects import project_list_for
from projects.web.access import UserRequest, user_view
from projects.web.cards import project_counts
from projects.web.htmx import render_either
from projects.web.lists import list_page
from projects.web.search import search_hits

SORTS = {"activity": "-active", "name": "name", "created": "-created"}
SORT_LABELS = {"activity": "Last activity", "name": "Name", "created": "Newest first"}
SHOWS = {"all": "All", "mine": "Mine", "shared": "Shared with me"}

ROLES = {"mine": [Role.OWNER], "shared": [Role.VIEWER, Role.EDITOR]}


@require_GET
@user_view
def home(request: UserRequest) -> HttpResponse:
    """List the projects as cards; ``?show``, ``?q``, ``?sort`` and ``?page`` say which."""
    show = request.GET.get("show", "all")
    items = project_list_for(user=request.user)
    has_projects = items.exists()
    if show in ROLES:
        items = items.filter(memberships__user=request.user, memberships__role__in=ROLES[show])
    found = list_page(request, items, search=("name", "description"), sorts=SORTS)
    counts = project_counts(found.page)
    context = {
        "list": found,
        "cards": [{"project": item, "counts": counts[item.pk]} for item in found.page],
        "has_projects": has_projects,
        "show": show if show in SHOWS else "all",
        "shows": SHOWS,
        "sorts": SORT_LABELS,
        "has_demo": hooks.demo is not None,
        "deleted_projects": project_deleted_list(user=request.user).count(),
    }
    return render_either(request, "projects/home.html", "projects/_cards.html", context)


@require_GET
@user_view
def search(request: UserRequest) -> HttpResponse:
    """Find projects, and what higher apps offer, by name."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    context = {"q": text, "hits": search_hits(request.user, text) if text else []}
    return render_either(request, "projects/search.html", "projects/_search_hits.html", context)

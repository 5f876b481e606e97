"""The audit log of a project, for its owners: read, checked and exported."""

from django.http import HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from projects.models import AuditHead, Project
from projects.services.audit import audit_actions, audit_list, audit_people
from projects.services.audit_chain import Verdict, audit_verify
from projects.services.audit_file import TYPES, audit_export
from projects.web.access import ProjectRequest, project_view
from projects.web.audit import deed_words, rows_of
from projects.web.htmx import render_either
from projects.web.lists import list_page
from projects.web.stream import file_response

SORTS = {"newest": "-number", "oldest": "number"}
ENTRIES_PER_PAGE = 100
# Checked with every look at the page; a longer log is checked when somebody asks for it.
CHECKED_AT_ONCE = 5000


@require_GET
@project_view("owner")
def project_audit(request: ProjectRequest, project: Project) -> HttpResponse:
    """List what was done; ``?deed``, ``?person``, ``?q`` and ``?page`` say which of it."""
    deeds = {key: deed_words(key) for key in audit_actions(project_id=project.pk)}
    people = audit_people(project_id=project.pk)
    deed = asked if (asked := request.GET.get("deed", "")) in deeds else ""
    person = next((pk for pk in people if str(pk) == request.GET.get("person")), None)
    entries = audit_list(project_id=project.pk, action=deed, actor_id=person)
    found = list_page(request, entries, search=("object_name",), sorts=SORTS, size=ENTRIES_PER_PAGE)
    context = {
        "list": found,
        "rows": rows_of(found.page),
        "deeds": deeds,
        "people": people,
        "deed": deed,
        "person": person,
        **checked(project, wanted="check" in request.GET),
    }
    return render_either(request, "projects/audit.html", "projects/_audit_table.html", context)


@require_GET
@project_view("owner")
def project_audit_export(request: ProjectRequest, project: Project) -> StreamingHttpResponse:
    """Send the whole log as a file, ``?format=jsonl`` or ``csv``."""
    format = request.GET.get("format", "jsonl")
    blocks = audit_export(project=project, format=format)
    name = f"audit-{project.pk}.{format}"
    return file_response(blocks=blocks, content_type=TYPES[format], name=name)


def checked(project: Project, wanted: bool) -> dict[str, Verdict | int | None]:
    """Check the chain, unless it is long and nobody asked; give the verdict and the length."""
    head = AuditHead.objects.filter(project_id=project.pk).first()
    length = head.number if head else 0
    asked = wanted or length <= CHECKED_AT_ONCE
    return {"verdict": audit_verify(project_id=project.pk) if asked else None, "length": length}

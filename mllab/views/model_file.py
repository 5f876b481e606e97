"""The model of a prototype as a file."""

from uuid import UUID

from django.http import StreamingHttpResponse
from django.views.decorators.http import require_GET

from mllab.web.model_file import model_response
from mllab.web.prototype import prototype_of
from projects.models import Project
from projects.web.access import ProjectRequest, project_view


@require_GET
@project_view()
def prototype_model(
    request: ProjectRequest, project: Project, use_case_id: UUID, prototype_id: UUID
) -> StreamingHttpResponse:
    """Send the model as ``?format=`` says: json, sql (DuckDB) or postgres."""
    found = prototype_of(project, use_case_id, prototype_id)
    return model_response(found, request.user, request.GET.get("format", "json"))

"""Template tags of the import pages."""

from django import template
from django.conf import settings

from datasets.models import Dataset
from datasets.services.imports import import_upload
from datasets.services.sources import file_extensions, file_formats
from projects.models import Project

register = template.Library()


@register.inclusion_tag("datasets/_drop_area.html", takes_context=True)
def drop_area(context: template.Context, project: Project) -> dict[str, object]:
    """Show the area where a file is dropped or chosen; once on a page."""
    return {
        "csrf_token": context.get("csrf_token"),
        "project": project,
        "accept": ",".join(file_extensions()),
        "formats": file_formats(),
        "max_bytes": settings.MAX_UPLOAD_BYTES,
    }


@register.inclusion_tag("datasets/_import_again.html")
def import_again(dataset: Dataset) -> dict[str, object]:
    """Show the way back to the preview of a dataset whose import did not succeed."""
    return {"project": dataset.project, "upload": import_upload(dataset=dataset)}

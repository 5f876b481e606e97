"""Template tag of what other apps can do with a dataset."""

from urllib.parse import urlencode

from django import template
from django.urls import reverse

from datasets.models import Dataset
from projects import hooks
from projects.models import Project

register = template.Library()


@register.simple_tag
def dataset_actions(project: Project, dataset: Dataset) -> list[dict[str, str]]:
    """List the buttons of other apps for this dataset that the member may press."""
    return [
        {
            "label": action.label,
            "icon": action.icon,
            "url": f"{reverse(action.url_name, args=[project.pk])}?"
            + urlencode({"dataset": dataset.pk}),
        }
        for action in hooks.dataset_actions
        if project.membership.allows(action.role)
    ]

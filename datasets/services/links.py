"""What points to a dataset from higher apps: let go when it is deleted, and taken up again.

A use case, for one, outlives the dataset that it asks about; while that is deleted it is as if it
had never been, and nobody reaches the dataset over it.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

from datasets.models import Dataset, DatasetVersion

OURS = Dataset._meta.app_label


def links_drop(*, dataset: Dataset) -> None:
    """Set every such link to nothing and remember it, in the caller's transaction."""
    versions = DatasetVersion.every.filter(dataset=dataset).values("pk")
    told: dict[str, dict[str, str]] = {}
    for field in _links():
        targets = [dataset.pk] if field.related_model is Dataset else versions
        rows = field.model._base_manager.filter(**{f"{field.name}__in": targets})
        found = dict(rows.values_list("pk", field.attname))
        if found:
            told[field.model._meta.label + f".{field.name}"] = {
                str(pk): str(target) for pk, target in found.items()
            }
            field.model._base_manager.filter(pk__in=found).update(**{field.name: None})
    dataset.unlinked = told
    Dataset.every.filter(pk=dataset.pk).update(unlinked=told)


def links_restore(*, dataset: Dataset) -> None:
    """Set the links again where they point to nothing still."""
    for label, pairs in dataset.unlinked.items():
        model_name, _, name = label.rpartition(".")
        model: Any = apps.get_model(model_name)
        for pk, target in pairs.items():
            model._base_manager.filter(pk=pk, **{name: None}).update(**{name: target})
    dataset.unlinked = {}
    Dataset.every.filter(pk=dataset.pk).update(unlinked={})


def _links() -> Iterator[Any]:
    """Find the foreign keys of other apps that a deletion for good would set to nothing."""
    for target in (Dataset, DatasetVersion):
        for relation in target._meta.get_fields(include_hidden=True):
            if not isinstance(relation, models.ManyToOneRel):
                continue
            ours = relation.related_model._meta.app_label == OURS
            if not ours and relation.on_delete is models.SET_NULL:
                yield relation.field

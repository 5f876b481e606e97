"""What the page of a recipe that is written shows beside its code: inputs, templates, limits."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from datasets.models import Dataset
from datasets.services.datasets import dataset_get, dataset_list
from datasets.services.plans import dataset_columns, recipe_templates
from datasets.services.sandbox import sandbox_status
from datasets.web.recipe_draft import Draft, uuid_or_none
from datasets.web.sandbox import limits
from segplatform.kernel.errors import UserError

INPUTS, FIELD = "datasets/_code_inputs.html", "datasets/_code_field.html"


def code_context(draft: Draft, errors: Mapping[str, str]) -> dict[str, Any]:
    """Give the editor's values; ``tables`` are the inputs' columns, for its proposals."""
    chosen = {dataset.pk for dataset in draft.inputs}
    made = {draft.recipe.output_id} if draft.recipe else set()
    return {
        "tables": {dataset.name: _columns(dataset) for dataset in draft.inputs},
        "others": [
            each for each in dataset_list(project=draft.project) if each.pk not in chosen | made
        ],
        "templates": recipe_templates(kind=draft.kind.key, inputs=draft.inputs),
        "code_error": errors.get("code", ""),
        "code_line": errors.get("code.line", ""),
        "inputs_error": errors.get("inputs", ""),
        "limits": limits(),
        "sandbox": sandbox_status(),
    }


def code_edited(draft: Draft, do: str) -> str:
    """Do what the pressed button says ("add-input:<id>"); name the part of the page that changed.

    Raises ``UserError`` where there is no such template or dataset.
    """
    action, _, what = do.partition(":")
    if action == "template":
        _template_take(draft, what)
        return FIELD
    dataset = _dataset(draft, uuid_or_none(what))
    draft.inputs = [each for each in draft.inputs if each.pk != dataset.pk]
    if action == "add-input":
        draft.inputs.append(dataset)
    draft.said = f"{dataset.name} {'added' if action == 'add-input' else 'removed'}."
    return INPUTS


def _template_take(draft: Draft, key: str) -> None:
    templates = recipe_templates(kind=draft.kind.key, inputs=draft.inputs)
    found = next((each for each in templates if each["key"] == key), None)
    if found is None:
        raise UserError("There is no such template for these inputs; choose one of the list.")
    draft.code, draft.said = found["code"], f"Template {found['title']} inserted."


def _dataset(draft: Draft, dataset_id: UUID | None) -> Dataset:
    if dataset_id is None:
        raise UserError("Choose a dataset of the list.")
    return dataset_get(project=draft.project, dataset_id=dataset_id)


def _columns(dataset: Dataset) -> list[dict[str, str]]:
    try:
        columns = dataset_columns(dataset=dataset)
    except UserError:  # without rows yet: what makes it has to run first
        return []
    return [{"name": column.name, "type": column.type} for column in columns]

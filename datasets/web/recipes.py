"""What the page of a recipe shows: its settings as fields or step cards, its state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from datasets.engine.formula_functions import FUNCTIONS
from datasets.engine.steps.base import Step, steps
from datasets.engine.types import Column
from datasets.forms.params import ParamField, param_fields
from datasets.forms.steps import StepForm, history_text
from datasets.services.recipes import recipe_state
from datasets.web.code import code_context
from datasets.web.recipe_draft import Draft
from datasets.web.recipe_preview import Preview, written_names
from projects.models import Project, Role


@dataclass
class StepCard:
    """One step as the list shows it."""

    place: int
    form: StepForm
    step: type[Step]
    words: str
    fields: list[ParamField]
    is_first: bool
    is_last: bool
    has_focus: bool

    @property
    def is_fresh(self) -> bool:
        """Whether it was just added: its first field takes the focus, else its buttons do."""
        return self.has_focus and self.form.is_blank

    @property
    def number(self) -> int:
        """Its number for people."""
        return self.place + 1


def page_context(
    project: Project, draft: Draft, errors: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Give what both pages of a recipe show, with errors beside their fields."""
    errors = errors or {}
    context: dict[str, Any] = {
        "project": project,
        "draft": draft,
        "kind": draft.kind,
        "recipe": draft.recipe,
        "input": draft.inputs[0] if draft.inputs else None,
        "output_error": errors.get("output") or errors.get("name") or "",
        "may_edit": project.membership.allows(Role.EDITOR),
        "may_delete": project.membership.allows(Role.OWNER),
        "section": "flow",
    }
    if draft.recipe:
        context["state"] = recipe_state(recipe=draft.recipe)
    return context | form_context(draft, errors)


def form_context(draft: Draft, errors: Mapping[str, str]) -> dict[str, Any]:
    """Give the settings: the code, the cards of the steps, or the fields of the parameters."""
    if draft.has_code:
        return code_context(draft, errors)
    if not draft.has_steps:
        found = param_fields(
            draft.kind.Params, draft.values, draft.columns, errors, trained=draft.models
        )
        return {"fields": found}
    return {
        "cards": step_cards(draft, errors),
        "step_kinds": steps.all(),
        "functions": FUNCTIONS,
        "history": history_text(draft.history),
    }


def step_cards(draft: Draft, errors: Mapping[str, str]) -> list[StepCard]:
    """Give a card for each step; its fields know the columns that earlier steps made."""
    cards, columns = [], draft.columns
    for place, form in enumerate(draft.steps):
        prefix = f"steps.{place}."
        cards.append(
            StepCard(
                place=place,
                form=form,
                step=form.step,
                words=step_words(form),
                fields=param_fields(form.step.Params, form.values, columns, errors, prefix),
                is_first=place == 0,
                is_last=place == len(draft.steps) - 1,
                has_focus=draft.focus == place,
            )
        )
        if not form.disabled:
            columns = _with(columns, written_names(draft, place))
    return cards


def step_words(form: StepForm) -> str:
    """Say in one line what a step does; its title while it is not complete."""
    params = form.params()
    raw = {name: value for name, value in params.items() if name not in ("kind", "disabled")}
    try:
        return form.step().words(form.step.Params.model_validate(raw))
    except ValidationError:
        return form.step.title


def preview_context(project: Project, draft: Draft, preview: Preview) -> dict[str, Any]:
    """Give what the preview part shows, and the words and errors of every field beside it."""
    context = {"project": project, "draft": draft, "kind": draft.kind, "preview": preview}
    return context | form_context(draft, preview.errors)


def _with(columns: Sequence[Column], names: Sequence[str]) -> list[Column]:
    known = {column.name.casefold() for column in columns}
    return [*columns, *(Column(n, "text") for n in names if n.casefold() not in known)]

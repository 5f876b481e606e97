"""A recipe as its page holds it: stored, proposed or typed, complete or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import QueryDict

from datasets.engine.recipes.base import ModelRecipe
from datasets.engine.recipes.base import Recipe as Kind
from datasets.engine.types import Column
from datasets.forms.params import params_read, shown_names, values_of
from datasets.forms.steps import (
    Pairs,
    StepForm,
    history_read,
    steps_edit,
    steps_read,
    steps_stored,
)
from datasets.models import Dataset, Recipe
from datasets.services.datasets import dataset_get, dataset_name_free
from datasets.services.models import model_choices
from datasets.services.plans import dataset_columns, kind_get, recipe_inputs, recipe_proposal
from datasets.services.recipes import recipe_get
from projects.models import Project, Role
from segplatform.kernel.errors import NotFound, UserError


@dataclass
class Draft:
    """What the form of a recipe says now.

    ``steps`` for Prepare, ``code`` for recipes that are written, ``values`` for other kinds.
    """

    project: Project
    kind: Kind
    inputs: list[Dataset]
    recipe: Recipe | None = None
    output: str = ""
    values: dict[str, list[str]] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    steps: list[StepForm] = field(default_factory=list)
    history: list[Pairs] = field(default_factory=list)
    focus: int | None = None
    said: str = ""
    code: str = ""

    @property
    def has_code(self) -> bool:
        """Whether this kind is a script over any number of inputs."""
        return self.kind.family == "code"

    @property
    def has_steps(self) -> bool:
        """Whether this kind is an ordered list of steps."""
        return "steps" in self.kind.Params.model_fields

    @property
    def columns(self) -> list[Column]:
        """The columns of the first input."""
        return dataset_columns(dataset=self.inputs[0]) if self.inputs else []

    @property
    def models(self) -> list[tuple[str, str]]:
        """The trained models to choose from: ids and names; none for kinds that apply none."""
        if not isinstance(self.kind, ModelRecipe):
            return []
        return model_choices(kind=self.kind, project=self.project)

    def params(self, places: Sequence[int] | None = None) -> dict[str, Any]:
        """Give the parameters as they stand, unchecked; of the steps only those at ``places``."""
        if self.has_code:
            return {**self.kept, "code": self.code}
        if not self.has_steps:
            return {**self.kept, **params_read(self.kind.Params, self.values)}
        shown = range(len(self.steps)) if places is None else places
        return {"steps": [self.steps[place].params() for place in shown]}


def draft_new(project: Project, key: str, input_ids: Sequence[UUID]) -> Draft:
    """Open a recipe that is not stored yet, with what its kind proposes."""
    kind = kind_known(key)
    ids = input_ids[: kind.max_inputs]
    inputs = [dataset_get(project=project, dataset_id=each) for each in ids]
    draft = Draft(project, kind, inputs)
    if inputs or draft.has_code:
        first = inputs[0].name if inputs else "Table"
        name = f"{first} {kind.ending or kind.title}"
        draft.output = dataset_name_free(project=project, name=name)
        fill(draft, recipe_proposal(kind=key, inputs=inputs))
    return draft


def draft_stored(project: Project, recipe_id: UUID) -> Draft:
    """Open a stored recipe."""
    recipe = recipe_get(project=project, recipe_id=recipe_id)
    kind = kind_get(key=recipe.kind)
    draft = Draft(project, kind, recipe_inputs(recipe=recipe), recipe, recipe.output.name)
    params = dict(recipe.params)
    if recipe.params_version != kind.version:
        params = kind.migrate(params, recipe.params_version)
    fill(draft, params)
    return draft


def draft_sent(project: Project, sent: QueryDict) -> Draft:
    """Read the form of either page, as the live preview sends it; viewers see what is stored."""
    if recipe_id := uuid_or_none(sent.get("recipe")):
        draft = draft_stored(project, recipe_id)
    else:
        draft = draft_new(project, sent.get("kind", ""), input_ids(sent))
    return typed(draft, sent) if project.membership.allows(Role.EDITOR) else draft


def typed(draft: Draft, sent: QueryDict) -> Draft:
    """Put what the person typed over what was there."""
    draft.output = sent.get("output", draft.output)
    if draft.has_code:
        code_typed(draft, sent)
    elif draft.has_steps:
        draft.steps = steps_read((name, value) for name in sent for value in sent.getlist(name))
        draft.history = history_read(sent.get("history", ""))
    else:
        draft.values = {
            name: sent.getlist(name)
            for name in sorted(shown_names(draft.kind.Params))
            if name in sent
        }
    return draft


def code_typed(draft: Draft, sent: QueryDict) -> None:
    """Read the script and the inputs that the form names, in its order."""
    if "code" not in sent:
        return
    draft.code = sent.get("code", "").replace("\r\n", "\n")  # as browsers write the ends of lines
    known = {each.pk: each for each in draft.inputs}
    draft.inputs = [
        known.get(each) or dataset_get(project=draft.project, dataset_id=each)
        for each in input_ids(sent)
    ]


def input_ids(sent: QueryDict) -> list[UUID]:
    """Read the datasets that a form or an address names as inputs, each once."""
    found = (uuid_or_none(text) for text in sent.getlist("input"))
    return list(dict.fromkeys(each for each in found if each))


def edited(draft: Draft, sent: QueryDict) -> Draft:
    """Do what the pressed button says to the steps; raises ``UserError``."""
    after = steps_edit(draft.steps, draft.history, sent.get("do", ""), sent.get("add-kind", ""))
    draft.steps, draft.history = after.steps, after.history
    draft.focus, draft.said = after.focus, after.said
    return draft


def fill(draft: Draft, params: Mapping[str, Any]) -> None:
    """Put parameters into the form."""
    if draft.has_steps:
        draft.steps = steps_stored(params)
        return
    if draft.has_code:
        draft.code = str(params.get("code", ""))
        draft.kept = {k: v for k, v in params.items() if k != "code"}
        return
    names = shown_names(draft.kind.Params)
    draft.values = values_of({k: v for k, v in params.items() if k in names})
    draft.kept = {k: v for k, v in params.items() if k not in names and v is not None}


def kind_known(key: str) -> Kind:
    """Return the kind of recipe; raises ``NotFound``, for it is part of an address."""
    try:
        return kind_get(key=key)
    except UserError as error:
        raise NotFound(str(error)) from None


def uuid_or_none(text: str | None) -> UUID | None:
    """Read an id; None for anything else."""
    try:
        return UUID(text or "")
    except ValueError:
        return None

"""The panel beside the flow: what one node is, how it is, and a small look into it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString
from pydantic import ValidationError

from datasets.engine.display import shown
from datasets.engine.steps.base import steps
from datasets.engine.types import Column
from datasets.hooks import ModelPart
from datasets.models import Dataset, Recipe
from datasets.services.datasets import dataset_get
from datasets.services.flow import Node
from datasets.services.models import model_parts
from datasets.services.plans import kind_get
from datasets.services.recipes import params_current, recipe_get
from datasets.services.rows import rows_page, version_columns
from datasets.web.grid import body_html
from projects.models import Project, User
from segplatform.kernel.errors import UserError

ROWS, COLUMNS = 5, 4
CUT = 60  # characters of a cell
CODE_LINES = 12
SETTINGS = 8  # values that a person chose, the first of them


@dataclass
class Panel:
    """One node and what stands around it; what does not fit its kind stays empty.

    ``code`` are the first lines of a script, ``settings`` labels and values or, of a list of
    steps, numbers and sentences; ``body`` are the cells of the first rows.
    """

    node: Node
    sources: list[Node]
    results: list[Node]
    word: str
    dataset: Dataset | None = None
    user: User | None = None
    columns: list[Column] = field(default_factory=list)
    columns_count: int = 0
    body: SafeString | None = None
    settings: list[tuple[str, str]] = field(default_factory=list)
    code: str = ""
    code_more: int = 0
    parts: list[ModelPart] = field(default_factory=list)
    trouble: str = ""

    @property
    def recipe(self) -> Node | None:
        """Give what *Run* runs: this recipe, or the one that makes this dataset."""
        if self.node.kind == "recipe":
            return self.node
        made = [source for source in self.sources if source.kind == "recipe"]
        return made[0] if made and self.node.kind == "dataset" else None

    @property
    def columns_more(self) -> int:
        """Count the columns that the preview leaves out."""
        return self.columns_count - len(self.columns)


def panel_of(project: Project, node: Node, sources: list[Node], results: list[Node]) -> Panel:
    """Give the panel of a node; a preview that cannot be read says so, the rest is there."""
    word = {"dataset": "Dataset", "model": "Model"}.get(node.kind, "Recipe")
    panel = Panel(node, sources, results, word)
    fill = {"dataset": _dataset, "recipe": _recipe, "model": _model}[node.kind]
    try:
        fill(panel, project)
    except UserError as error:
        panel.trouble = str(error)
    return panel


def _dataset(panel: Panel, project: Project) -> None:
    dataset = dataset_get(project=project, dataset_id=UUID(panel.node.id))
    version = dataset.current
    panel.dataset = dataset
    panel.user = version.created_by if version else dataset.created_by
    if version is None:
        return
    columns = version_columns(version=version)
    panel.columns, panel.columns_count = columns[:COLUMNS], len(columns)
    page = rows_page(project=project, version=version, limit=ROWS, sampled=False, cut=CUT)
    rows = [row[:COLUMNS] for row in page.rows]
    panel.body = body_html(replace(page, columns=page.columns[:COLUMNS], rows=rows))


def _recipe(panel: Panel, project: Project) -> None:
    recipe = recipe_get(project=project, recipe_id=UUID(panel.node.id))
    panel.user = recipe.created_by
    params = params_current(recipe=recipe)
    if "code" in params:
        lines = str(params["code"]).strip().splitlines()
        panel.code = "\n".join(lines[:CODE_LINES])
        panel.code_more = max(len(lines) - CODE_LINES, 0)
    elif "steps" in params:
        panel.settings = _steps(params["steps"])
    else:
        panel.settings = _values(recipe, params)


def _model(panel: Panel, project: Project) -> None:
    panel.parts = model_parts(project=project, model_id=panel.node.id)


def _steps(raw: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    told = [f"{_words(each)}{' (off)' if each.get('disabled') else ''}" for each in raw]
    return [(f"{number}.", words) for number, words in enumerate(told, start=1)]


def _words(raw: dict[str, Any]) -> str:
    """Say in one line what a stored step does."""
    step = steps.get(str(raw["kind"]))
    params = {name: value for name, value in raw.items() if name not in ("kind", "disabled")}
    try:
        return step().words(step.Params.model_validate(params))
    except ValidationError:
        return step.title


def _values(recipe: Recipe, params: dict[str, Any]) -> list[tuple[str, str]]:
    """Give titles and values of what is set; a model is named by the arrow that leads here."""
    kind = kind_get(key=recipe.kind)
    skipped = {getattr(kind, "model_param", "")}
    told = [
        (info.title or name.replace("_", " ").capitalize(), _value(info, params.get(name)))
        for name, info in kind.Params.model_fields.items()
        if name not in skipped
    ]
    return [(title, value) for title, value in told if value][:SETTINGS]


def _value(info: Any, value: Any) -> str:
    if value is None or value in ("", [], {}) or isinstance(value, dict):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    extra = info.json_schema_extra
    choices = extra.get("choices", {}) if isinstance(extra, dict) else {}
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(choices.get(value, value)) if isinstance(value, str) else shown(value)

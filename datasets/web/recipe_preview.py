"""The live preview of a recipe: its grid, what changed, its facts, or what is wrong."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from datasets.forms.imports import TYPE_ICONS
from datasets.services.plans import dataset_columns
from datasets.services.recipes import PreviewPending, recipe_preview
from datasets.services.rows import project_sample, sample_describe
from datasets.web.recipe_draft import Draft
from datasets.web.recipe_facts import Block, fact_blocks
from projects.models import Project, User
from segplatform.kernel.errors import UserError

LINE = re.compile(r"^line \d+: ", re.IGNORECASE)


@dataclass
class Preview:
    """What the preview part shows."""

    columns: list[dict[str, Any]] = field(default_factory=list)
    rows: list[list[tuple[dict[str, Any], str | None]]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    count: int | None = None
    before: int | None = None
    sample: str = ""
    sql: str = ""
    warnings: list[str] = field(default_factory=list)
    error: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    until: int | None = None
    pending: bool = False
    log: list[str] = field(default_factory=list)
    seconds: float | None = None

    @property
    def has_rows(self) -> bool:
        """Whether there is a grid to show."""
        return bool(self.columns)


def preview(project: Project, user: User, draft: Draft) -> Preview:
    """Ask for the preview; where a step is wrong, of the steps before it."""
    places = [place for place, form in enumerate(draft.steps) if not form.is_blank]
    try:
        return _asked(project, user, draft, places)
    except PreviewPending:
        return Preview(pending=True)
    except UserError as error:
        fields = fields_placed(error.fields, places)
        if "code.line" in fields:  # said in the title of the answer
            fields["code"] = LINE.sub("", fields.get("code", str(error)))
        found = _before(project, user, draft, fields)
        found.error, found.errors = sentence(error, fields), fields
        found.log = list(getattr(error, "log", []))  # what a script had printed
        return found


def fields_placed(fields: Mapping[str, str], places: Sequence[int]) -> dict[str, str]:
    """Turn "steps.<n>" of the steps that were sent into their places in the form."""
    placed = {}
    for path, words in fields.items():
        first, *rest = path.split(".")
        if first == "steps" and rest and rest[0].isdecimal() and int(rest[0]) < len(places):
            rest[0] = str(places[int(rest[0])])
        placed[".".join([first, *rest])] = words
    return placed


def sentence(error: UserError, fields: Mapping[str, str]) -> str:
    """Say what is wrong and, for a step, where: "Step 2: There is no column Pric."."""
    path, words = next(iter(fields.items()), ("", str(error)))
    place = _place(path)
    return words if place is None else f"Step {place + 1}: {words}"


def _place(path: str) -> int | None:
    parts = path.split(".")
    known = len(parts) > 1 and parts[0] == "steps" and parts[1].isdecimal()
    return int(parts[1]) if known else None


def _before(project: Project, user: User, draft: Draft, fields: Mapping[str, str]) -> Preview:
    wrong = [place for place in map(_place, fields) if place is not None]
    places = [p for p, f in enumerate(draft.steps) if wrong and p < min(wrong) and not f.is_blank]
    if not wrong:
        return Preview()
    try:
        found = _asked(project, user, draft, places)
    except UserError:
        return Preview()
    found.until = min(wrong)
    return found


def _asked(project: Project, user: User, draft: Draft, places: Sequence[int]) -> Preview:
    if not draft.inputs and not draft.has_code:
        raise UserError("Choose the dataset to read first.", {"input": "Choose a dataset."})
    answer = recipe_preview(
        project=project,
        user=user,
        kind=draft.kind.key,
        inputs=draft.inputs,
        params=draft.params(places),
    )
    version = draft.inputs[0].current if draft.inputs else None
    columns = _columns(draft, answer["columns"], places)
    return Preview(
        columns=columns,
        rows=[list(zip(columns, row, strict=False)) for row in answer["rows"]],
        blocks=fact_blocks(answer.get("facts", {})),
        count=answer.get("count"),
        before=_rows_read(project, draft),
        sample=sample_describe(project=project, version=version) if version else "",
        sql=answer.get("sql") or "",
        warnings=list(answer.get("warnings", [])),
        log=list(answer.get("log", [])),
        seconds=answer.get("seconds"),
    )


def _rows_read(project: Project, draft: Draft) -> int | None:
    """Count the rows that the preview reads; nothing for a script, which may read several."""
    version = draft.inputs[0].current if draft.inputs and not draft.has_code else None
    return min(version.rows, project_sample(project=project).rows) if version else None


def _columns(
    draft: Draft, columns: Sequence[Mapping[str, Any]], places: Sequence[int]
) -> list[dict[str, Any]]:
    """Give each column its icon, and say which the steps, script or model added or changed."""
    known = {c.name for dataset in draft.inputs for c in dataset_columns(dataset=dataset)}
    marked = draft.has_steps or draft.kind.family == "model" or (draft.has_code and bool(known))
    written = {
        name.casefold()
        for place in places
        if not draft.steps[place].disabled
        for name in written_names(draft, place)
    }
    return [
        {
            **column,
            "icon": TYPE_ICONS.get(column["type"], "type"),
            "is_new": marked and column["name"] not in known,
            "is_changed": marked
            and (column["name"] not in known or column["name"].casefold() in written),
        }
        for column in columns
    ]


def written_names(draft: Draft, place: int) -> list[str]:
    """Name the columns that the step at this place writes."""
    form = draft.steps[place]
    properties = form.step.Params.model_json_schema().get("properties", {})
    names = [n for n, spec in properties.items() if spec.get("widget") == "new_column"]
    return [value.strip() for name in names for value in form.values.get(name, []) if value.strip()]

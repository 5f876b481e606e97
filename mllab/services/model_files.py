"""A trained model as a file to take away: its JSON, and the SQL that scores as it does."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from datasets.services.previews import PREVIEW_SECONDS, preview_ask
from mllab.engine.score_sql import DIALECTS, Dialect, score_sql
from mllab.models import Prototype
from mllab.services.files import path_of
from mllab.services.naming import prototype_name
from mllab.services.results import prototype_model
from mllab.services.segments import NOISE, segment_words
from projects.jobs.context import JobContext
from projects.models import User
from segplatform.kernel.errors import Cancelled, NotFound

JSON = "json"
WRITE_SQL = "mllab.sql"
SQL: dict[str, Dialect] = {"sql": "duckdb", "postgres": "postgres"}
"""Formats of SQL, by the names that addresses have for them."""


def model_file(*, prototype: Prototype) -> dict[str, Any]:
    """Return the model (``segmodel/1``) with its segments' names, its data's version and a hash.

    ``sha256`` is that of the rest, as JSON with sorted keys and without spaces. ``Conflict``
    until the prototype is trained.
    """
    experiment = prototype.experiment
    content = {
        **prototype_model(prototype=prototype),
        "names": _names(prototype),
        "dataset_version": experiment.version_number,
    }
    packed = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return {**content, "sha256": hashlib.sha256(packed.encode()).hexdigest()}


def model_sql(*, prototype: Prototype, user: User, dialect: Dialect) -> str:
    """Return the SELECT that scores a table ``customers``, with a line on top that says whose.

    That of a forest takes seconds: a worker writes it at the first call, and the file is kept.
    Raises ``UserError`` where the model's rule cannot be said in SQL, ``Conflict`` until it is
    trained, ``PreviewPending`` where writing takes long.
    """
    model = prototype_model(prototype=prototype)
    names = _names(prototype)
    told = f"{prototype_name(prototype=prototype)} (prototype {prototype.number})"
    head = [
        f"-- {told}, for {DIALECTS[dialect]}: gives every row its segment.",
        '-- Put the name of your table in the place of "customers".',
    ]
    if not model["preprocessing"].get("apart"):
        return "\n".join([*head, score_sql(model, names, dialect)])
    file = _sql_file(prototype, dialect)
    if not file.is_file():
        preview_ask(
            project=prototype.experiment.use_case.project, user=user, name=WRITE_SQL,
            subject=f"sql:{prototype.pk}:{dialect}", title="Write a model as SQL",
            args={"prototype": str(prototype.pk), "dialect": dialect}, seconds=PREVIEW_SECONDS,
            pending="The SQL is still being written. Ask again in a moment.",
            stopped="Writing the SQL was stopped. Try again.",
        )  # fmt: skip
    return "\n".join([*head, sql_named(file.read_text("utf-8"), names)])


def sql_run(*, ctx: JobContext) -> dict[str, Any]:
    """Write the SELECT that a job names, with marks for the names of segments: these change."""
    found = Prototype.objects.select_related("experiment").filter(pk=ctx.args["prototype"]).first()
    if found is None:
        raise Cancelled  # deleted meanwhile
    dialect: Dialect = ctx.args["dialect"]
    marks = {str(label): _mark(label) for label in range(NOISE, found.segments or 0)}
    text = score_sql(prototype_model(prototype=found), marks, dialect)
    file = _sql_file(found, dialect)
    part = file.with_name(f"{file.name}.{uuid4().hex}")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return {"bytes": len(text)}


def sql_named(text: str, names: Mapping[str, str]) -> str:
    """Put the names of segments, as SQL writes them, in the place of their marks."""
    for label, name in names.items():
        quoted = name.replace("'", "''")
        text = text.replace(f"'{_mark(int(label))}'", f"'{quoted}'")
    return text


def _mark(label: int) -> str:
    """Give what stands for a name: letters of a private area, which no name holds by chance."""
    return f"\ue5e9{label}\ue5e9"


def _sql_file(prototype: Prototype, dialect: Dialect) -> Path:
    return path_of(folder=prototype.folder) / f"model-1-{dialect}.sql"


def model_text(*, prototype: Prototype, user: User, form: str) -> str:
    """Return the file of a format, ``json`` or one of ``SQL``; ``NotFound`` for others."""
    if form == JSON:
        return json.dumps(model_file(prototype=prototype), ensure_ascii=False, indent=1)
    if form not in SQL:
        raise NotFound(f"There is no such format; there are {', '.join([JSON, *SQL])}.")
    return model_sql(prototype=prototype, user=user, dialect=SQL[form])


def _names(prototype: Prototype) -> dict[str, str]:
    words = segment_words(prototype=prototype)
    return {str(label): words.name(label) for label in range(NOISE, prototype.segments or 0)}

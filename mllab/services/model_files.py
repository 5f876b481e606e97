"""A trained model as a file to take away: its JSON, and the SQL that scores as it does."""

import hashlib
import json
from typing import Any

from mllab.engine.score_sql import DIALECTS, Dialect, score_sql
from mllab.models import Prototype
from mllab.services.naming import prototype_name
from mllab.services.results import prototype_model
from mllab.services.segments import NOISE, segment_words
from segplatform.kernel.errors import NotFound

JSON = "json"
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


def model_sql(*, prototype: Prototype, dialect: Dialect) -> str:
    """Return the SELECT that scores a table ``customers``, with a line on top that says whose.

    Raises ``UserError`` where the model's rule cannot be said in SQL, ``Conflict`` until it is
    trained.
    """
    model = prototype_model(prototype=prototype)
    told = f"{prototype_name(prototype=prototype)} (prototype {prototype.number})"
    head = [
        f"-- {told}, for {DIALECTS[dialect]}: gives every row its segment.",
        '-- Put the name of your table in the place of "customers".',
    ]
    return "\n".join([*head, score_sql(model, _names(prototype), dialect)])


def model_text(*, prototype: Prototype, form: str) -> str:
    """Return the file of a format, ``json`` or one of ``SQL``; ``NotFound`` for others."""
    if form == JSON:
        return json.dumps(model_file(prototype=prototype), ensure_ascii=False, indent=1)
    if form not in SQL:
        raise NotFound(f"There is no such format; there are {', '.join([JSON, *SQL])}.")
    return model_sql(prototype=prototype, dialect=SQL[form])


def _names(prototype: Prototype) -> dict[str, str]:
    words = segment_words(prototype=prototype)
    return {str(label): words.name(label) for label in range(NOISE, prototype.segments or 0)}

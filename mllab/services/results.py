"""What a trained prototype holds: profiles, figures, its model and who is in which segment."""

from typing import Any

from mllab.engine.charts.base import charts
from mllab.models import Prototype
from mllab.services.files import GONE, json_read, path_of
from mllab.services.segments import segment_words
from segplatform.kernel.errors import Conflict, NotFound

TABLE = "table.parquet"
NOT_TRAINED = "This prototype is not trained yet, so there is nothing to show."
RULES = "rules.json"
NO_RULES = "This prototype was trained before rules were made. Train it again to get them."
ROW_NAME = "row"
"""What a row is called where no column names it: its number in the dataset."""


def prototype_profiles(*, prototype: Prototype) -> dict[str, Any]:
    """Return sizes and features of each segment; ``Conflict`` until it is trained."""
    return json_read(folder=_folder(prototype), name="profiles.json")


def prototype_rules(*, prototype: Prototype) -> dict[str, Any]:
    """Return the rules of each segment (``rules/1``); ``Conflict`` until it is trained.

    ``NotFound`` for a prototype that was trained before there were rules.
    """
    folder = _folder(prototype)
    if path_of(folder=folder).is_dir() and not (path_of(folder=folder) / RULES).is_file():
        raise NotFound(NO_RULES)
    return json_read(folder=folder, name=RULES)


def prototype_model(*, prototype: Prototype) -> dict[str, Any]:
    """Return the model as it is stored (``segmodel/1``); ``Conflict`` until it is trained."""
    return json_read(folder=_folder(prototype), name="model.json")


def prototype_figure(*, prototype: Prototype, key: str) -> dict[str, Any]:
    """Return one figure as Plotly reads it.

    ``NotFound`` for a figure that there is not, or not of this prototype; ``Conflict`` until it
    is trained.
    """
    folder = _folder(prototype)
    known = [chart.key for chart in charts.all()]
    if key not in known:
        raise NotFound(f"There is no such figure; there are {', '.join(known)}.")
    if not (path_of(folder=folder) / "figures" / f"{key}.json").is_file():
        raise NotFound("This prototype has no such figure.")
    return json_read(folder=folder, name=f"figures/{key}.json")


def assignments_page(*, prototype: Prototype, limit: int, offset: int) -> dict[str, Any]:
    """Return who is in which segment, some rows of it, in the order of the trained table.

    ``{"columns", "items", "count"}``; an item holds the columns that name a row (the number of
    the row in the dataset where none does), ``segment`` (−1 is noise), ``name`` and
    ``confidence`` (None where the algorithm knows none). ``Conflict`` until it is trained.
    """
    from mllab.engine.assignments import labels_of, rows_of

    folder, experiment = path_of(folder=_folder(prototype)), prototype.experiment
    table = path_of(folder=experiment.folder) / TABLE
    if not table.is_file() or not folder.is_dir():
        raise NotFound(GONE)
    keys: list[str] = experiment.details.get("keys", [])
    rows = rows_of(table, keys, limit, offset)
    labels, confidence = labels_of(folder, limit, offset)
    names, words = _unlike(keys or [ROW_NAME]), segment_words(prototype=prototype)
    items = [
        {
            **dict(zip(names, row, strict=True)),
            "segment": label,
            "name": words.name(label),
            "confidence": confidence[place] if confidence else None,
        }
        for place, (row, label) in enumerate(zip(rows, labels, strict=True))
    ]
    columns = [*names, "segment", "name", "confidence"]
    return {"columns": columns, "items": items, "count": experiment.rows or 0}


def _unlike(keys: list[str]) -> list[str]:
    """Rename a column that is called like one of ours."""
    return [f"{key}_" if key in ("segment", "name", "confidence") else key for key in keys]


def _folder(prototype: Prototype) -> str:
    if prototype.finished is None:
        raise Conflict(NOT_TRAINED)
    return prototype.folder

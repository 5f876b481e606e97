"""Where a prototype's customers come from: what its segments knew, and how to redo them."""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from datasets.engine.recipes.base import Recipe as Kind
from datasets.engine.recipes.base import VisualRecipe
from datasets.models import Dataset, DatasetVersion, Recipe, RecipeRun
from datasets.services.files import RowsReleased, version_files
from datasets.services.plans import kind_get, params_check, params_current, recipe_inputs
from datasets.services.rows import version_columns
from mllab.models import Prototype
from mllab.services.sources import source_of
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Params

if TYPE_CHECKING:
    from mllab.engine.value_rebuild import History

DATES = ("date", "datetime")
GONE = "The dataset that it learned from is not there any more, so nothing tells how it was made."
IMPORTED = "“{name}” was imported, so nothing here tells how it was made of transactions."
PROGRAM = "“{name}” is made by a {kind} recipe, which cannot be run as of an earlier day."


@dataclass(frozen=True)
class Lineage:
    """How a customers' table is made of transactions.

    ``origin`` is the dataset of transactions that it sums up, ``dated`` its column of dates, both
    empty where nothing tells; ``recipes`` lead from it to the table, in order. ``why_not`` says in
    a sentence why it cannot be made again as of an earlier day, "" where it can.
    ``known_until`` is the last day that the table can know of; ``customer``, ``amount`` and
    ``invoice`` are the columns of the origin that its recipe reads, where it names them.
    ``longer`` is what the origin was filtered from, where that goes on past ``known_until``.
    """

    origin: Dataset | None = None
    dated: str = ""
    recipes: list[tuple[Recipe, Kind, Params]] = field(default_factory=list)
    why_not: str = ""
    known_until: date | None = None
    roles: dict[str, str] = field(default_factory=dict)
    longer: Dataset | None = None


def lineage_of(*, prototype: Prototype) -> Lineage:
    """Walk up the flow from the table that a prototype learned from to its transactions."""
    version = prototype.experiment.version
    dataset = version.dataset if version else prototype.experiment.use_case.dataset
    if dataset is None:
        return Lineage(why_not=GONE)
    steps: list[tuple[Recipe, Kind, Params]] = []
    while recipe := Recipe.objects.filter(output=dataset).select_related("output").first():
        kind = kind_get(key=recipe.kind)
        inputs = recipe_inputs(recipe=recipe)
        if not isinstance(kind, VisualRecipe) or len(inputs) != 1:
            words = PROGRAM.format(name=dataset.name, kind=kind.title)
            return _bounded(inputs, words)
        params = params_check(kind=kind, params=_params(recipe, version))
        steps.insert(0, (recipe, kind, params))
        if column := kind.dated(params):
            known = _known(_read_version(version, inputs[0]), inputs[0], column)
            roles = {key: getattr(params, key, "") for key in ("customer", "amount", "invoice")}
            longer = _longer(inputs[0], column, known)
            return Lineage(inputs[0], column, steps, "", known, roles, longer)
        version = _read_version(version, inputs[0]) or inputs[0].current
        dataset = inputs[0]
    return Lineage(why_not=IMPORTED.format(name=dataset.name))


def history_of(*, lineage: Lineage) -> "History":
    """Return what the engine makes the table again of; ``UserError`` where that cannot be."""
    from mllab.engine.value_rebuild import History, Stage

    if lineage.why_not or lineage.origin is None:
        raise UserError(lineage.why_not)
    stages = [
        Stage(kind, params) for _, kind, params in lineage.recipes if isinstance(kind, VisualRecipe)
    ]
    return History(source_of(version=lineage.origin.current), lineage.dated, stages)


def days_of(*, version: DatasetVersion, column: str) -> tuple[date, date] | None:
    """Return the first and the last day of a column of dates; None where it has none."""
    from mllab.engine.value_orders import date_range

    return date_range(source_of(version=version), column)


def _bounded(inputs: list[Dataset], why_not: str) -> Lineage:
    """Say how far a program may have seen: to the last day of anything that it reads."""
    days = [
        day
        for each in inputs
        if each.current
        for column in version_columns(version=each.current)
        if column.type in DATES and (day := _last_day(each.current, column.name))
    ]
    return Lineage(why_not=why_not, known_until=max(days, default=None))


def _params(recipe: Recipe, version: DatasetVersion | None) -> dict[str, Any]:
    """Return the parameters that made a version; today's where nothing tells."""
    run = RecipeRun.objects.filter(version=version, recipe=recipe).first() if version else None
    if run is None or run.revision == recipe.revision:
        return params_current(recipe=recipe)
    return dict(run.params)


def _read_version(version: DatasetVersion | None, dataset: Dataset) -> DatasetVersion | None:
    """Return the version of an input that made a version, where it is still kept."""
    used = version.origin.get("inputs", {}).get(str(dataset.pk)) if version else None
    return dataset.versions.filter(pk=UUID(used)).first() if used else None


def _known(used: DatasetVersion | None, origin: Dataset, column: str) -> date | None:
    """Return the last day of the rows that were summed up; of today's where they are not kept.

    Raises ``UserError`` where neither can be read: without that day nothing can be measured.
    """
    version = used if used and _is_there(used) else origin.current
    if version is None:
        raise UserError(GONE)
    found = days_of(version=version, column=column)
    return found[1] if found else None


def _longer(origin: Dataset, column: str, known: date | None) -> Dataset | None:
    """Find the rows that the origin was cut from: customers of a day, whose orders went on."""
    dataset = origin
    while recipe := Recipe.objects.filter(output=dataset).first():
        inputs = recipe_inputs(recipe=recipe)
        if len(inputs) != 1 or inputs[0].current is None:
            return None
        dataset = inputs[0]
        types = {each.name: each.type for each in version_columns(version=inputs[0].current)}
        last = _last_day(dataset.current, column) if types.get(column) in DATES else None
        if last and known and last > known:
            return dataset
    return None


def _last_day(version: DatasetVersion | None, column: str) -> date | None:
    if version is None or not _is_there(version):
        return None
    found = days_of(version=version, column=column)
    return found[1] if found else None


def _is_there(version: DatasetVersion) -> bool:
    try:
        return all(file.is_file() for file in version_files(version=version))
    except RowsReleased:
        return False

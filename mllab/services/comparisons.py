"""Prototypes side by side and beside groups of the table: how well they agree, who moves."""

from collections.abc import Sequence
from typing import Any

from datasets.services.previews import PREVIEW_SECONDS, PreviewPending, preview_ask
from mllab.models import Prototype
from mllab.services.files import GONE, path_of
from mllab.services.naming import prototype_name
from projects.jobs.context import JobContext
from projects.models import Project, User
from segplatform.kernel.errors import Conflict, UserError

__all__ = ["COMPARE", "PreviewPending", "compare_ask", "compare_run"]

COMPARE = "mllab.compare"
LEAST, MOST = 2, 4
DELETED = "One of these prototypes was deleted meanwhile."


def compare_ask(
    *,
    project: Project,
    user: User,
    prototypes: Sequence[Prototype],
    column: str = "",
    propose: bool = False,
    seconds: float = PREVIEW_SECONDS,
) -> dict[str, Any]:
    """Compare trained prototypes in a worker; the shape is that of ``mllab.engine.compare``.

    ``column`` names groups of the table to compare with; ``propose`` takes the best ones. One
    prototype is enough then. Raises ``UserError`` for too few or too many and for rows of
    different dataset versions, ``Conflict`` for one that is not trained, ``PreviewPending`` after
    ``seconds``.
    """
    _comparable_require(prototypes, least=1 if column or propose else LEAST)
    args = {"prototypes": [str(each.pk) for each in prototypes], "column": column}
    return preview_ask(
        project=project, user=user, name=COMPARE, subject=f"compare:{project.pk}:{user.pk}",
        title="Compare prototypes", args={**args, "propose": propose},
        seconds=seconds, pending="The comparison is still being made. Ask again in a moment.",
        stopped="The comparison was stopped. Try again.",
    )  # fmt: skip


def compare_run(*, ctx: JobContext) -> dict[str, Any]:
    """Compare what the job names, in a worker; nothing is stored but the answer."""
    from mllab.engine.compare import CompareItem, compare

    ids = ctx.args["prototypes"]
    rows = Prototype.objects.filter(experiment__use_case__project=ctx.project, pk__in=ids)
    found = {str(each.pk): each for each in rows.select_related("experiment")}
    if len(found) < len(set(ids)):
        raise Conflict(DELETED)
    prototypes = [found[pk] for pk in ids]
    column, propose = ctx.args.get("column", ""), ctx.args.get("propose", False)
    _comparable_require(prototypes, least=1 if column or propose else LEAST)
    items = [
        CompareItem(
            id=str(each.pk), name=prototype_name(prototype=each),
            folder=path_of(folder=each.folder),
            experiment_folder=path_of(folder=each.experiment.folder),
        )
        for each in prototypes
    ]  # fmt: skip
    if not all(item.folder.is_dir() for item in items):
        raise UserError(GONE)
    return compare(items, column, propose)


def _comparable_require(prototypes: Sequence[Prototype], *, least: int) -> None:
    if not least <= len({each.pk for each in prototypes}) == len(prototypes) <= MOST:
        raise UserError(f"Choose from {least} to {MOST} different prototypes to compare.")
    for each in prototypes:
        if each.finished is None:
            raise Conflict(f"Prototype {each.number} is not trained yet.")
    if len({_rows_of(each) for each in prototypes}) > 1:
        raise UserError(
            "These prototypes learned from different versions of the dataset, or from different "
            "datasets; compare those that share one."
        )


def _rows_of(prototype: Prototype) -> tuple[Any, ...]:
    """Name the rows it learned from, after their version was dropped too."""
    experiment = prototype.experiment
    if experiment.version_id:
        return (experiment.version_id,)
    return experiment.use_case_id, experiment.version_number

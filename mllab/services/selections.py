"""Customers of a prototype as a dataset of their own: made by a job, kept in the flow."""

from pathlib import Path
from typing import Any

from django.db import transaction
from django.urls import reverse

from datasets.models import Dataset, DatasetVersion
from datasets.services.datasets import (
    dataset_create,
    dataset_name_free,
    job_subject,
    version_publish,
)
from mllab.engine.selection import Selection, selection_from
from mllab.models import Prototype
from mllab.services.customers import customers_page, members_of, selection_of
from mllab.services.files import lab_work_folder
from mllab.services.naming import prototype_name
from mllab.services.segments import segment_get
from projects.jobs.context import JobContext
from projects.models import Job, User
from projects.services.audit import audit_record
from projects.services.jobs import job_start
from segplatform.kernel.errors import Cancelled, UserError

SELECT = "mllab.select"
READ_SHARE = 0.9  # of the progress; the rest is publishing
NOBODY = "Nobody is in this selection, so there is nothing to make a dataset of."


def selection_dataset_start(
    *, prototype: Prototype, user: User, name: str, selection: Selection
) -> tuple[Dataset, Job]:
    """Make a dataset and start writing the selected customers into it; both are visible at once.

    It has the columns that the prototype learned from, with the segment, its name and the
    confidence behind. ``UserError`` for a bad name, for nobody and a column that is not there,
    ``Conflict`` for a taken name and until the prototype is trained.
    """
    chosen = selection_of(prototype=prototype, selection=selection)
    if not customers_page(prototype=prototype, limit=0, selection=chosen).count:
        raise UserError(NOBODY)
    project = prototype.experiment.use_case.project
    with transaction.atomic():
        dataset = dataset_create(project=project, user=user, name=name)
        job = job_start(
            project=project, user=user, name=SELECT, subject=job_subject(dataset=dataset),
            title=f"Select {dataset.name}"[:200],
            args={
                "dataset": str(dataset.pk), "prototype": str(prototype.pk),
                "query": chosen.to_query(),
            },
            url=reverse("dataset", args=[project.pk, dataset.pk]),
        )  # fmt: skip
        audit_record(
            action="prototype.select", thing=prototype, project=project, number=prototype.number
        )
    return dataset, job


def selection_name_propose(*, prototype: Prototype, selection: Selection) -> str:
    """Propose a free name: that of the segment, or of the use case."""
    name = f"Customers of {prototype.experiment.use_case.name}"
    if selection.segment is not None:
        name = segment_get(prototype=prototype, label=selection.segment).name
    project = prototype.experiment.use_case.project
    return dataset_name_free(project=project, name=name)


def selection_run(*, ctx: JobContext) -> dict[str, Any]:
    """Write the selected rows and publish them as the dataset's version."""
    found = Dataset.objects.filter(pk=ctx.args["dataset"]).select_related("project").first()
    owners = Prototype.objects.select_related("experiment__use_case__project")
    prototype = owners.filter(pk=ctx.args["prototype"]).first()
    if found is None or prototype is None:
        raise Cancelled  # deleted meanwhile
    origin = {"selection": str(ctx.job.pk)}
    made = DatasetVersion.objects.filter(origin__selection=origin["selection"]).first()
    if made is None:
        origin["source"] = f"{prototype_name(prototype=prototype)} (prototype {prototype.number})"
        with lab_work_folder(name=f"select-{found.pk}") as tmp:
            made = _write(ctx, found, prototype, tmp, origin)
    return {"dataset": str(found.pk), "version": made.number, "rows": made.rows}


def selection_of_query(pairs: list[list[str]]) -> Selection:
    """Read the parameters of an address, as pairs of a name and a value."""
    single = {key: value for key, value in pairs if key != "range"}
    label = single.get("segment", "")
    segment = int(label) if label.removeprefix("-").isdigit() else None
    return selection_from(single, [value for key, value in pairs if key == "range"], segment)


def _write(
    ctx: JobContext, dataset: Dataset, prototype: Prototype, tmp: Path, origin: dict[str, str]
) -> DatasetVersion:
    from mllab.engine.select import select

    chosen = selection_of(prototype=prototype, selection=selection_of_query(ctx.args["query"]))
    ctx.progress.step(0.0, "Selecting customers")
    result = select(members_of(prototype=prototype), chosen, tmp / "result")
    ctx.progress.step(READ_SHARE, "Publishing")
    return version_publish(
        ctx=ctx, dataset=dataset, result=result, tmp=tmp / "result", origin=origin
    )

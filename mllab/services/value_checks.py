"""The value check of prototypes: started, run and read."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from datasets.models import DatasetVersion
from datasets.services.memory import memory_guard
from mllab.models import Experiment, Prototype, ValueCheck
from mllab.services.files import GONE, lab_work_folder, path_of
from mllab.services.naming import prototype_name
from mllab.services.results import NOT_TRAINED, TABLE, prototype_model
from mllab.services.sources import source_of
from mllab.services.value_lineage import history_of, lineage_of
from mllab.services.value_settings import Asked, value_settings
from projects.jobs.context import JobContext
from projects.models import Job, User
from projects.services.audit import audit_record
from projects.services.jobs import job_start
from segplatform.kernel.errors import Cancelled, Conflict, NotFound, UserError
from segplatform.kernel.progress import SubProgress

VALUE = "mllab.value_check"
RUN_SHARE = 0.98  # of the progress; the rest is publishing
NONE_YET = "No value check was run on this prototype yet."
BUSY = "A value check of this experiment is running already. Wait for it, or cancel it first."
NO_MODELS = "None of the prototypes of this experiment is trained yet."
TOO_LARGE = (
    "The value check takes more than the {limit} of memory that a model may use. Choose a dataset "
    "with fewer columns, or ask the operator for more."
)


def value_check_start(
    *, prototype: Prototype, user: User, sent: dict[str, Any], whole: bool = False
) -> Job:
    """Start measuring what the customers of each segment spent from a day on.

    ``sent`` holds what is not as proposed; with ``whole`` all trained prototypes of the experiment
    are measured in one pass. Raises ``UserError`` with ``fields``, ``Conflict`` until it is
    trained and while the experiment is being measured in another way.
    """
    if prototype.finished is None:
        raise Conflict(NOT_TRAINED)
    asked = value_settings(prototype=prototype, sent=sent)
    experiment = prototype.experiment
    chosen = _trained(experiment) if whole else [prototype]
    project = experiment.use_case.project
    args = {"prototypes": [str(each.pk) for each in chosen], "asked": asdict(asked)}
    title = f"Later value of {prototype_name(prototype=prototype)}"
    if whole:
        title = f"Later value of the prototypes of experiment {experiment.number}"
    active = project.jobs.filter(subject=_subject(experiment), state__in=Job.ACTIVE).first()
    if active and active.args == args:
        return active  # a second click
    with transaction.atomic():
        job = job_start(
            project=project, user=user, name=VALUE, subject=_subject(experiment),
            title=title[:200], args=args, url=value_url(prototype=prototype),
        )  # fmt: skip
        if job.args != args:
            raise Conflict(BUSY)
        for each in chosen:
            audit_record(
                action="prototype.value_check", thing=each, project=project, number=each.number,
                day=asked.day, horizon=asked.horizon, as_of=asked.as_of,
            )  # fmt: skip
    return job


def value_check_run(*, ctx: JobContext) -> dict[str, Any]:
    """Measure what the job names, and publish all results at once."""
    from mllab.engine.value_check import value_check

    asked = Asked(**ctx.args["asked"])
    prototypes = _prototypes(ctx)
    version, lineage = _version(asked), lineage_of(prototype=prototypes[0])
    history = history_of(lineage=lineage) if asked.as_of else None
    progress = SubProgress(ctx.progress, 0, RUN_SHARE)
    with (
        lab_work_folder(name=f"value-{ctx.job.pk}") as work,
        memory_guard(TOO_LARGE, settings.TRAIN_MEMORY_BYTES),
    ):
        found = value_check(
            [_checked(each) for each in prototypes], _customers(prototypes[0], asked),
            _orders(version, asked), _window(asked), history, work, settings.IMPORT_MEMORY_BYTES,
            progress,
        )  # fmt: skip
    ctx.progress.step(RUN_SHARE, "Publishing")
    told = _told(asked, version)
    _publish(ctx, prototypes, {pk: result | told for pk, result in found.items()})
    return {"prototypes": len(prototypes)}


def value_check_get(*, prototype: Prototype) -> ValueCheck:
    """Return the last value check of a prototype; ``NotFound`` where there is none.

    ``Conflict`` until it is trained.
    """
    if prototype.finished is None:
        raise Conflict(NOT_TRAINED)
    found = value_check_last(prototype=prototype)
    if found is None:
        raise NotFound(NONE_YET)
    return found


def value_check_last(*, prototype: Prototype) -> ValueCheck | None:
    """Return the last value check of a prototype; None where there is none."""
    return ValueCheck.objects.filter(prototype=prototype).first()


def value_job(*, prototype: Prototype) -> Job | None:
    """Return the last job that measured this prototype, however it stands."""
    experiment = prototype.experiment
    found = experiment.use_case.project.jobs.filter(name=VALUE, subject=_subject(experiment))
    last = found.order_by("-created").first()
    return last if last and str(prototype.pk) in last.args.get("prototypes", []) else None


def value_url(*, prototype: Prototype) -> str:
    """Return the address where a value check is seen."""
    use_case = prototype.experiment.use_case
    return reverse("prototype_value", args=[use_case.project_id, use_case.pk, prototype.pk])


def _subject(experiment: Experiment) -> str:
    return f"value_check:{experiment.use_case_id}:{experiment.pk}"


def _trained(experiment: Experiment) -> list[Prototype]:
    found = list(experiment.prototypes.exclude(finished=None).order_by("number"))
    if not found:
        raise Conflict(NO_MODELS)
    return found


def _prototypes(ctx: JobContext) -> list[Prototype]:
    """Give those that are still there; ``Cancelled`` where none is."""
    owners = Prototype.objects.filter(experiment__use_case__project=ctx.project)
    owners = owners.select_related("experiment__use_case__dataset", "experiment__version__dataset")
    found = list(owners.filter(pk__in=ctx.args["prototypes"]).order_by("number"))
    if not found:
        raise Cancelled
    return found


def _version(asked: Asked) -> DatasetVersion:
    versions = DatasetVersion.objects.select_related("dataset__current")
    found = versions.filter(pk=UUID(asked.version)).first()
    if found is None:
        now = versions.filter(dataset__pk=UUID(asked.orders)).order_by("-number").first()
        if now is None:
            raise UserError("The transactions were deleted meanwhile. Choose another dataset.")
        return now
    return found


def _checked(prototype: Prototype) -> Any:
    from mllab.engine.value_check import Checked

    folder = path_of(folder=prototype.folder)
    if not folder.is_dir():
        raise UserError(GONE)
    model = prototype_model(prototype=prototype)
    return Checked(str(prototype.pk), folder, model, prototype.segments or 0)


def _customers(prototype: Prototype, asked: Asked) -> Any:
    from mllab.engine.value_check import Customers
    from mllab.services.files import json_read

    folder = prototype.experiment.folder
    kind = json_read(folder=folder, name="preprocessing.json")["types"][asked.key]
    return Customers(path_of(folder=folder) / TABLE, asked.key, kind)


def _orders(version: DatasetVersion, asked: Asked) -> Any:
    from mllab.engine.value_orders import Orders

    return Orders(
        source_of(version=version), asked.customer, asked.date, asked.amount, asked.invoice
    )


def _window(asked: Asked) -> Any:
    from mllab.engine.value_orders import Window

    return Window(date.fromisoformat(asked.day), asked.horizon, date.fromisoformat(asked.last))


def _told(asked: Asked, version: DatasetVersion) -> dict[str, Any]:
    """Say what a result is of, for whoever reads it later."""
    return {
        "covered": _window(asked).covered, "as_of": asked.as_of, "leak": asked.leak,
        "note": asked.note, "dataset": version.dataset.name, "version": version.number,
        "has_orders": bool(asked.invoice),
    }  # fmt: skip


def _publish(
    ctx: JobContext, prototypes: Sequence[Prototype], found: dict[str, dict[str, Any]]
) -> None:
    with ctx.publish():
        pks = [each.pk for each in prototypes]
        held = Prototype.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk")
        for prototype in held:
            ValueCheck.objects.update_or_create(
                prototype=prototype,
                defaults={
                    "asked": ctx.args["asked"], "result": found[str(prototype.pk)],
                    "share": found[str(prototype.pk)]["explained"]["share"],
                    "created_by": ctx.user, "created": timezone.now(),
                },
            )  # fmt: skip

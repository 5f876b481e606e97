"""The job that prepares an experiment's data once and then starts its trainings."""

from pathlib import Path
from typing import Any

from django.conf import settings as configured
from django.urls import reverse
from django.utils import timezone

from datasets.engine.store import publish_folder
from mllab.engine.settings import Feature, Settings
from mllab.models import Experiment, Prototype
from mllab.services.files import (
    experiment_folder,
    lab_folders_remove,
    lab_work_folder,
    path_of,
)
from mllab.services.naming import prototype_name
from mllab.services.sources import source_of
from projects.jobs.context import JobContext
from projects.models import Job, User
from projects.services.jobs import job_group_start, job_start
from segplatform.kernel.errors import Cancelled
from segplatform.kernel.progress import SubProgress

PREPARE = "mllab.prepare"
TRAIN = "mllab.train"
GROUP = "mllab.experiment"
PREPARE_SHARE, PUBLISH_SHARE = 0.90, 0.98  # of the progress; between them distances are measured


def group_start(*, experiment: Experiment, user: User, count: int) -> Job:
    """Start what stands for all trainings of an experiment, or return the one that goes on."""
    use_case = experiment.use_case
    return job_group_start(
        project=use_case.project, user=user, name=GROUP, subject=f"experiment:{experiment.pk}",
        title=f"Train {count} prototype{'s' * (count != 1)} for {use_case.name}",
        url=leaderboard_url(experiment=experiment),
    )  # fmt: skip


def prepare_start(*, experiment: Experiment, user: User, group: Job) -> Job:
    """Start preparing as a part of a group; the experiment names the job from now on."""
    use_case = experiment.use_case
    job = job_start(
        project=use_case.project, user=user, name=PREPARE, subject=f"prepare:{experiment.pk}",
        title=f"Prepare the data of {use_case.name}", args={"experiment": str(experiment.pk)},
        url=leaderboard_url(experiment=experiment), parent=group,
    )  # fmt: skip
    experiment.job, experiment.prepare_job = group, job
    Experiment.objects.filter(pk=experiment.pk).update(job=group, prepare_job=job)
    return job


def train_start(*, prototype: Prototype, user: User, group: Job) -> Job:
    """Start training a prototype as a part of a group; the prototype names the job from now on."""
    use_case = prototype.experiment.use_case
    job = job_start(
        project=use_case.project, user=user, name=TRAIN, subject=f"prototype:{prototype.pk}",
        title=f"Train {prototype_name(prototype=prototype)}"[:200],
        args={"prototype": str(prototype.pk)},
        url=leaderboard_url(experiment=prototype.experiment), parent=group,
    )  # fmt: skip
    prototype.job = job
    Prototype.objects.filter(pk=prototype.pk).update(job=job)
    return job


def leaderboard_url(*, experiment: Experiment) -> str:
    """Return the address where what an experiment makes is seen."""
    use_case = experiment.use_case
    return reverse("use_case", args=[use_case.project_id, use_case.pk])


def prepare_run(*, ctx: JobContext) -> dict[str, Any]:
    """Prepare table and matrix, publish them and start one training for each prototype.

    Nothing is left where that fails; what was prepared before is not made again.
    """
    pk = ctx.args["experiment"]
    mine = Experiment.objects.filter(pk=pk)
    if not mine.update(prepare_job=ctx.job):
        raise Cancelled
    experiment = mine.select_related("use_case__project", "version").get()
    if experiment.prepared is None:
        _prepare(ctx, experiment)
    return {"experiment": str(experiment.pk), "rows": experiment.rows}


def _prepare(ctx: JobContext, experiment: Experiment) -> None:
    from mllab.engine.distances import LEAST_SHARERS, distances_write
    from mllab.engine.prepare import prepare

    source = source_of(version=experiment.version)
    features = [Feature.model_validate(each) for each in experiment.features]
    settings = Settings.model_validate(experiment.preprocessing)
    progress = SubProgress(ctx.progress, 0, PREPARE_SHARE)
    with lab_work_folder(name=str(experiment.pk)) as tmp:
        made = prepare(source, features, settings, experiment.seed, tmp, progress)
        if experiment.prototypes.filter(finished=None).count() >= LEAST_SHARERS:
            part = SubProgress(ctx.progress, PREPARE_SHARE, PUBLISH_SHARE)
            distances_write(tmp, configured.DISTANCE_BYTES, part)
        experiment.rows, experiment.columns = made.rows, made.columns
        experiment.details = made.details
        ctx.progress.step(PUBLISH_SHARE, "Publishing")
        _publish(ctx, experiment, tmp)


def _publish(ctx: JobContext, experiment: Experiment, tmp: Path) -> None:
    folder = experiment_folder(experiment=experiment)
    publish_folder(tmp, path_of(folder=folder))
    try:
        with ctx.publish():
            locked = Experiment.objects.select_for_update(no_key=True).filter(pk=experiment.pk)
            if not locked.exists():
                raise Cancelled
            experiment.folder, experiment.prepared = folder, timezone.now()
            experiment.save(update_fields=["folder", "rows", "columns", "details", "prepared"])
            _trainings_start(ctx, experiment)
    except BaseException:
        lab_folders_remove(folders=[folder])
        raise


def _trainings_start(ctx: JobContext, experiment: Experiment) -> None:
    """Start what is not trained yet, in the job's own group, or a new one where that ended."""
    waiting = list(experiment.prototypes.filter(finished=None).select_related("experiment"))
    if not waiting:
        return
    group = ctx.job.parent
    if group is None or not group.is_active:
        group = group_start(experiment=experiment, user=ctx.user, count=len(waiting))
        Experiment.objects.filter(pk=experiment.pk).update(job=group)
    for prototype in waiting:
        prototype.experiment = experiment
        train_start(prototype=prototype, user=ctx.user, group=group)

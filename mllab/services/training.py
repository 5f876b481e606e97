"""The job that trains one prototype and publishes all that it found at once."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from datasets.engine.store import publish_folder
from datasets.services.memory import memory_guard
from mllab.models import MetricScore, Prototype
from mllab.services.by_hand import steadiness_keep, words_keep
from mllab.services.files import lab_folders_remove, lab_work_folder, path_of, prototype_folder
from mllab.services.naming import prototype_params
from mllab.services.warm_start import warm_start_folder, warm_words_keep
from projects.jobs.context import JobContext
from segplatform.kernel.errors import Cancelled, UserError
from segplatform.kernel.progress import SubProgress

if TYPE_CHECKING:
    from mllab.engine.train import Trained

TRAIN_SHARE = 0.95  # of the progress; the rest is publishing
NOT_PREPARED = (
    "The data of this experiment is not here any more. Create prototypes in a new experiment."
)
TOO_LARGE = (
    "Training this takes more than the {limit} of memory that a model may use. Choose another "
    "algorithm or fewer columns, or ask the operator for more."
)


def train_run(*, ctx: JobContext) -> dict[str, Any]:
    """Train, score and draw a prototype; nothing is left where that fails.

    What another attempt of the same job has published is not made again.
    """
    mine = Prototype.objects.filter(pk=ctx.args["prototype"])
    if not mine.update(job=ctx.job):
        raise Cancelled  # it was deleted meanwhile
    prototype = mine.select_related("experiment__use_case").get()
    if prototype.finished is None:
        _train(ctx, prototype)
    return {"prototype": str(prototype.pk), "segments": prototype.segments}


def _train(ctx: JobContext, prototype: Prototype) -> None:
    from mllab.engine.distances import distances_remove
    from mllab.engine.train import train

    experiment = prototype.experiment
    source = path_of(folder=experiment.folder)
    if experiment.prepared is None or not source.is_dir():
        raise UserError(NOT_PREPARED)
    progress = SubProgress(ctx.progress, 0, TRAIN_SHARE)
    with lab_work_folder(name=str(prototype.pk)) as tmp:
        with memory_guard(TOO_LARGE, settings.TRAIN_MEMORY_BYTES):
            trained = train(
                source, tmp, algorithm=prototype.algorithm,
                params=prototype_params(prototype=prototype), seed=experiment.seed,
                progress=progress, start=warm_start_folder(prototype=prototype),
            )  # fmt: skip
        ctx.progress.step(TRAIN_SHARE, "Publishing")
        _publish(ctx, prototype, trained, tmp)
    if not experiment.prototypes.filter(finished=None).exists():
        distances_remove(source)  # they were there for these trainings alone


def _publish(ctx: JobContext, prototype: Prototype, trained: "Trained", tmp: Path) -> None:
    folder = prototype_folder(prototype=prototype)
    if not path_of(folder=prototype.experiment.folder).is_dir():
        raise Cancelled  # the experiment was deleted meanwhile: its folder is not made anew
    publish_folder(tmp, path_of(folder=folder))
    try:
        with ctx.publish():
            locked = Prototype.objects.select_for_update(no_key=True).filter(pk=prototype.pk)
            if not locked.exists():
                raise Cancelled
            _store(prototype, trained, folder)
    except BaseException:
        lab_folders_remove(folders=[folder])
        raise


def _store(prototype: Prototype, trained: "Trained", folder: str) -> None:
    prototype.folder, prototype.finished = folder, timezone.now()
    prototype.segments, prototype.seconds = trained.segments, trained.seconds
    prototype.trained_rows, prototype.details = trained.trained_rows, trained.details
    steadiness_keep(prototype=prototype)
    warm_words_keep(prototype=prototype)
    prototype.save(
        update_fields=["folder", "finished", "segments", "seconds", "trained_rows", "details"]
    )
    words_keep(prototype=prototype)
    prototype.scores.all().delete()
    MetricScore.objects.bulk_create(
        MetricScore(
            prototype=prototype, key=key, value=score.value, n=score.n,
            standard_error=score.standard_error,
        )
        for key, score in trained.scores.items()
    )  # fmt: skip

"""*Find k*: how many segments to ask for, swept in the background and put into the draft."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings as django_settings

from datasets.models import DatasetVersion
from datasets.services.memory import memory_guard
from mllab.engine.settings import Feature, Settings
from mllab.models import Experiment, UseCase
from mllab.services.algorithms import Raw, algorithm_get
from mllab.services.experiments import draft_save
from mllab.services.features import (
    features_check,
    settings_check,
    use_case_rows,
    use_case_version,
)
from mllab.services.files import lab_work_folder
from mllab.services.sources import source_of
from projects.jobs.context import JobContext
from projects.models import Job, User
from projects.services.jobs import job_start
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import SubProgress

FIND_K = "mllab.find_k"
FEWEST, MOST = 2, 30
DEFAULT_LOWEST, DEFAULT_HIGHEST = 2, 10
PREPARE_SHARE = 0.3  # of the progress
TOO_LARGE = (
    "Finding the number of segments takes more than the {limit} of memory that a model may use. "
    "Choose fewer columns, or ask the operator for more."
)


@dataclass(frozen=True)
class Range:
    """The numbers of segments to try."""

    lowest: int = DEFAULT_LOWEST
    highest: int = DEFAULT_HIGHEST


def range_check(*, lowest: int, highest: int) -> Range:
    """Return the range; ``UserError`` where it is none, or a long one."""
    if not FEWEST <= lowest < highest <= MOST:
        sentence = f"Try from {FEWEST} to {MOST} segments, the first number below the second."
        raise UserError(sentence, {"lowest": sentence})
    return Range(lowest, highest)


def find_k_start(
    *,
    use_case: UseCase,
    user: User,
    features: Sequence[Raw],
    preprocessing: Raw,
    seed: int,
    asked: Range,
    url: str = "",
) -> Job:
    """Start a sweep over the current rows; the job that swept the same before is returned.

    Raises ``UserError`` for settings that do not fit, ``PreviewPending`` where the rows are still
    being made.
    """
    version = use_case_rows(use_case=use_case, user=user)
    args = _args(use_case, version, features, preprocessing, seed, asked)
    found = _latest(use_case, args)
    if found and (found.is_active or found.state == Job.State.SUCCEEDED):
        return found
    return job_start(
        project=use_case.project, user=user, name=FIND_K, subject=_subject(use_case, args),
        title=f"Find the number of segments for {use_case.name}", args=args, url=url,
    )  # fmt: skip


def find_k_last(
    *, use_case: UseCase, features: Sequence[Raw], preprocessing: Raw, seed: int, asked: Range
) -> Job | None:
    """Return the last sweep with exactly these settings over the current rows, however it stands.

    Its ``result`` is that of ``mllab.engine.find_k.FoundK``, once it has succeeded.
    """
    version = use_case_version(use_case=use_case)
    return _latest(use_case, _args(use_case, version, features, preprocessing, seed, asked))


def find_k_run(*, ctx: JobContext) -> dict[str, Any]:
    """Prepare the data as an experiment would, sweep, and keep nothing but the answer."""
    from mllab.engine.find_k import find_k
    from mllab.engine.prepare import prepare

    args = ctx.args
    version = DatasetVersion.objects.filter(pk=args["version"]).first()
    features = [Feature.model_validate(each) for each in args["features"]]
    settings = Settings.model_validate(args["preprocessing"])
    preparing = SubProgress(ctx.progress, 0.0, PREPARE_SHARE)
    sweeping = SubProgress(ctx.progress, PREPARE_SHARE, 1.0)
    guard = memory_guard(TOO_LARGE, django_settings.TRAIN_MEMORY_BYTES)
    with lab_work_folder(name=f"find-k-{ctx.job.pk}") as tmp, guard:
        prepare(source_of(version=version), features, settings, args["seed"], tmp, preparing)
        found = find_k(tmp, args["lowest"], args["highest"], args["seed"], sweeping)
    return asdict(found)


def find_k_use(*, draft: Experiment, algorithms: Sequence[Raw], k: int) -> Experiment:
    """Store these models in the draft with k segments each that can be told how many.

    Raises ``UserError`` for a k that one of them does not take.
    """
    return draft_save(draft=draft, algorithms=[_with_k(each, k) for each in algorithms])


def takes_k(*, algorithm: str) -> bool:
    """Say whether an algorithm can be told how many segments to make."""
    return "k" in algorithm_get(key=algorithm).Params.model_fields


def _with_k(model: Raw, k: int) -> dict[str, Any]:
    if not takes_k(algorithm=str(model["algorithm"])):
        return dict(model)
    params = {**(model.get("params") or {}), "k": k}
    return {**model, "params": params, "warm_start": None}  # that has a number of its own


def _args(
    use_case: UseCase,
    version: DatasetVersion,
    features: Sequence[Raw],
    preprocessing: Raw,
    seed: int,
    asked: Range,
) -> dict[str, Any]:
    """Write out what a sweep depends on, and nothing else."""
    checked = features_check(version=version, features=features)
    settings = settings_check(settings=preprocessing, version=version)
    return {
        "use_case": str(use_case.pk),
        "version": str(version.pk),
        "features": [each.model_dump(mode="json") for each in checked],
        "preprocessing": settings.model_dump(mode="json"),
        "seed": seed,
        "lowest": asked.lowest,
        "highest": asked.highest,
    }


def _latest(use_case: UseCase, args: Mapping[str, Any]) -> Job | None:
    found = use_case.project.jobs.filter(name=FIND_K, subject=_subject(use_case, args))
    return found.order_by("-created").first()


def _subject(use_case: UseCase, args: Mapping[str, Any]) -> str:
    """Name what a sweep works on: other settings are another sweep."""
    told = json.dumps(args, sort_keys=True)
    return f"find_k:{use_case.pk}:{hashlib.sha256(told.encode()).hexdigest()[:32]}"

"""Experiments: what a person has set so far, started, and its data prepared once for all."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from datasets.models import DatasetVersion
from mllab.models import Experiment, Prototype, UseCase
from mllab.services.algorithms import (
    Raw,
    algorithm_get,
    algorithms_check,
    algorithms_fit,
    training_size,
)
from mllab.services.features import (
    features_check,
    features_propose,
    settings_check,
    use_case_rows,
    use_case_version,
)
from mllab.services.preparing import group_start, prepare_run, prepare_start
from mllab.services.use_cases import MISSING as USE_CASE_MISSING
from mllab.services.use_cases import use_case_find
from mllab.services.warm_start import warm_starts_check
from projects.models import Job, User
from projects.services.audit import audit_record
from projects.services.projects import project_touch
from segplatform.kernel.errors import Conflict, NotFound, UserError

__all__ = [
    "draft_copy",
    "draft_get",
    "draft_save",
    "experiment_create",
    "experiment_find",
    "experiment_get",
    "experiment_list",
    "experiment_start",
    "prepare_run",
]

MISSING = "There is no such experiment, or you are not a member of its project."
MAX_SEED = 2**31 - 1
DEFAULT_SEED = 42


def draft_get(*, use_case: UseCase, user: User) -> Experiment:
    """Return what the person has set so far; a new draft is stored by ``draft_save`` only."""
    draft = use_case.experiments.filter(created_by=user, started=None).first()
    draft = draft or Experiment(use_case=use_case, created_by=user, seed=DEFAULT_SEED)
    draft.use_case = use_case
    return draft


def draft_save(
    *,
    draft: Experiment,
    features: Sequence[Raw] | None = None,
    preprocessing: Raw | None = None,
    algorithms: Sequence[Raw] | None = None,
    seed: int | None = None,
) -> Experiment:
    """Store what fits of a draft; what is None stays. Raises ``UserError`` with ``fields``."""
    if draft.started:
        raise Conflict("This experiment has started; its settings stay as they are.")
    _settings_take(
        draft, features=features, preprocessing=preprocessing, algorithms=algorithms, seed=seed
    )
    with transaction.atomic():
        if draft._state.adding:  # the same person may have two pages open
            draft = _draft_claim(draft)
        draft.save()
    return draft


def draft_copy(*, experiment: Experiment, user: User) -> Experiment:
    """Give the person's draft the settings of an experiment."""
    draft = draft_get(use_case=experiment.use_case, user=user)
    draft.features, draft.preprocessing = experiment.features, experiment.preprocessing
    draft.algorithms, draft.seed = experiment.algorithms, experiment.seed
    return draft_save(draft=draft)


def experiment_create(
    *,
    use_case: UseCase,
    user: User,
    features: Sequence[Raw],
    preprocessing: Raw,
    algorithms: Sequence[Raw],
    seed: int = DEFAULT_SEED,
) -> tuple[Experiment, Job]:
    """Start an experiment without a draft; no ``features`` stand for those that are proposed.

    Raises ``UserError`` with ``fields``, ``PreviewPending`` where the proposals take long.
    """
    if not features:
        proposed = features_propose(use_case=use_case, user=user)
        features = [{"column": each["column"], "role": each["role"]} for each in proposed]
    made = Experiment(use_case=use_case, created_by=user)
    _settings_take(
        made, features=features, preprocessing=preprocessing, algorithms=algorithms, seed=seed
    )
    return experiment_start(draft=made, user=user)


def experiment_start(*, draft: Experiment, user: User) -> tuple[Experiment, Job]:
    """Start preparing and training; a second click returns what the first one started.

    The version of the dataset is the current one. Where principal components are asked for both
    ways, a second experiment starts too, equal but for these; the first is returned. Raises
    ``UserError`` for settings that do not fit it, ``Conflict`` where the dataset is gone or has
    no rows.
    """
    if draft.started and draft.job:
        return draft, draft.job
    version = use_case_rows(use_case=draft.use_case, user=user)
    _settings_take(draft, features=draft.features, algorithms=draft.algorithms)
    if not draft.algorithms:
        sentence = "Choose at least one model to train."
        raise UserError(sentence, {"models": sentence})
    size = training_size(experiment=draft, version=version)
    algorithms_fit(algorithms=draft.algorithms, size=size)
    with transaction.atomic():
        if not draft._state.adding and not _draft_lock(draft):
            started = Experiment.objects.select_related("job", "use_case").get(pk=draft.pk)
            return started, _job_of(started)
        if not DatasetVersion.objects.filter(pk=version.pk).exists():
            raise Conflict("The dataset was deleted meanwhile.")
        both = _split(draft)
        jobs = [_start(each, version, user) for each in both]
        for each in both:
            audit_record(
                action="experiment.start", thing=each, project=draft.use_case.project,
                number=each.number, models=len(each.algorithms),
            )  # fmt: skip
    project_touch(project=draft.use_case.project)
    return draft, jobs[0]


def experiment_list(*, use_case: UseCase) -> QuerySet[Experiment]:
    """List the experiments of a use case that were started, newest first."""
    found = use_case.experiments.filter(started__isnull=False)
    return found.select_related("job", "prepare_job", "created_by").order_by("-number")


def experiment_get(*, use_case: UseCase, experiment_id: UUID) -> Experiment:
    """Return an experiment of this use case that was started; raises ``NotFound``."""
    found = experiment_list(use_case=use_case).filter(pk=experiment_id).first()
    if found is None:
        raise NotFound(MISSING)
    found.use_case = use_case
    return found


def experiment_find(*, user: User, experiment_id: UUID, role: str = "viewer") -> Experiment:
    """Return an experiment by its id alone, for the API; raises as ``use_case_find`` does."""
    found = Experiment.objects.filter(pk=experiment_id).values_list("use_case", flat=True).first()
    if found is None:
        raise NotFound(MISSING)
    try:
        use_case = use_case_find(user=user, use_case_id=found, role=role)
    except NotFound as error:
        raise (NotFound(MISSING) if str(error) == USE_CASE_MISSING else error) from None
    return experiment_get(use_case=use_case, experiment_id=experiment_id)


def _settings_take(
    draft: Experiment,
    *,
    features: Sequence[Raw] | None = None,
    preprocessing: Raw | None = None,
    algorithms: Sequence[Raw] | None = None,
    seed: int | None = None,
) -> None:
    if features is not None:
        version = use_case_version(use_case=draft.use_case)
        checked = features_check(version=version, features=features)
        draft.features = [each.model_dump(mode="json") for each in checked]
    if preprocessing is not None:
        version = use_case_version(use_case=draft.use_case)
        settings = settings_check(settings=preprocessing, version=version)
        draft.preprocessing = settings.model_dump(mode="json")
    if algorithms is not None:
        models = algorithms_check(algorithms=algorithms)
        draft.algorithms = warm_starts_check(draft=draft, sent=algorithms, checked=models)
    if seed is not None:
        draft.seed = _seed_check(seed)


def _seed_check(seed: int) -> int:
    if not 0 <= seed <= MAX_SEED:
        sentence = f"The seed is a whole number from 0 to {MAX_SEED}."
        raise UserError(sentence, {"seed": sentence})
    return seed


def _draft_claim(draft: Experiment) -> Experiment:
    """Write over a draft that another page of the same person stored meanwhile."""
    found = Experiment.objects.filter(
        use_case=draft.use_case, created_by=draft.created_by, started=None
    ).first()
    if found is None:
        return draft
    found.use_case = draft.use_case
    for name in ("features", "preprocessing", "algorithms", "seed"):
        setattr(found, name, getattr(draft, name))
    return found


def _draft_lock(draft: Experiment) -> bool:
    """Say whether the draft is still one; it stays so until the transaction ends."""
    waiting = Experiment.objects.filter(pk=draft.pk, started=None)
    return bool(waiting.update(seed=draft.seed))


def _split(draft: Experiment) -> list[Experiment]:
    """Make two of a draft that asks for principal components both ways: without, and with them."""
    if draft.preprocessing.get("pca") != "both":
        return [draft]
    with_them = Experiment(
        use_case=draft.use_case, created_by=draft.created_by, features=draft.features,
        preprocessing={**draft.preprocessing, "pca": "keep"}, algorithms=draft.algorithms,
        seed=draft.seed,
    )  # fmt: skip
    draft.preprocessing = {**draft.preprocessing, "pca": "off"}
    return [draft, with_them]


def _start(experiment: Experiment, version: DatasetVersion, user: User) -> Job:
    _number_give(experiment, version)
    _prototypes_create(experiment, user)
    return _jobs_start(experiment, user)


def _number_give(draft: Experiment, version: DatasetVersion) -> None:
    cases = UseCase.objects.filter(pk=draft.use_case_id)
    models = len(draft.algorithms)
    if not cases.update(
        experiments_made=F("experiments_made") + 1,
        prototypes_made=F("prototypes_made") + models,
        updated=timezone.now(),
    ):
        raise NotFound(USE_CASE_MISSING)
    draft.use_case.refresh_from_db(fields=["experiments_made", "prototypes_made", "updated"])
    draft.number, draft.started = draft.use_case.experiments_made, timezone.now()
    draft.version, draft.version_number = version, version.number
    draft.save()


def _prototypes_create(experiment: Experiment, user: User) -> None:
    first = experiment.use_case.prototypes_made - len(experiment.algorithms) + 1
    Prototype.objects.bulk_create(
        Prototype(
            experiment=experiment,
            number=first + place,
            algorithm=model["algorithm"],
            params=model["params"],
            warm_start=model.get("warm_start"),
            params_version=algorithm_get(key=model["algorithm"]).version,
            created_by=user,
        )
        for place, model in enumerate(experiment.algorithms)
    )


def _jobs_start(experiment: Experiment, user: User) -> Job:
    group = group_start(experiment=experiment, user=user, count=len(experiment.algorithms))
    prepare_start(experiment=experiment, user=user, group=group)
    return group


def _job_of(experiment: Experiment) -> Job:
    if experiment.job is None:
        raise Conflict("This experiment was started before; open the leaderboard.")
    return experiment.job

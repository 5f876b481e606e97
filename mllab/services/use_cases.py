"""Use cases of a project: made, found, named, deleted."""

from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet

from datasets.models import Dataset
from mllab.models import Prototype, UseCase
from mllab.services.algorithms import rank_by_check
from mllab.services.segmentations import promoted_refuse
from projects.models import Job, Project, User
from projects.services.audit import audit_record
from projects.services.bins import mark_deleted
from projects.services.jobs import job_cancel, jobs_hold
from projects.services.projects import project_get, project_touch
from projects.services.text import clean_name, name_free
from segplatform.kernel.errors import Conflict, NotFound, UserError

MISSING = "There is no such use case, or you are not a member of its project."


def use_case_list(*, project: Project) -> QuerySet[UseCase]:
    """List the use cases of a project, newest change first, with numbers of what they hold.

    Each has ``experiment_count``, ``prototype_count`` and ``trained_count``.
    """
    return (
        UseCase.objects.filter(project=project)
        .select_related("dataset__current", "created_by")
        .annotate(
            experiment_count=Count(
                "experiments", filter=Q(experiments__started__isnull=False), distinct=True
            ),
            prototype_count=Count("experiments__prototypes", distinct=True),
            trained_count=Count(
                "experiments__prototypes",
                filter=Q(experiments__prototypes__finished__isnull=False),
                distinct=True,
            ),
        )
    )


def use_case_get(*, project: Project, use_case_id: UUID) -> UseCase:
    """Return a use case of this project with its dataset; raises ``NotFound``."""
    found = use_case_list(project=project).filter(pk=use_case_id).first()
    if found is None:
        raise NotFound(MISSING)
    found.project = project
    if found.dataset:
        found.dataset.project = project
    return found


def use_case_find(*, user: User, use_case_id: UUID, role: str = "viewer") -> UseCase:
    """Return a use case by its id alone, for the API.

    Raises ``NotFound`` for strangers and ``Forbidden`` for members without ``role``.
    """
    found = UseCase.objects.filter(pk=use_case_id).values_list("project", flat=True).first()
    if found is None:
        raise NotFound(MISSING)
    try:
        project = project_get(user=user, project_id=found, role=role)
    except NotFound:
        raise NotFound(MISSING) from None
    return use_case_get(project=project, use_case_id=use_case_id)


def use_case_create(
    *,
    project: Project,
    user: User,
    name: str,
    dataset: Dataset,
    type: str = UseCase.Type.CLUSTERING,
) -> UseCase:
    """Ask a question of a dataset; ``Conflict`` for a name that is taken."""
    clean = clean_name(name)
    if type not in UseCase.Type.values:
        sentence = f"The type is one of {', '.join(UseCase.Type.values)}."
        raise UserError(sentence, {"type": sentence})
    if dataset.project_id != project.pk:
        raise NotFound("There is no such dataset in this project.")
    _name_require_free(project, clean)
    try:
        with transaction.atomic():
            _dataset_hold(dataset)
            made = UseCase.objects.create(
                project=project, name=clean, type=type, dataset=dataset, created_by=user
            )
            audit_record(action="use_case.create", thing=made)
    except IntegrityError:
        raise _taken(clean) from None
    project_touch(project=project)
    return made


def _dataset_hold(dataset: Dataset) -> None:
    """Keep a dataset from being deleted until the commit; ``NotFound`` where it just was."""
    if not Dataset.objects.select_for_update(no_key=True).filter(pk=dataset.pk).exists():
        raise NotFound("There is no such dataset in this project.")


def use_case_update(
    *, use_case: UseCase, name: str | None = None, rank_by: str | None = None
) -> UseCase:
    """Rename a use case or rank it by another metric; what is None stays."""
    if name is not None:
        use_case.name = clean_name(name)
        _name_require_free(use_case.project, use_case.name, but=use_case.pk)
    if rank_by is not None:
        use_case.rank_by = rank_by_check(key=rank_by)
    try:
        with transaction.atomic():
            use_case.save(update_fields=["name", "rank_by", "updated"])
            audit_record(action="use_case.change", thing=use_case)
    except IntegrityError:
        raise _taken(use_case.name) from None
    project_touch(project=use_case.project)
    return use_case


def use_case_delete(*, use_case: UseCase) -> None:
    """Delete a use case with its experiments; it can be restored for some days.

    Its work is cancelled. ``Conflict`` while one of its prototypes is in the flow.
    """
    with transaction.atomic():
        jobs = jobs_hold(jobs=_jobs(use_case))
        if not UseCase.objects.select_for_update(no_key=True).filter(pk=use_case.pk).exists():
            raise NotFound(MISSING)
        promoted_refuse(prototypes=Prototype.objects.filter(experiment__use_case=use_case))
        for job in jobs:
            job_cancel(job=job)
        mark_deleted(thing=use_case)
        audit_record(action="use_case.delete", thing=use_case)
    project_touch(project=use_case.project)


def use_case_counts(*, project_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Count the use cases of each of these projects that has any."""
    found = UseCase.objects.filter(project__in=list(project_ids)).order_by()
    return dict(found.values_list("project").annotate(Count("pk")))


def use_cases_named(*, user: User, text: str) -> QuerySet[UseCase]:
    """List use cases of the person's projects with ``text`` in their name."""
    mine = UseCase.objects.filter(project__memberships__user=user, name__icontains=text)
    return mine.select_related("project").order_by("name")


def use_case_name_free(*, project: Project, name: str) -> str:
    """Suggest a name that is free: the given one, or with a number behind it."""
    return name_free(name, project.use_cases.values_list("name", flat=True), default="Use case")


def _jobs(use_case: UseCase) -> QuerySet[Job]:
    """Select what worked or works for it."""
    experiments = list(use_case.experiments.values_list("pk", flat=True))
    prototypes = Prototype.objects.filter(experiment__in=experiments).values_list("pk", flat=True)
    subjects = [
        *(f"experiment:{pk}" for pk in experiments),
        *(f"prepare:{pk}" for pk in experiments),
        *(f"prototype:{pk}" for pk in prototypes),
    ]
    named = Q(subject__in=subjects) | Q(subject__startswith=f"find_k:{use_case.pk}:")
    named |= Q(subject__startswith=f"value_check:{use_case.pk}:")
    return Job.objects.filter(named, project=use_case.project_id)


def _name_require_free(project: Project, name: str, but: UUID | None = None) -> None:
    others = project.use_cases.filter(name__iexact=name)
    if (others.exclude(pk=but) if but else others).exists():
        raise _taken(name)


def _taken(name: str) -> Conflict:
    message = f"The project already has a use case “{name}”; choose another name."
    return Conflict(message, {"name": message})

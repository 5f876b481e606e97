"""The check-up of a table of sales: which column is what, what was found, what it would change."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction

from datasets.engine.checks.base import Sales, checks
from datasets.engine.roles import roles_check, roles_propose
from datasets.models import Dataset, DatasetVersion, Recipe
from datasets.services.compute import source_of
from datasets.services.datasets import dataset_name_free
from datasets.services.files import RowsReleased
from datasets.services.memory import memory_guard
from datasets.services.previews import PREVIEW_SECONDS, PreviewPending, job_active, preview_ask
from datasets.services.recipes import params_current, recipe_create, recipe_update
from datasets.services.rows import version_columns, version_current
from projects.jobs.context import JobContext
from projects.jobs.plain import plain_json
from projects.models import Job, User
from projects.services.audit import audit_record
from projects.services.jobs import job_start, job_wait
from segplatform.kernel.errors import Conflict, NotFound, UserError

CHECKUP, EFFECT = "datasets.checkup", "datasets.checkup_effect"
PREPARE = "prepare"
GONE = "These rows were replaced or deleted meanwhile. Open the dataset again."
PENDING = "The rows are still being checked. Ask again in a moment."
STOPPED = "The check-up was stopped. Try again."
UNCONFIRMED = "Say first which column is what: that is confirmed once, on the tab Check-up."
TOO_LARGE = (
    "Checking these rows takes more than the {limit} of memory that a job may use. "
    "Check fewer columns or rows first, or ask the operator for more."
)


def roles_proposed(*, dataset: Dataset) -> dict[str, str]:
    """Propose a column for each role, those that somebody confirmed first."""
    columns = version_columns(version=version_current(dataset=dataset))
    try:
        return roles_check(dataset.roles, columns) or roles_propose(columns)
    except UserError:  # a newer version has other columns
        return roles_propose(columns)


def roles_confirmed(*, dataset: Dataset) -> dict[str, str]:
    """Return the roles that somebody confirmed, as far as they fit the rows of today, else none."""
    columns = version_columns(version=version_current(dataset=dataset))
    try:
        return roles_check(dataset.roles, columns)
    except UserError:
        return {}


def roles_confirm(*, dataset: Dataset, roles: Mapping[str, str]) -> dict[str, str]:
    """Store which column is what; raises ``UserError`` with a sentence for each wrong one."""
    found = roles_check(roles, version_columns(version=version_current(dataset=dataset)))
    if not found:
        raise UserError("Choose a column for at least one of these.")
    with transaction.atomic():
        if not Dataset.objects.filter(pk=dataset.pk).update(roles=found):
            raise NotFound("This dataset was deleted meanwhile.")
        audit_record(action="dataset.roles", thing=dataset, roles=sorted(found))
    dataset.roles = found
    return found


def checkup_ask(
    *, dataset: Dataset, user: User, seconds: float = PREVIEW_SECONDS
) -> dict[str, Any]:
    """Return the check-up of the current version, made now if need be.

    The shape is that of ``datasets.engine.checkup``. Raises ``Conflict`` where the roles are not
    confirmed or there are no rows, ``PreviewPending`` after ``seconds``, and ``UserError`` with
    the job's sentence where it failed.
    """
    roles = roles_confirmed(dataset=dataset)
    if not roles:
        raise Conflict(UNCONFIRMED)
    version = version_current(dataset=dataset)
    job = _start(version=version, user=user, roles=roles)
    if job is not None:
        job = job_wait(job=job, seconds=seconds)
        if job.is_active:
            raise PreviewPending(PENDING)
        if job.state != Job.State.SUCCEEDED:
            raise UserError(job.error or STOPPED)
        version.refresh_from_db(fields=["checkup"])
    return _stored(version, roles)


def checkup_run(*, ctx: JobContext) -> dict[str, Any]:
    """Check a version and store what was found, in a worker; done before, it does nothing."""
    version = _version(ctx)
    roles = ctx.args["roles"]
    if not _fits(version, roles):
        from datasets.engine.checkup import checkup

        sales = _sales(version, roles)
        with memory_guard(TOO_LARGE):
            memory = settings.IMPORT_MEMORY_BYTES // 2
            found = checkup(source_of(version), sales, ctx.progress, memory)
        with ctx.publish():
            stored = plain_json({"roles": roles, **found})
            kept = DatasetVersion.objects.filter(pk=version.pk).update(checkup=stored)
        if not kept:
            raise Conflict(GONE)
    return {"version": str(version.pk)}


def effect_ask(
    *, dataset: Dataset, user: User, keys: Sequence[str], seconds: float = PREVIEW_SECONDS
) -> dict[str, Any]:
    """Measure what leaving out all that these checks find would change: ``before`` and ``after``.

    Raises what ``checkup_ask`` does, and ``UserError`` for a check that is not there.
    """
    roles = roles_confirmed(dataset=dataset)
    if not roles:
        raise Conflict(UNCONFIRMED)
    version = version_current(dataset=dataset)
    if version.released:
        raise RowsReleased(version)
    return preview_ask(
        project=dataset.project, user=user, name=EFFECT,
        subject=f"checkup_effect:{version.pk}:{user.pk}",
        title=f"Preview what changes in {dataset.name}",
        args={"version": str(version.pk), "roles": roles, "keys": keys_check(keys=keys)},
        seconds=seconds, pending=PENDING, stopped=STOPPED,
    )  # fmt: skip


def effect_run(*, ctx: JobContext) -> dict[str, Any]:
    """Measure with and without what was chosen, in a worker."""
    from datasets.engine.checkup import effect

    version = _version(ctx)
    sales = _sales(version, ctx.args["roles"])
    with memory_guard(TOO_LARGE):
        memory = settings.IMPORT_MEMORY_BYTES // 2
        return effect(source_of(version), sales, ctx.args["keys"], ctx.progress, memory)


def checkup_prepare(
    *, dataset: Dataset, user: User, keys: Sequence[str], recipe: Recipe | None = None
) -> Recipe:
    """Make a Prepare recipe that leaves out what these checks find; it has not run yet.

    With ``recipe``, one that reads this dataset, the steps that it lacks are added at its
    beginning: they say what the rows of the dataset itself are. Raises as ``recipe_create`` does.
    """
    roles = roles_confirmed(dataset=dataset)
    if not roles:
        raise Conflict(UNCONFIRMED)
    from datasets.engine.checkup import steps_of

    steps = steps_of(_sales(version_current(dataset=dataset), roles), keys_check(keys=keys))
    if not steps:
        raise UserError("Choose at least one finding to leave out.", {"check": "Choose one."})
    if recipe is None:
        name = dataset_name_free(project=dataset.project, name=f"{dataset.name} cleaned")
        return recipe_create(
            project=dataset.project, user=user, kind=PREPARE, inputs=[dataset], output=name,
            params={"steps": steps},
        )  # fmt: skip
    if recipe not in checkup_recipes(dataset=dataset):
        raise UserError("Choose a Prepare recipe that reads this dataset, or make a new one.")
    there = params_current(recipe=recipe).get("steps", [])
    fresh = [step for step in steps if not any(_same(step, other) for other in there)]
    params = {"steps": [*fresh, *there]}
    return recipe_update(recipe=recipe, user=user, params=params) if fresh else recipe


def checkup_recipes(*, dataset: Dataset) -> list[Recipe]:
    """List the Prepare recipes that read this dataset, the oldest first."""
    found = Recipe.objects.filter(kind=PREPARE, slots__dataset=dataset).select_related("output")
    return list(found.order_by("created"))


def keys_check(*, keys: Sequence[str]) -> list[str]:
    """Return the checks of these keys, in their order; ``UserError`` for one that is not there."""
    known = [cls.key for cls in checks.all()]
    if strange := [key for key in keys if key not in known]:
        sentence = f"There is no check “{strange[0][:40]}”; choose of {', '.join(known)}."
        raise UserError(sentence, {"checks": sentence})
    return [key for key in known if key in keys]


def _same(step: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(other.get(name) == value for name, value in step.items())


def _sales(version: DatasetVersion, roles: Mapping[str, str]) -> Sales:
    columns = version_columns(version=version)
    return Sales(columns, roles_check(roles, columns), version.created.date())


def _version(ctx: JobContext) -> DatasetVersion:
    version = DatasetVersion.objects.filter(pk=ctx.args["version"]).first()
    if version is None:
        raise Conflict(GONE)
    return version


def _fits(version: DatasetVersion, roles: Mapping[str, str]) -> bool:
    return version.checkup is not None and version.checkup.get("roles") == roles


def _digest(roles: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(roles, sort_keys=True).encode()).hexdigest()[:16]


def _stored(version: DatasetVersion, roles: Mapping[str, str]) -> dict[str, Any]:
    if not _fits(version, roles):
        raise Conflict(GONE)
    return dict(version.checkup or {})


def _start(*, version: DatasetVersion, user: User, roles: dict[str, str]) -> Job | None:
    """Start the check-up, or join the one that runs; None where it is stored already."""
    # Others for other roles: two jobs of one subject would end each other.
    subject = f"checkup:{version.pk}:{_digest(roles)}"
    with transaction.atomic():
        # The lock: of two hidden jobs with one subject the second would cancel the first.
        locked = DatasetVersion.objects.select_for_update(no_key=True).filter(pk=version.pk).first()
        if locked is None:
            raise Conflict(GONE)
        version.checkup = locked.checkup
        if _fits(locked, roles):
            return None
        if locked.released:
            raise RowsReleased(locked)
        return job_active(subject=subject) or job_start(
            project=version.dataset.project, user=user, name=CHECKUP, subject=subject,
            title=f"Check {version.dataset.name}"[:200],
            args={"version": str(version.pk), "roles": roles}, hidden=True,
        )  # fmt: skip

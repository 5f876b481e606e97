"""The background jobs of datasets: each calls one service."""

from typing import Any

from datasets.services import recipes
from datasets.services.checkups import CHECKUP, EFFECT, checkup_run, effect_run
from datasets.services.connection_jobs import (
    BROWSE,
    FETCH,
    TEST,
    connection_browse_run,
    connection_fetch_run,
    connection_try_run,
)
from datasets.services.imports import IMPORT, PREVIEW, import_run, preview_run
from datasets.services.losses import LOSSES, losses_run
from datasets.services.profiles import PROFILE, profile_run
from datasets.services.runs import recipes_run
from datasets.services.states import FLOW, ROWS, RUN
from projects.jobs.context import JobContext
from projects.jobs.registry import job


@job(PREVIEW, title="Preview", queue="interactive", idempotent=True)
def preview_upload(ctx: JobContext) -> dict[str, Any]:
    """Read the head of an uploaded file."""
    return preview_run(ctx=ctx)


@job(LOSSES, title="Check values", queue="interactive", idempotent=True, role="editor")
def count_losses(ctx: JobContext) -> dict[str, Any]:
    """Count what each type would lose of an uploaded file."""
    return losses_run(ctx=ctx)


@job(IMPORT, title="Import", queue="default", idempotent=True)
def import_upload(ctx: JobContext) -> dict[str, Any]:
    """Read an uploaded file into a version of its dataset."""
    return import_run(ctx=ctx)


@job(recipes.PREVIEW, title="Preview", queue="interactive", idempotent=True)
def preview_recipe(ctx: JobContext) -> dict[str, Any]:
    """Run a recipe over the samples of its inputs; store nothing."""
    return recipes.recipe_preview_run(ctx=ctx)


@job(PROFILE, title="Measure columns", queue="interactive", idempotent=True)
def profile_version(ctx: JobContext) -> dict[str, Any]:
    """Measure every column of a version, once."""
    return profile_run(ctx=ctx)


@job(RUN, title="Run recipe", queue="default", idempotent=True)
def run_recipe(ctx: JobContext) -> dict[str, Any]:
    """Make a new version of a recipe's output."""
    return recipes_run(ctx=ctx)


@job(FLOW, title="Run flow", queue="default", idempotent=True)
def run_flow(ctx: JobContext) -> dict[str, Any]:
    """Make new versions of everything that is out of date, or of what one recipe needs."""
    return recipes_run(ctx=ctx)


@job(ROWS, title="Make rows", queue="default", idempotent=True, role="viewer")
def make_rows(ctx: JobContext) -> dict[str, Any]:
    """Make the rows that somebody asked for, where the project recomputes on demand."""
    return recipes_run(ctx=ctx)


@job(CHECKUP, title="Check rows", queue="interactive", idempotent=True)
def check_version(ctx: JobContext) -> dict[str, Any]:
    """Look for what is often wrong in a table of sales, once for a version."""
    return checkup_run(ctx=ctx)


@job(EFFECT, title="Preview an effect", queue="interactive", idempotent=True)
def preview_effect(ctx: JobContext) -> dict[str, Any]:
    """Measure what leaving out some findings would change; store nothing."""
    return effect_run(ctx=ctx)


@job(TEST, title="Test a connection", queue="interactive", idempotent=True, role="editor")
def test_connection(ctx: JobContext) -> dict[str, Any]:
    """Try a connection."""
    return connection_try_run(ctx=ctx)


@job(BROWSE, title="Browse a connection", queue="interactive", idempotent=True, role="editor")
def browse_connection(ctx: JobContext) -> dict[str, Any]:
    """List what lies in a source."""
    return connection_browse_run(ctx=ctx)


@job(FETCH, title="Fetch", queue="default", idempotent=True)
def fetch_connection(ctx: JobContext) -> dict[str, Any]:
    """Fetch a thing of a source, or its first rows, as an upload."""
    return connection_fetch_run(ctx=ctx)

"""The background jobs of datasets: each calls one service."""

from typing import Any

from datasets.services.imports import IMPORT, PREVIEW, import_run, preview_run
from projects.jobs.context import JobContext
from projects.jobs.registry import job


@job(PREVIEW, title="Preview", queue="interactive", idempotent=True)
def preview_upload(ctx: JobContext) -> dict[str, Any]:
    """Read the head of an uploaded file."""
    return preview_run(ctx=ctx)


@job(IMPORT, title="Import", queue="default", idempotent=True)
def import_upload(ctx: JobContext) -> dict[str, Any]:
    """Read an uploaded file into a version of its dataset."""
    return import_run(ctx=ctx)

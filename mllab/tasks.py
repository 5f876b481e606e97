"""The background jobs of the ML Lab: each calls one service."""

from typing import Any

from mllab.services.comparisons import COMPARE, compare_run
from mllab.services.demo import DEMO, demo_run
from mllab.services.features import SKETCH, sketch_run
from mllab.services.find_k import FIND_K, find_k_run
from mllab.services.model_files import WRITE_SQL, sql_run
from mllab.services.preparing import PREPARE, TRAIN, prepare_run
from mllab.services.selections import SELECT, selection_run
from mllab.services.training import train_run
from mllab.services.value_checks import VALUE, value_check_run
from projects.jobs.context import JobContext
from projects.jobs.registry import job


@job(PREPARE, title="Prepare", queue="heavy", idempotent=True)
def prepare_experiment(ctx: JobContext) -> dict[str, Any]:
    """Prepare an experiment's data and start its trainings."""
    return prepare_run(ctx=ctx)


@job(TRAIN, title="Train", queue="heavy", idempotent=True)
def train_prototype(ctx: JobContext) -> dict[str, Any]:
    """Train, score and draw one prototype."""
    return train_run(ctx=ctx)


@job(SKETCH, title="Sketch", queue="interactive", idempotent=True)
def sketch_settings(ctx: JobContext) -> dict[str, Any]:
    """Show what preparing does to a sample of the rows."""
    return sketch_run(ctx=ctx)


@job(FIND_K, title="Find k", queue="heavy", idempotent=True)
def find_number(ctx: JobContext) -> dict[str, Any]:
    """Try numbers of segments and propose one."""
    return find_k_run(ctx=ctx)


@job(COMPARE, title="Compare", queue="interactive", idempotent=True)
def compare_prototypes(ctx: JobContext) -> dict[str, Any]:
    """Compare trained prototypes."""
    return compare_run(ctx=ctx)


@job(SELECT, title="Select", queue="heavy", idempotent=True)
def select_customers(ctx: JobContext) -> dict[str, Any]:
    """Write customers of a prototype as a dataset."""
    return selection_run(ctx=ctx)


@job(VALUE, title="Later value", queue="heavy", idempotent=True)
def check_value(ctx: JobContext) -> dict[str, Any]:
    """Measure what the customers of each segment spent later."""
    return value_check_run(ctx=ctx)


@job(WRITE_SQL, title="SQL", queue="interactive", idempotent=True)
def write_sql(ctx: JobContext) -> dict[str, Any]:
    """Write a model as SQL."""
    return sql_run(ctx=ctx)


@job(DEMO, title="Demo", queue="heavy")
def make_demo(ctx: JobContext) -> dict[str, Any]:
    """Make what the demo project holds."""
    return demo_run(ctx=ctx)

"""Limits of datasets that the operator sets (docs/settings.md); 0 is none."""

from django.conf import settings

from datasets.engine.results import ReadResult
from projects.models import Project
from projects.services.limits import LimitReached
from segplatform.kernel.errors import TooLarge

KINDS = ("rows", "columns")


def datasets_limit(*, project: Project) -> None:
    """Refuse another dataset for a project that is full; raises ``LimitReached``."""
    most = settings.MAX_DATASETS
    if most and project.datasets.count() >= most:
        raise LimitReached(
            f"The project has as many datasets as this server allows: {most:,}. Delete one that "
            "nobody needs, or ask the operator for more."
        )


def size_limit(*, result: ReadResult) -> None:
    """Refuse a table with more rows or columns than a dataset may have; raises ``TooLarge``."""
    mosts = (settings.MAX_ROWS, settings.MAX_COLUMNS)
    for kind, most, have in zip(KINDS, mosts, (result.rows, len(result.columns)), strict=True):
        if most and have > most:
            raise TooLarge(
                f"The table has {have:,} {kind}, and this server allows {most:,}. Leave out what "
                "you do not need, or ask the operator for more."
            )

"""Pages of rows of a dataset, and the cells that its import could not read."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from datasets.engine.filters import Filter
from datasets.engine.query import Page, page
from datasets.engine.sample import Sample, sample_words
from datasets.engine.types import Column
from datasets.models import Dataset, DatasetVersion
from datasets.services.files import version_files
from projects.models import Project
from segplatform.kernel.errors import Conflict

REJECTED_FILE = "rejected.parquet"


def version_current(*, dataset: Dataset) -> DatasetVersion:
    """Return the current version; raises ``Conflict`` while there is none."""
    if dataset.current is None:
        raise Conflict("This dataset has no rows yet; wait for its import, or start it again.")
    return dataset.current


def version_columns(*, version: DatasetVersion) -> list[Column]:
    """Return the columns of a version in the table's order."""
    return [Column(column["name"], column["type"]) for column in version.columns]


def project_sample(*, project: Project) -> Sample:
    """Return how the project samples."""
    return Sample(project.order, project.rows_to_display)


def sample_describe(*, project: Project, version: DatasetVersion) -> str:
    """Say in a phrase what the sample of this version holds."""
    return sample_words(project_sample(project=project), version_columns(version=version))


def rows_page(
    *,
    project: Project,
    version: DatasetVersion,
    limit: int,
    offset: int = 0,
    sort: str | None = None,
    filters: Sequence[Filter] = (),
    formula: str = "",
    sampled: bool = True,
    cut: int | None = None,
) -> Page:
    """Return one page of rows, of the project's sample or of all; raises ``UserError``.

    ``formula`` is a condition in the language of formulas, besides ``filters``.
    """
    return page(
        version_files(version=version),
        version_columns(version=version),
        limit=limit,
        offset=offset,
        sort=sort,
        filters=filters,
        formula=formula,
        sample=project_sample(project=project) if sampled else None,
        cut=cut,
    )


def rejected_file(*, version: DatasetVersion) -> Path | None:
    """Return the file of the cells that could not be read; None where all could."""
    path = Path(settings.DATA_DIR) / version.folder / REJECTED_FILE
    return path if path.exists() else None

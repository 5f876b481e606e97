"""The rows that experiments learn from: the files of a version, while it is kept."""

from datasets.engine.execute import Source
from datasets.models import DatasetVersion
from datasets.services.files import version_files
from datasets.services.rows import version_columns
from segplatform.kernel.errors import UserError

FILES_GONE = (
    "The version of the dataset that this was to learn from is not kept any more. "
    "Start anew on the current one."
)


def source_of(*, version: DatasetVersion | None) -> Source:
    """Return the files and columns of a version; ``UserError`` where it is not kept any more."""
    if version is None:
        raise UserError(FILES_GONE)
    files = version_files(version=version)
    if not all(file.is_file() for file in files):
        raise UserError(FILES_GONE)
    return Source(files, version_columns(version=version))

"""Downloads: a whole dataset in a format that people or programs want."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import chain

from datasets.engine.export import FORMATS, Format, export
from datasets.models import DatasetVersion
from datasets.services.files import scratch_folder, version_files
from datasets.services.rows import version_columns
from projects.services.audit import audit_record
from segplatform.kernel.errors import UserError

MAX_FILE_NAME = 100


def export_format(*, key: str) -> Format:
    """Return the format of this key; raises ``UserError`` where there is none."""
    if key not in FORMATS:
        raise UserError(f"There is no format “{key[:40]}”; use one of {', '.join(FORMATS)}.")
    return FORMATS[key]


def dataset_export(*, version: DatasetVersion, key: str, bom: bool = False) -> Iterator[bytes]:
    """Return the version in blocks of bytes; the first is made now, so that errors come now.

    ``bom`` marks a CSV as UTF-8 for Excel. Raises ``UserError`` for what the format cannot hold.
    """
    blocks = export(
        version_files(version=version),
        version_columns(version=version),
        key,
        folder=scratch_folder(),
        bom=bom,
    )
    first = next(blocks)
    audit_record(
        action="dataset.download", thing=version.dataset, format=key, version=version.number,
        rows=version.rows,
    )  # fmt: skip
    return chain([first], blocks)


def file_name(*, name: str, extension: str) -> str:
    """Make a file name of a dataset's name: no paths, no quotes, nothing that turns text around."""
    kept = "".join(c for c in name if unicodedata.category(c)[0] not in "CZ" or c == " ")
    clean = re.sub(r'[\\/:*?"<>|%;]+', "_", kept).strip(" ._")[:MAX_FILE_NAME]
    return f"{clean or 'dataset'}.{extension}"

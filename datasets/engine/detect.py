"""Which connector reads a file, by its content; its name only hints."""

from pathlib import Path

from datasets.engine.connectors.base import connectors
from datasets.engine.content import content_kind, require_text
from segplatform.kernel.errors import UserError


def detect(path: Path, name: str) -> str:
    """Return the key of the connector for this file; ``UserError`` says what the file is else."""
    kind, words = content_kind(path)
    for connector in connectors.all():
        if kind in connector.kinds:
            return connector.key
    require_text(path)
    raise UserError(f"{name[:100]} is {words}, which cannot be read yet. Export it as CSV.")

"""Where data can come from now."""

from datasets.engine.connectors.base import connectors

NAMED = 3  # extensions of each kind that are told; the rarer ones are accepted silently


PACKED_EXTENSIONS = (".gz", ".zip")


def file_extensions() -> list[str]:
    """List the extensions of files that can be imported, as ".csv"."""
    own = [extension for kind in connectors.all() for extension in kind.extensions]
    return [*own, *PACKED_EXTENSIONS]


def file_formats() -> str:
    """Say in words which files can be imported: "CSV, TSV or TXT"."""
    told = [extension for kind in connectors.all() for extension in kind.extensions[:NAMED]]
    *others, last = (extension.removeprefix(".").upper() for extension in told)
    return f"{', '.join(others)} or {last}" if others else last

"""Where data can come from now."""

from datasets.engine.connectors.base import connectors

FIRST = ("CSV", "Excel")
"""What most people have is told first."""
PACKED_EXTENSIONS = (".gz", ".zip")


def file_extensions() -> list[str]:
    """List the extensions of files that can be imported, as ".csv"."""
    own = [extension for kind in connectors.all() for extension in kind.extensions]
    return [*own, *PACKED_EXTENSIONS]


def file_formats() -> str:
    """Say in words which files can be imported: "CSV, Excel or JSON"."""
    found = list(dict.fromkeys(kind.format for kind in connectors.all()))
    *others, last = [name for name in FIRST if name in found] + [
        name for name in found if name not in FIRST
    ]
    return f"{', '.join(others)} or {last}" if others else last

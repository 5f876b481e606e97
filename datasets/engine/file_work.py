"""A file as its import sees it: what reads it, its first rows, all of it. Files are hostile.

The same functions run in the cage and, where a machine offers none, in the job's own process.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import Field, ValidationError, create_model

from datasets.engine.connectors.base import Connector, ConnectorOptions, connectors
from datasets.engine.detect import detect
from datasets.engine.packed import HEAD_UNPACKED, Packed, packed_look, unpack
from datasets.engine.results import ReadResult
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress, SubProgress

MEMBER = Field(None, title="File", description="Which file of the archive to read.", max_length=500)
SHOWN_NAMES = 5

CELL_CHARACTERS = 200
"""A preview shows the start of a long cell."""
UNPACK_SHARE = 0.1
"""Of the progress of reading a packed file."""


@dataclass(frozen=True)
class Source:
    """What reads a file; ``packed`` where it lies in an archive."""

    path: Path
    connector: Connector
    packed: Packed | None

    @property
    def chooses(self) -> bool:
        """Whether there are several files to choose one of."""
        return self.packed is not None and len(self.packed.members) > 1

    @property
    def Options(self) -> type[ConnectorOptions]:  # noqa: N802 (as a connector's)
        """What can be said about how to read it."""
        return _with_member(type(self.connector)) if self.chooses else self.connector.Options


@cache
def _with_member(connector: type[Connector]) -> type[ConnectorOptions]:
    return create_model(
        f"Packed{connector.Options.__name__}",
        __base__=connector.Options,
        member=(str | None, MEMBER),
    )


def source_of(path: Path, name: str) -> Source:
    """Say what reads this file, by its content; UserError where nothing does."""
    readable = frozenset(kind for each in connectors.all() for kind in each.kinds)
    packed = packed_look(path, readable)
    if packed is None:
        return Source(path, connectors.get(detect(path, name))(), None)
    found = next(each for each in connectors.all() if packed.content in each.kinds)
    return Source(path, found(), packed)


def options_check(model: type[ConnectorOptions], options: Mapping[str, Any]) -> ConnectorOptions:
    """Turn stored or sent options into a source's own; UserError names what does not fit."""
    try:
        return model.model_validate(dict(options))
    except ValidationError as error:
        fields = {".".join(map(str, e["loc"])): e["msg"] for e in error.errors()}
        words = "; ".join(f"{name}: {text}" for name, text in fields.items())
        raise UserError(f"An option does not fit. {words}", fields) from None


def file_preview(
    path: Path,
    name: str,
    options: Mapping[str, Any],
    *,
    rows: int,
    lenient: bool,
    work: Path,
    progress: Progress,
) -> dict[str, Any]:
    """Read the first rows; ``lenient`` drops types chosen for columns that are not there.

    ``work`` is a folder to unpack into. Gives ``{"connector", "options", "guesses", "columns",
    "rows", "warnings", "choices"}``.
    """
    source = source_of(path, name)
    checked, member = _told(source, options)
    with _plain(source, member, work, progress, head=True) as plain:
        connector = source.connector
        if lenient:
            checked = _types_known(connector, plain, checked)
        preview = connector.preview(plain, checked, rows)
    found = {
        "connector": connector.key,
        "options": preview.options,
        "guesses": preview.guesses,
        "columns": preview.columns,
        "rows": [[cell and cell[:CELL_CHARACTERS] for cell in row] for row in preview.rows],
        "warnings": preview.warnings,
        "choices": preview.choices,
    }
    return _with_archive(found, source, member, "member" in options)


def file_read(
    path: Path,
    name: str,
    options: Mapping[str, Any],
    *,
    out_dir: Path,
    progress: Progress,
    memory_bytes: int,
) -> ReadResult:
    """Read all of it into Parquet in ``out_dir`` (exists, empty)."""
    source = source_of(path, name)
    checked, member = _told(source, options)
    part = SubProgress(progress, UNPACK_SHARE, 1) if source.packed else progress
    with (
        TemporaryDirectory(dir=out_dir, prefix="packed-") as work,
        _plain(source, member, Path(work), progress, head=False) as plain,
    ):
        result = source.connector.read(plain, checked, out_dir, part, memory_bytes)
    result.report["warnings"] = [*_said(source, member), *result.report["warnings"]]
    return result


def _told(source: Source, options: Mapping[str, Any]) -> tuple[ConnectorOptions, str]:
    """Check the options; give the connector's own, and the member to read."""
    checked = options_check(source.Options, options).model_dump()
    members = source.packed.members if source.packed else ("",)
    member = checked.pop("member", None) or members[0]
    if member not in members:
        said = f"The archive holds no such file: “{member[:100]}”."
        raise UserError(said, {"member": "There is no such file in the archive."})
    return source.connector.Options.model_validate(checked), member


@contextmanager
def _plain(
    source: Source, member: str, work: Path, progress: Progress, *, head: bool
) -> Iterator[Path]:
    """Give the file itself, unpacked where it was packed; only its head where that will do."""
    if source.packed is None:
        yield source.path
        return
    target = work / "unpacked"
    most = HEAD_UNPACKED if head and source.packed.content == "text" else None
    try:
        unpack(source.packed, member, target, progress, most)
        yield target
    finally:
        target.unlink(missing_ok=True)


def _with_archive(
    found: dict[str, Any], source: Source, member: str, chosen: bool
) -> dict[str, Any]:
    """Add to a preview which file of the archive it shows, and what else lies there."""
    packed = source.packed
    if packed is None:
        return found
    if source.chooses:
        found["options"]["member"] = member
        found["choices"] = {**found["choices"], "member": {name: name for name in packed.members}}
        if not chosen:
            found["guesses"]["member"] = f"The first of {len(packed.members):,} files, by name."
    found["warnings"] = [*_said(source, member), *found["warnings"]]
    return found


def _said(source: Source, member: str) -> Iterator[str]:
    """Yield a sentence for everything in the archive that is not read."""
    if source.packed and source.chooses:
        count = len(source.packed.members)
        yield f"The archive holds {count:,} files; only “{member[:200]}” is imported."
    if source.packed and (others := source.packed.others):
        names = ", ".join(f"“{name[:60]}”" for name in others[:SHOWN_NAMES])
        names += ", …" if len(others) > SHOWN_NAMES else ""
        yield f"The archive holds files of other kinds too, which are left out: {names}."


def _types_known(connector: Connector, path: Path, options: ConnectorOptions) -> ConnectorOptions:
    """Leave out types chosen for columns that are not there with these options."""
    chosen = getattr(options, "types", None)
    if not chosen:
        return options
    plain = options.model_copy(update={"types": {}})
    here = {column["name"] for column in connector.preview(path, plain, 1).columns}
    known = {name: kind for name, kind in chosen.items() if name in here}
    return options.model_copy(update={"types": known})

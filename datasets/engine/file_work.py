"""A file as its import sees it: what reads it, its first rows, all of it. Files are hostile.

The same functions run in the cage and, where a machine offers none, in the job's own process.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from pydantic import Field, ValidationError, create_model

from datasets.engine.connectors.base import Connector, ConnectorOptions, connectors
from datasets.engine.detect import detect
from datasets.engine.packed import HEAD_UNPACKED, Packed, packed_look, unpack
from datasets.engine.results import Preview, ReadResult
from datasets.engine.several_folder import natural
from datasets.engine.several_open import Together
from datasets.engine.several_pieces import (
    Pieces,
    archive_pieces,
    connector_of,
    folder_pieces,
    readable_kinds,
)
from datasets.engine.several_work import several_alike, several_preview, several_read
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress, SubProgress

ALL = ""
"""Stands for all files of an archive, where else one of them is chosen; no member has no name."""
MEMBER = Field(None, title="File", description="Which file of the archive to read, or all.",
               max_length=65_535)  # fmt: skip
SHOWN = Field(None, title="Shown file", description="Which of the files the preview shows.",
              max_length=300)  # fmt: skip
SOURCE_FILE = Field(
    None, title="Source file",
    description="Add a column with the name of the file that a row comes from.",
)  # fmt: skip
MORE_WORDS = "What to do with a file that has columns which the other files lack."
MORE_COLUMNS = Field(
    None, title="More columns", description=MORE_WORDS,
    json_schema_extra={"choices": {"reject": "Leave the file out", "add": "Add the columns"}},
)  # fmt: skip
SEVERAL = ("member", "shown", "source_file", "more_columns")
SHOWN_NAMES = 5

CELL_CHARACTERS = 200
"""A preview shows the start of a long cell."""
UNPACK_SHARE = 0.1
"""Of the progress of reading a packed file."""


@dataclass(frozen=True)
class Source:
    """What reads a file; ``packed`` where it lies in an archive, ``pieces`` where it is many."""

    path: Path
    connector: Connector
    packed: Packed | None
    pieces: Pieces | None = None

    @property
    def chooses(self) -> bool:
        """Whether one of several files can be chosen, or all of them."""
        return self.packed is not None and self.pieces is not None

    @property
    def Options(self) -> type[ConnectorOptions]:  # noqa: N802 (as a connector's)
        """What can be said about how to read it."""
        own = self.connector.Options
        return _for_several(type(self.connector), self.chooses) if self.pieces else own

    @property
    def choices(self) -> dict[str, dict[str, str]]:
        """What there is to choose from before anything is read, as a preview's ``choices``."""
        if self.packed and self.pieces:
            members = sorted(self.packed.members, key=natural)
            named = {name: name for name in members}
            return {"member": {ALL: f"All {len(members):,} files", **named}}
        names = [piece.name for piece in self.pieces.found] if self.pieces else []
        return {"shown": {name: name for name in names}} if names else {}


@cache
def _for_several(connector: type[Connector], chooses: bool) -> type[ConnectorOptions]:
    fields: dict[str, Any] = {
        "member" if chooses else "shown": (str | None, MEMBER if chooses else SHOWN),
        "source_file": (bool | None, SOURCE_FILE),
        "more_columns": (Literal["reject", "add"] | None, MORE_COLUMNS),
    }
    return create_model(f"Several{connector.Options.__name__}", __base__=connector.Options,
                        **fields)  # fmt: skip


def source_of(path: Path, name: str) -> Source:
    """Say what reads this file, or the files of this folder, by their content.

    UserError where nothing does.
    """
    if path.is_dir():
        pieces = folder_pieces(path)
        return Source(path, pieces.connector, None, pieces)
    packed = packed_look(path, readable_kinds())
    if packed is None:
        return Source(path, connectors.get(detect(path, name))(), None)
    if len(packed.members) > 1:
        pieces = archive_pieces(packed)
        return Source(path, pieces.connector, packed, pieces)
    return Source(path, connector_of(packed)(), packed)


def options_check(model: type[ConnectorOptions], options: Mapping[str, Any]) -> ConnectorOptions:
    """Turn stored or sent options into a source's own; UserError names what does not fit."""
    try:
        return model.model_validate(dict(options))
    except ValidationError as error:
        own = all(e["type"] == "value_error" for e in error.errors())  # a sentence of ours
        fields = {
            ".".join(map(str, e["loc"])): e["msg"].removeprefix("Value error, ")
            for e in error.errors()
        }
        if own:
            raise UserError(" ".join(fields.values()), fields) from None
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
    "rows", "warnings", "choices", "notes", "lost"}``.
    """
    source = source_of(path, name)
    told = _told(source, options, work)
    if told.together and source.pieces:
        preview, shown = several_preview(source.pieces, told.together, rows=rows, work=work,
                                         progress=progress)  # fmt: skip
        return _with_choices(_found(source, preview), source, told, shown)
    with _plain(source, told.member, work, progress, head=True) as plain:
        connector, checked = source.connector, told.options
        if lenient:
            checked = _types_known(connector, plain, checked)
        preview = connector.preview(plain, checked, rows)
    return _with_archive(_found(source, preview), source, told)


def _found(source: Source, preview: Preview) -> dict[str, Any]:
    return {
        "connector": source.connector.key,
        "options": preview.options,
        "guesses": preview.guesses,
        "columns": preview.columns,
        "rows": [[cell and cell[:CELL_CHARACTERS] for cell in row] for row in preview.rows],
        "warnings": preview.warnings,
        "choices": {**preview.choices, **source.choices},
        "notes": preview.notes,
        "lost": preview.lost,
    }


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
    with TemporaryDirectory(dir=out_dir, prefix="packed-") as work:
        told = _told(source, options, Path(work))
        if told.together and source.pieces:
            return several_read(source.pieces, told.together, out_dir=out_dir, progress=progress,
                                memory_bytes=memory_bytes)  # fmt: skip
        part = SubProgress(progress, UNPACK_SHARE, 1) if source.packed else progress
        with _plain(source, told.member, Path(work), progress, head=False) as plain:
            result = source.connector.read(plain, told.options, out_dir, part, memory_bytes)
    result.report["warnings"] = [*_said(source, told.member), *result.report["warnings"]]
    return result


@dataclass(frozen=True)
class _Told:
    """What was said: how to read the one file ``member``, or how to read all ``together``."""

    options: ConnectorOptions
    member: str = ""
    together: Together | None = None
    chosen: bool = False


def _told(source: Source, options: Mapping[str, Any], work: Path) -> _Told:
    """Check the options, and settle whether one file is meant or all."""
    checked = options_check(source.Options, options).model_dump()
    several = {name: checked.pop(name, None) for name in SEVERAL}
    own = source.connector.Options.model_validate(checked)
    member, members = several["member"], source.packed.members if source.packed else ("",)
    if source.pieces is None:
        return _Told(own, members[0])
    together = Together(own, several["shown"], bool(several["source_file"]),
                        several["more_columns"] == "add")  # fmt: skip
    if not source.chooses or member == ALL:
        return _Told(own, together=together, chosen=member is not None)
    if member is None and several_alike(source.pieces, own, work):
        return _Told(own, together=together)
    if member is not None and member not in members:
        said = f"The archive holds no such file: “{member[:100]}”."
        raise UserError(said, {"member": "There is no such file in the archive."})
    return _Told(own, member or members[0], chosen=member is not None)


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


def _with_choices(found: dict[str, Any], source: Source, told: _Told, shown: str) -> dict[str, Any]:
    """Add to a preview of several files which of them it shows."""
    found["guesses"]["more_columns"] = MORE_WORDS
    if source.pieces and not source.chooses:
        found["options"]["shown"] = shown
        if told.together and told.together.shown is None:
            count = len(source.pieces.found)
            found["guesses"]["shown"] = f"The first of {count:,} files, by name."
    return _with_members(found, source, ALL, "" if told.chosen else "They have the same columns.")


def _with_archive(found: dict[str, Any], source: Source, told: _Told) -> dict[str, Any]:
    """Add to a preview which file of the archive it shows, and what else lies there."""
    if source.packed is None:
        return found
    count = len(source.packed.members)
    why = "" if told.chosen else f"The first of {count:,} files, by name: they differ in columns."
    found["warnings"] = [*_said(source, told.member), *found["warnings"]]
    return _with_members(found, source, told.member, why)


def _with_members(found: dict[str, Any], source: Source, member: str, why: str) -> dict[str, Any]:
    """Offer the files of an archive, and all of them; say why this is what is read."""
    if source.packed is None or not source.chooses:
        return found
    found["options"]["member"] = member
    if why:
        found["guesses"]["member"] = why
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

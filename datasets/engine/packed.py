"""Compressed files: what lies in a .gz or a .zip, and unpacking one of it within limits.

Names in an archive are only shown and chosen from: what is unpacked gets a name of ours.
"""

import gzip
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Protocol

from datasets.engine.content import HEAD_BYTES, content_kind, content_kind_of
from segplatform.kernel.errors import TooLarge, UserError
from segplatform.kernel.progress import Progress

MAX_ENTRIES = 2_000
MAX_DIRECTORY = 4 * 2**20
"""The table of contents; so many entries with long names take less."""
MAX_RATIO = 200
"""Tables shrink to a tenth or so; what shrinks more was made to fill the disk."""
RATIO_FREE = 2**20
"""Small files may be as repetitive as they like."""
HEAD_UNPACKED = 8 * 2**20
"""What a preview of text unpacks: far more than it reads."""
BLOCK = 2**20

DAMAGED = "The archive is damaged: {why}. Pack the file again and upload that."
PACK_AGAIN = "Pack the files again without {what} and upload that."
TOO_DENSE = (
    f"The archive unpacks to more than {MAX_RATIO} times its size, as no table does. "
    "Upload the file itself."
)
_END = struct.Struct("<4s4H2LH")  # the end of central directory record, APPNOTE.TXT 4.3.16
_ASIDE = re.compile(r"^__MACOSX/|(?:^|/)\.[^./\\]")
"""What macOS and others put beside the files."""


class _Bytes(Protocol):
    """What can be read piece by piece."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Packed:
    """An archive: its ``members`` of one kind of content, by name, and the ``others``.

    A .gz has one member without a name.
    """

    path: Path
    content: str
    members: tuple[str, ...]
    others: tuple[str, ...] = ()


def packed_look(path: Path, readable: frozenset[str]) -> Packed | None:
    """Say what an archive holds; None for a file that is none.

    ``readable`` are the kinds of content that can be read; the members are those of the first of
    them. Raises ``UserError`` for an archive that must not or cannot be unpacked.
    """
    kind, _ = content_kind(path)
    if kind not in ("gzip", "zip"):
        return None
    kinds = _kinds(path, kind)
    found = next((kind for kind, _ in kinds.values() if kind in readable), None)
    if found is None:
        _refuse(list(kinds.values()))
    members = tuple(name for name, (kind, _) in kinds.items() if kind == found)
    return Packed(path, str(found), members, tuple(name for name in kinds if name not in members))


def unpack(
    packed: Packed,
    member: str,
    target: Path,
    progress: Progress,
    most: int | None = None,
    archive: zipfile.ZipFile | None = None,
) -> None:
    """Write one member to ``target``, or its first ``most`` bytes; raises ``UserError``.

    ``archive`` is the same .zip, opened: its table of contents is read once for many members.
    """
    done = 0
    with _open(packed.path, member, archive) as (source, size), target.open("wb") as out:
        while block := source.read(min(BLOCK, most - done) if most else BLOCK):
            done += len(block)
            if done > RATIO_FREE and done > size * MAX_RATIO:
                raise TooLarge(TOO_DENSE)
            out.write(block)
            progress.step(0.0, f"Unpacking: {done / 2**20:,.0f} MB")


def _kinds(path: Path, kind: str) -> dict[str, tuple[str, str]]:
    """Judge each member by its first bytes; they come by name."""
    with _sound():
        if kind == "gzip":
            with gzip.open(path) as source:
                return {"": content_kind_of(source.read(HEAD_BYTES))}
        with _zip(path) as archive:
            kinds = {}
            for entry in _entries(archive):
                with archive.open(entry) as source:
                    kinds[entry.filename] = content_kind_of(source.read(HEAD_BYTES))
            return kinds


def _refuse(found: list[tuple[str, str]]) -> NoReturn:
    """Say why nothing here can be read."""
    if len(found) > 1:
        raise UserError("The archive holds no file that can be read. Upload the table itself.")
    kind, words = found[0]
    if kind in ("gzip", "zip"):
        raise UserError("The archive holds another archive. Unpack it once and upload that.")
    if kind == "empty":
        raise UserError("The file in the archive is empty (0 bytes). Export it again.")
    raise UserError(
        f"The archive holds {words}, whatever its name says. Export the table as CSV and upload "
        "that."
    )


@contextmanager
def archive_open(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a .zip to unpack several of its members; raises ``UserError``."""
    with _sound(), _zip(path) as archive:
        yield archive


@contextmanager
def _open(path: Path, member: str, archive: zipfile.ZipFile | None) -> Iterator[tuple[_Bytes, int]]:
    """Open a member; give its bytes and how many they are while packed."""
    with _sound():
        if not member:
            with gzip.open(path) as source:
                yield source, path.stat().st_size
        else:
            with (
                nullcontext(archive) if archive else _zip(path) as opened,
                opened.open(member) as found,
            ):
                yield found, opened.getinfo(member).compress_size


@contextmanager
def _sound() -> Iterator[None]:
    """Make a ``UserError`` of what is wrong with packed bytes."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        raise UserError(DAMAGED.format(why="it ends too early, or its bytes changed")) from error


@contextmanager
def _zip(path: Path) -> Iterator[zipfile.ZipFile]:
    _require_small_directory(path)
    with zipfile.ZipFile(path) as archive:
        yield archive


def _require_small_directory(path: Path) -> None:
    """Refuse a table of contents that would fill the memory of whoever lists it."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2**16 - _END.size))
        tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) < place + _END.size:
        raise UserError(DAMAGED.format(why="it ends too early"))
    _, _, _, _, entries, size, _, _ = _END.unpack_from(tail, place)
    if entries > MAX_ENTRIES or size > MAX_DIRECTORY:
        raise UserError(
            f"The archive holds more than {MAX_ENTRIES:,} files. Pack fewer and upload that."
        )


def _leads_out(name: str) -> bool:
    """Say whether a name is absolute or goes up: nothing of ours follows it, but none should."""
    parts = name.replace("\\", "/").split("/")
    return not parts[0] or ".." in parts or bool(re.match(r"[A-Za-z]:", name))


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """List the files by name; raises ``UserError`` for what an archive of tables never holds."""
    found = [
        entry
        for entry in archive.infolist()
        if not entry.is_dir() and not _ASIDE.search(entry.filename)
    ]
    for entry in found:
        if entry.flag_bits & 1:
            raise UserError("The archive is encrypted. " + PACK_AGAIN.format(what="a password"))
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UserError(
                "The archive is packed in a way that cannot be read here. Pack it as an ordinary "
                "ZIP and upload that."
            )
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise UserError("The archive holds a link. " + PACK_AGAIN.format(what="links"))
        if _leads_out(entry.filename):
            raise UserError(
                "The archive holds a name that leads out of its folder. "
                + PACK_AGAIN.format(what="such names")
            )
    if len({entry.filename for entry in found}) < len(found):
        raise UserError("Two files of the archive have the same name. Rename one and pack again.")
    if not found:
        raise UserError("The archive is empty. Pack the file again and upload that.")
    return sorted(found, key=lambda entry: entry.filename)

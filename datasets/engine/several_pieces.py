"""What there is to read where there is more than one file: each by a name of its own."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from datasets.engine.connectors.base import Connector, connectors
from datasets.engine.detect import detect
from datasets.engine.packed import Packed, packed_look
from datasets.engine.several_folder import MAX_FILES, distinct, folder_files, natural
from segplatform.kernel.errors import UserError

SHOWN_ALIKE = 5
MAX_NAME = 255
"""Longer names are cut in what is shown and stored."""


@dataclass(frozen=True)
class Piece:
    """A file as it was sent, or the ``member`` of a packed one; ``name`` is like no other's."""

    name: str
    path: Path
    packed: Packed | None = None
    member: str = ""


@dataclass(frozen=True)
class Pieces:
    """The files that one connector reads, in their order, and why the ``others`` are not read."""

    connector: Connector
    found: tuple[Piece, ...]
    others: tuple[tuple[str, str], ...] = ()


def _alike(pieces: Pieces, most: int | None) -> list[tuple[str, str]]:
    """Name the files whose bytes are those of one before: ``[(file, the one before)]``.

    Of what lies in archives nothing is said. Only files of one size are looked through.
    """
    plain = [piece for piece in pieces.found if not piece.member]
    plain = [piece for piece in plain if most is None or piece.path.stat().st_size <= most]
    sizes = Counter(piece.path.stat().st_size for piece in plain)
    seen: dict[bytes, str] = {}
    found = []
    for piece in plain:
        if sizes[piece.path.stat().st_size] > 1:
            with piece.path.open("rb") as file:
                digest = hashlib.file_digest(file, "blake2b").digest()
            if digest in seen:
                found.append((piece.name, seen[digest]))
            else:
                seen[digest] = piece.name
    return found


def alike_said(pieces: Pieces, most: int | None = None) -> list[str]:
    """Say which files count the same rows twice, of those that have at most so many bytes."""
    found = _alike(pieces, most)
    said = [f"“{name[:100]}” holds the same as “{before[:100]}”: its rows count twice."
            for name, before in found[:SHOWN_ALIKE]]  # fmt: skip
    more = len(found) - SHOWN_ALIKE
    return [*said, f"{more:,} other files hold the same as one before, too."] if more > 0 else said


def readable_kinds() -> frozenset[str]:
    """Name every kind of content that some connector reads."""
    return frozenset(kind for each in connectors.all() for kind in each.kinds)


def connector_of(packed: Packed) -> type[Connector]:
    """Return the connector that reads what lies in an archive."""
    return next(each for each in connectors.all() if packed.content in each.kinds)


def packed_pieces(packed: Packed, before: str = "") -> list[Piece]:
    """List what can be read in an archive."""
    members = sorted(packed.members, key=natural)
    return [Piece(f"{before}{name}", packed.path, packed, name) for name in members]


def folder_pieces(folder: Path) -> Pieces:
    """List what lies in a folder of files that were sent together.

    What most of them are is read, and the others are not; ``UserError`` where none can be.
    """
    found: list[tuple[str, Piece]] = []
    others: list[tuple[str, str]] = []
    fault: UserError | None = None
    for name, path in folder_files(folder):
        try:
            pieces, left = _of_file(name, path)
        except UserError as error:
            fault = fault or error
            others.append((name, str(error)))
        else:
            found += pieces
            others += left
    if not found:
        raise fault or UserError("There is no file to read.")
    key = Counter(key for key, _ in found).most_common(1)[0][0]
    title = connectors.get(key).title
    others += [(piece.name, f"It is no {title}, as most of the files are.")
               for other, piece in found if other != key]  # fmt: skip
    _require_few(len(found) + len(others))
    chosen = [piece for other, piece in found if other == key]
    return Pieces(connectors.get(key)(), _distinct(chosen), _told(others))


def archive_pieces(packed: Packed) -> Pieces:
    """List what can be read in one archive."""
    connector = connector_of(packed)()
    return Pieces(connector, _distinct(packed_pieces(packed)), _told(_left(packed)))


def _left(packed: Packed, before: str = "") -> list[tuple[str, str]]:
    return [(f"{before}{name}", "It is another kind of file.") for name in packed.others]


def _told(others: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((_shown(name), why) for name, why in others)


def _of_file(name: str, path: Path) -> tuple[list[tuple[str, Piece]], list[tuple[str, str]]]:
    """List what one sent file holds, by the key of what reads it, and what of it is not read."""
    packed = packed_look(path, readable_kinds())
    if packed is None:
        return [(detect(path, name), Piece(name, path))], []
    key, before = connector_of(packed).key, f"{name}/"
    if packed.members == ("",):
        return [(key, Piece(name, path, packed))], []
    return [(key, piece) for piece in packed_pieces(packed, before)], _left(packed, before)


def _distinct(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    names = distinct(_shown(piece.name) for piece in pieces)
    return tuple(
        Piece(name, piece.path, piece.packed, piece.member)
        for name, piece in zip(names, pieces, strict=True)
    )


def _shown(name: str) -> str:
    """Leave out what cannot be seen of a name, and what is too long: the end tells files apart."""
    seen = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    return seen[-MAX_NAME:] or "file"


def _require_few(count: int) -> None:
    if count > MAX_FILES:
        raise UserError(
            f"There are {count:,} files; at most {MAX_FILES:,} can become one dataset. "
            "Import them in parts."
        )

"""Opening several files: as plain ones, and as what their connector makes of them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from zipfile import ZipFile

from datasets.engine.bounds import SAMPLE_CELLS
from datasets.engine.connectors.base import ConnectorOptions
from datasets.engine.packed import HEAD_UNPACKED, archive_open, unpack
from datasets.engine.several_pieces import Piece, Pieces
from datasets.engine.several_plan import columns_forgotten
from datasets.engine.several_table import FileTable, Shape
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

OPEN_SHARE = 0.4
"""Of the progress: finding and opening the files."""


@dataclass(frozen=True)
class Together:
    """What a person said of several files, beside how each is read."""

    options: ConnectorOptions
    shown: str | None = None
    source_file: bool = False
    add_columns: bool = False


class Quiet:
    """Says of all that is done while a file is opened which one it is; passes a cancel on."""

    def __init__(self, parent: Progress, number: int, count: int) -> None:
        self.parent, self.done = parent, OPEN_SHARE * number / count
        self.words = f"Opening file {number + 1:,} of {count:,}"

    def step(self, fraction: float, message: str = "") -> None:
        """Report this file."""
        self.parent.step(self.done, self.words)

    def log(self, line: str) -> None:
        """Pass the line on."""
        self.parent.log(line)


class Plain:
    """Gives pieces as plain files in ``work``; an archive is opened once for all that it holds."""

    def __init__(self, work: Path, progress: Progress) -> None:
        self.work, self.progress = work, progress
        self._stack = ExitStack()
        self._opened: tuple[Path, ZipFile] | None = None

    def __enter__(self) -> "Plain":
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def give(self, piece: Piece, target: Path, *, head: bool = False) -> Path:
        """Return the file itself, or ``target`` with what was packed; only its head where told."""
        if piece.packed is None:
            return piece.path
        most = HEAD_UNPACKED if head and piece.packed.content == "text" else None
        archive = self._archive(piece.path) if piece.member else None
        unpack(piece.packed, piece.member, target, self.progress, most, archive)
        return target

    def _archive(self, path: Path) -> ZipFile:
        if self._opened is None or self._opened[0] != path:
            self._stack.close()
            self._opened = path, self._stack.enter_context(archive_open(path))
        return self._opened[1]


@contextmanager
def plain_one(plain: Plain, piece: Piece, *, head: bool) -> Iterator[Path]:
    """Give one file for a moment."""
    target = plain.work / "unpacked"
    try:
        yield plain.give(piece, target, head=head)
    finally:
        target.unlink(missing_ok=True)


class Opener:
    """Opens files; one that cannot be read has a sentence in ``faults``."""

    def __init__(
        self, pieces: Pieces, told: Together, work: Path, memory_bytes: int, plain: Plain
    ) -> None:
        self.pieces, self.told, self.work, self.plain = pieces, told, work, plain
        self.memory_bytes = memory_bytes
        self.faults: dict[int, str] = {}
        self.renewed: dict[int, FileTable] = {}
        self._paths: dict[int, Path] = {}

    def open(self, number: int, piece: Piece, options: ConnectorOptions) -> FileTable | None:
        """Open one file; None where it cannot be read."""
        try:
            if number not in self._paths:
                self._paths[number] = self.plain.give(piece, self.work / f"file-{number}")
            return self._table(number, options)
        except UserError as error:
            self.faults[number] = str(error)
            return None

    def again(self, number: int, header: bool) -> Shape | None:
        """Open it with this answer about its header, where nobody gave another."""
        options = self.told.options
        if getattr(options, "header", False) is not None:
            return None
        try:
            table = self._table(number, options.model_copy(update={"header": header}))
        except UserError:
            return None
        self.renewed[number] = table
        return table.shape

    def _table(self, number: int, options: ConnectorOptions) -> FileTable:
        connector = self.pieces.connector
        folder = Path(mkdtemp(prefix=f"table-{number}-", dir=self.work))
        given = columns_forgotten(options)
        if connector.typed:
            given = given.model_copy(update={"types": getattr(options, "types", {})})
        quiet = Quiet(self.plain.progress, number, len(self.pieces.found))
        table = connector.table(self._paths[number], given, folder, quiet, self.memory_bytes)
        cells = len(table.shape.names) * len(self.pieces.found)
        table.sample = table.sample[: max(1, SAMPLE_CELLS // max(cells, 1)) + 1]
        return table

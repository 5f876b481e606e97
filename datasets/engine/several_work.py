"""Several files as their import sees them: the first rows of one of them, all rows of all."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from datasets.engine.connectors.base import ConnectorOptions
from datasets.engine.results import Preview, ReadResult
from datasets.engine.several_open import (
    OPEN_SHARE,
    Opener,
    Plain,
    Quiet,
    Together,
    plain_one,
)
from datasets.engine.several_pieces import Pieces, alike_said
from datasets.engine.several_plan import SourcePlan, columns_forgotten, plan_of, source_name
from datasets.engine.several_read import OneFile, SeveralRead
from datasets.engine.several_shape import (
    Fit,
    Fitted,
    shape_words,
    shapes_agree,
    shapes_alike,
    shapes_fit,
)
from datasets.engine.several_table import FileTable, Shape
from datasets.engine.several_typed import SeveralTyped, types_common
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress, Progress, SubProgress

LOOK_SECONDS = 6.0
"""How long a preview compares the columns of the files; the import compares all of them."""
ALIKE_BYTES = 2**22
"""A preview compares only files up to this size with each other."""
ALIKE_FILES = 50
"""So many files of an archive say whether all of them are one table."""


def several_alike(pieces: Pieces, options: ConnectorOptions, work: Path) -> bool:
    """Say whether the files of an archive look like one table: the same columns in each."""
    found = pieces.found
    chosen = found[:: max(1, -(-len(found) // ALIKE_FILES))]
    with Plain(work, NullProgress()) as plain:
        return shapes_alike(_shapes(replace(pieces, found=chosen), options, plain, None)[0])


def several_preview(
    pieces: Pieces, told: Together, *, rows: int, work: Path, progress: Progress
) -> tuple[Preview, str]:
    """Show the first rows of one of the files, and say how they differ; also which one it is."""
    names = [piece.name for piece in pieces.found]
    with Plain(work, progress) as plain:
        shapes, faults = _shapes(pieces, told.options, plain, LOOK_SECONDS)
        fitted = shapes_fit(shapes, add=told.add_columns)
        number = _shown(names, told, fitted, faults)
        with plain_one(plain, pieces.found[number], head=True) as path:
            found = _preview(pieces, told.options, path, rows)
    fits = [Fit(refused=fault) if fault else fit
            for fit, fault in zip(fitted.fits, faults, strict=True)]  # fmt: skip
    said = list(shape_words(names[: len(fits)], fits))
    if len(shapes) < len(names):
        said.append(f"The columns of the first {len(shapes):,} files were compared; those of the "
                    "others are compared on import.")  # fmt: skip
    said += (f"“{name[:100]}” is left out. {why}" for name, why in pieces.others[:ALIKE_FILES])
    found.warnings = [*said, *alike_said(pieces, ALIKE_BYTES), *found.warnings]
    found.options |= {"source_file": told.source_file,
                      "more_columns": "add" if told.add_columns else "reject"}  # fmt: skip
    if told.source_file and found.columns:
        free = source_name(column["name"] for column in found.columns)
        found.columns.append({"name": free, "type": "text"})
        found.rows = [[*row, names[number]] for row in found.rows]
    return found, names[number]


def _preview(pieces: Pieces, options: ConnectorOptions, path: Path, rows: int) -> Preview:
    """Show one file; a type can be chosen for a column that only others have."""
    plain = columns_forgotten(options)
    if chosen := getattr(options, "types", {}):
        here = {column["name"] for column in pieces.connector.preview(path, plain, 1).columns}
        known = {name: kind for name, kind in chosen.items() if name in here}
        plain = plain.model_copy(update={"types": known})
    return pieces.connector.preview(path, plain, rows)


def several_read(
    pieces: Pieces, told: Together, *, out_dir: Path, progress: Progress, memory_bytes: int
) -> ReadResult:
    """Read all files into one table in ``out_dir``; the report has a line for each."""
    with TemporaryDirectory(dir=out_dir, prefix="several-") as folder:
        work = Path(folder)
        files, fitted = _files(pieces, told, work, progress, memory_bytes)
        if not any(file.is_read for file in files):
            raise UserError(files[0].fit.refused or "No file could be read.")
        kind = SeveralTyped if pieces.connector.typed else SeveralRead
        part = SubProgress(progress, OPEN_SHARE, 1)
        scratch = work / "scratch"
        scratch.mkdir()
        others = [OneFile(name, None, Fit(refused=why)) for name, why in pieces.others]
        reading = kind([*files, *others], out_dir, scratch, part, memory_bytes,
                       source=told.source_file)  # fmt: skip
        plan = _plan(pieces, told, files, fitted)
        result = reading.read(plan, tuple(getattr(told.options, "null_words", ())))
    shown = [file for file in reading.files if file.fit.refused or file.fit.lacks]
    said = shape_words([file.name for file in shown], [file.fit for file in shown])
    result.report["warnings"] = [*said, *alike_said(pieces), *result.report["warnings"]]
    return result


def _plan(pieces: Pieces, told: Together, files: Sequence[OneFile], fitted: Fitted) -> SourcePlan:
    typed = (
        types_common(plan_of(fitted.names, [], told.options, {}, source=False).names, files)
        if pieces.connector.typed
        else None
    )
    return plan_of(fitted.names, _samples(files), told.options, typed, source=told.source_file)


def _samples(files: Sequence[OneFile]) -> list[list[str | None]]:
    """Take some rows of every file, in the columns of all."""
    return [
        [None if place is None else row[place] for place in file.fit.places]
        for file in files
        if file.is_read and file.table
        for row in file.table.sample
    ]


def _files(
    pieces: Pieces, told: Together, work: Path, progress: Progress, memory_bytes: int
) -> tuple[list[OneFile], Fitted]:
    """Open every file, and see how they fit; those left out are counted."""
    opener = Opener(pieces, told, work, memory_bytes, Plain(work, progress))
    with opener.plain:
        tables: list[FileTable | None] = []
        for number, piece in enumerate(pieces.found):
            Quiet(progress, number, len(pieces.found)).step(0)
            tables.append(opener.open(number, piece, told.options))
        shapes = [table.shape if table else None for table in tables]
        shapes = shapes_agree(shapes, opener.again)
    for number, (table, shape) in enumerate(zip(tables, shapes, strict=True)):
        if table and shape and table.shape != shape:
            tables[number] = opener.renewed[number]
    fitted = shapes_fit(shapes, add=told.add_columns)
    names = [piece.name for piece in pieces.found]
    files = [
        OneFile(name, table, Fit(refused=opener.faults[number]) if table is None else fit)
        for number, (name, table, fit) in enumerate(zip(names, tables, fitted.fits, strict=True))
    ]
    for file in files:
        if file.table and file.fit.refused:
            _count(file, file.table)
    return files, fitted


def _count(file: OneFile, table: FileTable) -> None:
    """Count the rows of a file that is left out."""
    from datasets.engine.source import Irregular

    try:
        try:
            for _ in table.groups(None):
                pass
        except Irregular:
            table.exact()
            for _ in table.groups(None):
                pass
        file.tally = table.tally
    except UserError as error:
        file.fit = replace(file.fit, refused=f"{file.fit.refused} {error}")


def _shapes(
    pieces: Pieces, options: ConnectorOptions, plain: Plain, seconds: float | None
) -> tuple[list[Shape | None], list[str]]:
    """Look at the columns of the files, for some ``seconds``, and say which cannot be read."""
    shapes: list[Shape | None] = []
    faults: list[str] = []
    given = columns_forgotten(options)
    start = time.monotonic()

    def look(number: int, header: bool | None = None) -> Shape:
        told = given if header is None else given.model_copy(update={"header": header})
        with plain_one(plain, pieces.found[number], head=True) as path:
            return pieces.connector.shape(path, told)

    def again(number: int, header: bool) -> Shape | None:
        try:
            return look(number, header) if getattr(given, "header", False) is None else None
        except UserError:
            return None

    for number in range(len(pieces.found)):
        if seconds and shapes and time.monotonic() - start > seconds:
            break
        try:
            shapes.append(look(number))
            faults.append("")
        except UserError as error:
            shapes.append(None)
            faults.append(str(error))
    return shapes_agree(shapes, again), faults


def _shown(names: Sequence[str], told: Together, fitted: Fitted, faults: Sequence[str]) -> int:
    """Say which file to show: the chosen one, else the first that will be read."""
    if told.shown is not None:
        if told.shown not in names:
            said = f"There is no file “{told.shown[:100]}” among these."
            raise UserError(said, {"shown": "There is no such file."})
        return list(names).index(told.shown)
    for number, (fit, fault) in enumerate(zip(fitted.fits, faults, strict=True)):
        if not fault and not fit.refused:
            return number
    raise UserError(next(filter(None, faults), "No file can be read."))

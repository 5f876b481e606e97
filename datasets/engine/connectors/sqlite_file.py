"""SQLite: one table or view of a database in a file."""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from datasets.engine.bounds import PREVIEW_ROWS
from datasets.engine.connectors.base import (
    Connector,
    ConnectorOptions,
    Preview,
    ReadResult,
    TableOptions,
    connectors,
)
from datasets.engine.content import require_kind
from datasets.engine.preview import preview_of
from datasets.engine.typing_plan import count_sample_misses, plain_types, plan_types
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

if TYPE_CHECKING:
    from datasets.engine.sqlite_open import SqliteOpened, SqliteTable


class SqliteOptions(TableOptions):
    """How to read the file; None is "guess"."""

    table: str | None = Field(
        None, title="Table", description="Which table or view of the database.", max_length=500
    )


@connectors.register
class SqliteFile(Connector):
    key = "sqlite_file"
    title = "SQLite database"
    help = "One table or view of a database in a file."
    format = "SQLite"
    extensions = (".sqlite", ".sqlite3", ".db")
    kinds: ClassVar[tuple[str, ...]] = ("sqlite",)
    Options = SqliteOptions

    def guess(self, path: Path, name: str) -> SqliteOptions:
        """Return the resolved options of a file that nobody has described yet."""
        return SqliteOptions.model_validate(self.preview(path, SqliteOptions(), 1).options)

    def preview(self, path: Path, options: ConnectorOptions, limit: int = PREVIEW_ROWS) -> Preview:
        """Read the first rows: their columns, types, guesses with reasons."""
        from datasets.engine.sqlite_open import LOGGED, MAX_STEPS, SqliteOpened
        from datasets.engine.sqlite_read import SAMPLE_ROWS, sample_rows

        require_kind(path, self.kinds)
        given = _sqlite(options)
        with closing(SqliteOpened(path)) as opened:
            table, why = _table(opened, given.table)
            opened.limit = MAX_STEPS
            rows = sample_rows(opened, table, SAMPLE_ROWS)
            plan = plan_types(opened.names(table), rows, plain_types(given))
            choices = {t.name: f"{t.name} (view)" if t.view else t.name for t in opened.tables}
        count_sample_misses(plan)
        said = [LOGGED] if opened.logged else []
        said += [] if rows else ["There are column names but no rows below them."]
        shown = preview_of(
            plan, rows[:limit], given.model_dump() | {"table": table.name}, why,
            [*said, *plan.warnings()],
        )  # fmt: skip
        shown.choices = {"table": choices}
        return shown

    def read(
        self,
        path: Path,
        options: ConnectorOptions,
        out_dir: Path,
        progress: Progress,
        memory_bytes: int,
    ) -> ReadResult:
        """Read every row; see ``SqliteRead`` for how."""
        from datasets.engine.sqlite_open import SqliteOpened
        from datasets.engine.sqlite_read import SqliteRead

        require_kind(path, self.kinds)
        given = _sqlite(options)
        with (
            closing(SqliteOpened(path)) as opened,
            TemporaryDirectory(dir=out_dir, prefix="work-") as scratch,
        ):
            reading = SqliteRead(out_dir, Path(scratch), progress, memory_bytes)
            return reading.read(opened, _table(opened, given.table)[0], plain_types(given))


def _sqlite(options: ConnectorOptions) -> SqliteOptions:
    return SqliteOptions.model_validate(options.model_dump())


def _table(opened: "SqliteOpened", wanted: str | None) -> "tuple[SqliteTable, dict[str, str]]":
    """Return the table that a person wants, else the first with rows, and why."""
    if wanted is None:
        count = len(opened.tables)
        likely, filled = opened.likely()
        what = "with rows " if filled else ""
        why = "The only one." if count == 1 else f"The first {what}of {count:,}, by name."
        return likely, {"table": why}
    found = next((table for table in opened.tables if table.name == wanted), None)
    if found is None:
        said = f"The file has no table “{wanted[:100]}”."
        raise UserError(said, {"table": "There is no such table."})
    return found, {}

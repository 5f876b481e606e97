"""Parquet: typed columns, which keep what they mean."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

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
from datasets.engine.typing_plan import count_sample_misses, plain_types
from segplatform.kernel.progress import Progress


class ParquetOptions(TableOptions):
    """How to read the file; it says itself what its columns are."""


@connectors.register
class ParquetFile(Connector):
    key = "parquet_file"
    title = "Parquet file"
    help = "A table with the types of its columns, as databases and data tools write it."
    format = "Parquet"
    extensions = (".parquet", ".pq")
    kinds: ClassVar[tuple[str, ...]] = ("parquet",)
    typed = True
    Options = ParquetOptions

    def guess(self, path: Path, name: str) -> ParquetOptions:
        """Return the options: there is nothing to guess."""
        return ParquetOptions()

    def preview(self, path: Path, options: ConnectorOptions, limit: int = PREVIEW_ROWS) -> Preview:
        """Read the columns and the first rows."""
        from datasets.engine.parquet_open import ParquetOpened
        from datasets.engine.parquet_read import ParquetTable

        require_kind(path, self.kinds)
        given = _parquet(options)
        table = ParquetTable(ParquetOpened(path))
        plan = table.plan(plain_types(given))
        count_sample_misses(plan)
        said = [*table.notes(), *plan.warnings()]
        if not table.opened.rows:
            said.append("There are column names but no rows below them.")
        return preview_of(plan, table.sample(limit), given.model_dump(), {}, said)

    def read(
        self,
        path: Path,
        options: ConnectorOptions,
        out_dir: Path,
        progress: Progress,
        memory_bytes: int,
    ) -> ReadResult:
        """Read every row; see ``ParquetRead`` for how."""
        from datasets.engine.parquet_open import ParquetOpened
        from datasets.engine.parquet_read import ParquetRead

        require_kind(path, self.kinds)
        given = _parquet(options)
        with TemporaryDirectory(dir=out_dir, prefix="work-") as scratch:
            reading = ParquetRead(out_dir, Path(scratch), progress, memory_bytes)
            return reading.read(ParquetOpened(path), plain_types(given))


def _parquet(options: ConnectorOptions) -> ParquetOptions:
    return ParquetOptions.model_validate(options.model_dump())

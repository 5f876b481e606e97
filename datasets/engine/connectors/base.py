"""The contract of a connector: say what is there, preview it, read it with progress."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from datasets.engine import csv_words as words
from datasets.engine.bounds import MAX_COLUMNS
from datasets.engine.csv_words import offered
from datasets.engine.results import Preview, ReadResult
from datasets.engine.several_table import FileTable, Shape, preview_shape
from datasets.engine.types import ColumnType
from segplatform.kernel.progress import Progress
from segplatform.kernel.registry import Registry

__all__ = [
    "Connector",
    "ConnectorOptions",
    "Preview",
    "ReadResult",
    "TableOptions",
    "connectors",
]


class ConnectorOptions(BaseModel):
    """What a person can tell a connector; every field may be None, which means "guess"."""

    model_config = ConfigDict(extra="forbid")


class TableOptions(ConnectorOptions):
    """What can be said of every table, whatever it is stored in."""

    date_order: Literal["dmy", "mdy"] | None = Field(
        None, title="Day and month",
        description="Whether 01/02 in a text is 1 February or January 2.",
        json_schema_extra=offered(words.DATE_ORDERS),
    )  # fmt: skip
    null_words: list[str] = Field(
        default_factory=list, title="Words for nothing", max_length=50,
        description="Cells with exactly this text are empty, such as NA or NULL.",
    )  # fmt: skip
    types: dict[str, ColumnType] = Field(
        default_factory=dict, title="Types", description="Your own choice of a column's type."
    )
    left_out: list[str] = Field(
        default_factory=list, title="Left out", max_length=MAX_COLUMNS,
        description="Columns that are not imported, by their names in the file.",
    )  # fmt: skip
    renamed: dict[str, str] = Field(
        default_factory=dict, title="Renamed", max_length=MAX_COLUMNS,
        description="New names of columns, by their names in the file.",
    )  # fmt: skip


class Connector(ABC):
    """One kind of source. Raises ``UserError`` for whatever a person can mend."""

    key: ClassVar[str]
    title: ClassVar[str]
    help: ClassVar[str]
    format: ClassVar[str]
    """What people call such files, in as few words as a list has room for."""
    extensions: ClassVar[tuple[str, ...]] = ()
    kinds: ClassVar[tuple[str, ...]] = ()
    """Which contents (``datasets.engine.content``) this connector reads."""
    typed: ClassVar[bool] = False
    """Whether a source's columns have types of their own, as those of Parquet, which then hold."""
    Options: ClassVar[type[ConnectorOptions]]

    @abstractmethod
    def guess(self, path: Path, name: str) -> ConnectorOptions:
        """Return options for this file with every guess made; ``name`` is the person's."""

    @abstractmethod
    def preview(self, path: Path, options: ConnectorOptions, limit: int = 100) -> Preview:
        """Return the first ``limit`` rows in a time that does not depend on the file's size."""

    @abstractmethod
    def read(
        self,
        path: Path,
        options: ConnectorOptions,
        out_dir: Path,
        progress: Progress,
        memory_bytes: int,
    ) -> ReadResult:
        """Read everything into Parquet in ``out_dir`` (exists, empty), types by the whole source.

        ``progress.step`` raises ``Cancelled``; then, as after any error, what is in ``out_dir``
        means nothing.
        """

    def shape(self, path: Path, options: ConnectorOptions) -> Shape:
        """Say what the columns of a file are called, in a time that does not depend on its size.

        Like ``table`` it is for several files that become one dataset. ``options`` choose no types.
        """
        return preview_shape(self.preview(path, options, 1))

    def table(
        self,
        path: Path,
        options: ConnectorOptions,
        folder: Path,
        progress: Progress,
        memory_bytes: int,
    ) -> FileTable:
        """Open one of several files; their types are decided over the rows of all of them.

        ``folder`` (exists, empty) is this file's own until all are read. What is here works for
        every connector: it reads the file with every column as text (with its own types where it
        is ``typed``) and gives what that wrote. One whose ``read`` costs much for a small file
        gives its rows directly.
        """
        from datasets.engine.several_stored import StoredTable

        return StoredTable.read(self, path, options, folder, progress, memory_bytes)


connectors: Registry[Connector] = Registry("datasets.engine.connectors", Connector)  # type: ignore[type-abstract]

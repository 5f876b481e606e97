"""The contract of a connector: say what is there, preview it, read it with progress."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from datasets.engine.results import Preview, ReadResult
from segplatform.kernel.progress import Progress
from segplatform.kernel.registry import Registry

__all__ = ["Connector", "ConnectorOptions", "Preview", "ReadResult", "connectors"]


class ConnectorOptions(BaseModel):
    """What a person can tell a connector; every field may be None, which means "guess"."""

    model_config = ConfigDict(extra="forbid")


class Connector(ABC):
    """One kind of source. Raises ``UserError`` for whatever a person can mend."""

    key: ClassVar[str]
    title: ClassVar[str]
    help: ClassVar[str]
    extensions: ClassVar[tuple[str, ...]] = ()
    kinds: ClassVar[tuple[str, ...]] = ()
    """Which contents (``datasets.engine.content``) this connector reads."""
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


connectors: Registry[Connector] = Registry("datasets.engine.connectors", Connector)  # type: ignore[type-abstract]

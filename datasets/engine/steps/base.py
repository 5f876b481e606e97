"""The contract of the steps of Prepare: one file in this folder is one kind of step."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from datasets.engine.types import Column
from segplatform.kernel.params import Params
from segplatform.kernel.registry import Registry

if TYPE_CHECKING:
    from sqlglot import exp


@dataclass
class Table:
    """A table half-way through Prepare: a SELECT and the columns that it has by now."""

    query: "exp.Query"
    columns: list[Column]


class Step(ABC):
    """One kind of step: a table to a table."""

    key: ClassVar[str]
    title: ClassVar[str]
    help: ClassVar[str]
    icon: ClassVar[str]
    order: ClassVar[int] = 100
    Params: ClassVar[type[Params]]
    """Its parameters; Prepare adds ``kind`` (this key) and ``disabled``."""

    @abstractmethod
    def apply(self, table: Table, params: Any) -> Table:
        """Return the table after this step; ``UserError`` (with ``fields``) where it cannot be.

        Hands ``__row`` on. ``params`` is an instance of ``Params``.
        """

    @abstractmethod
    def words(self, params: Any) -> str:
        """Say in one line what the step does, as "TotalPrice = Quantity * UnitPrice"."""


steps: Registry[Step] = Registry("datasets.engine.steps", Step)  # type: ignore[type-abstract]

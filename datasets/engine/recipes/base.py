"""The contract of recipes: one file in this folder is one kind of recipe."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from datasets.engine.types import Column
from segplatform.kernel.params import Params
from segplatform.kernel.registry import Registry

if TYPE_CHECKING:
    from sqlglot import exp

Family = Literal["visual", "code"]


@dataclass
class Plan:
    """What a visual recipe comes to: one SELECT, in DuckDB's dialect, over its inputs.

    The inputs are the tables ``input_0``, ``input_1``, …, with the visible columns and, hidden,
    ``__row``. ``order_by`` names output columns that order the result; with none, the query
    hands ``__row`` on, and the result keeps the input's order. ``facts`` are further SELECTs
    over the same inputs or the result (the table ``output``), a few rows each, kept with the run
    and shown in its report.
    """

    query: "exp.Query"
    order_by: list[str] = field(default_factory=list)
    facts: "dict[str, exp.Query]" = field(default_factory=dict)


@dataclass(frozen=True)
class Template:
    """A program to start from; it runs as it is on the inputs that it was written for."""

    key: str
    title: str
    help: str
    code: str


class Recipe(ABC):
    """One kind of step of the flow: input datasets to one output dataset.

    A kind is a ``VisualRecipe`` or a ``CodeRecipe``; this is what both have.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    help: ClassVar[str]
    icon: ClassVar[str]
    order: ClassVar[int] = 100
    family: ClassVar[Family]
    slots: ClassVar[tuple[str, ...]]
    """Labels of its inputs, in order; where there may be more, they go on like the last one."""
    min_inputs: ClassVar[int]
    max_inputs: ClassVar[int]
    version: ClassVar[int] = 1
    """Of the parameters' meaning; ``migrate`` reads those of earlier ones."""
    Params: ClassVar[type[Params]]

    def migrate(self, params: dict[str, Any], version: int) -> dict[str, Any]:
        """Return parameters stored under an earlier ``version`` as they are written today."""
        return params


class VisualRecipe(Recipe):
    """A recipe that comes to one query: its columns are known before it runs."""

    family = "visual"
    slots = ("Dataset",)

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        cls.min_inputs = cls.max_inputs = len(cls.slots)

    def proposal(self, inputs: Sequence[Sequence[Column]]) -> dict[str, Any]:
        """Propose parameters for these inputs, so that the form opens filled in; may be partial."""
        return {}

    @abstractmethod
    def plan(self, inputs: Sequence[Sequence[Column]], params: Any) -> Plan:
        """Return the query for inputs of these columns; pure: reads and runs nothing.

        ``params`` is an instance of ``Params``. Raises ``UserError`` (with ``fields``) where they
        do not fit the columns, ``NotApplicable`` where the inputs cannot serve at all.
        """


class CodeRecipe(Recipe):
    """A recipe that is a person's program: it runs in the cage only, and says its columns then.

    ``task`` names what the cage runs (``datasets.engine.cage.tasks``).
    """

    family = "code"
    slots = ("Dataset",)
    min_inputs = 0
    max_inputs = 10
    task: ClassVar[str]

    @abstractmethod
    def templates(self, inputs: Mapping[str, Sequence[Column]]) -> list[Template]:
        """Return programs for inputs of these names and columns, the one to propose first.

        Columns may be empty where they are not known yet.
        """

    @abstractmethod
    def arguments(self, params: Any) -> dict[str, Any]:
        """Return what the task is told of ``params``, as JSON; ``UserError`` where it cannot run.

        It must not parse the program: that happens in the cage.
        """


recipes: Registry[Recipe] = Registry("datasets.engine.recipes", Recipe)
"""Every kind, visual and code."""

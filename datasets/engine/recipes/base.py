"""The contract of recipes: one file in this folder is one kind of recipe."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from datasets.engine.results import ReadResult
from datasets.engine.types import Column
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress
from segplatform.kernel.registry import Registry

if TYPE_CHECKING:
    from sqlglot import exp

    from datasets.engine.execute import Source

Family = Literal["visual", "code", "model"]


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

    A kind is a ``VisualRecipe``, a ``CodeRecipe`` or a ``ModelRecipe``; this is what all have.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    help: ClassVar[str]
    icon: ClassVar[str]
    order: ClassVar[int] = 100
    ending: ClassVar[str] = ""
    """What the name of its output ends with, behind that of its input; its title where blank."""
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

    def dated(self, params: Any) -> str | None:
        """Name the column of dates of a history that the result sums up; None for all others."""
        return None

    def as_of(self, params: Any, day: date) -> Any:
        """Return parameters that count up to ``day``, for an input that ends before it."""
        return params


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


@dataclass(frozen=True)
class Applied:
    """A trained model as a recipe applies it.

    ``content`` is JSON that only the recipe reads; ``token`` changes whenever the model would
    give something else, so that what it made before is out of date.
    """

    id: str
    name: str
    token: str
    content: Mapping[str, Any]


class ModelRecipe(Recipe):
    """A recipe that applies a trained model of a higher app to each row of a dataset.

    Its parameters name the model in ``model_param``; ``datasets.hooks.model_sources`` gives it.
    """

    family = "model"
    slots = ("Dataset",)
    min_inputs = max_inputs = 1
    model_param: ClassVar[str]
    model_word: ClassVar[str] = "model"
    """What such a model is called in sentences."""

    def proposal(self, inputs: Sequence[Sequence[Column]]) -> dict[str, Any]:
        """Propose parameters beside the model for these inputs; may be partial."""
        return {}

    @abstractmethod
    def columns(
        self, inputs: Sequence[Sequence[Column]], params: Any, model: Applied
    ) -> list[Column]:
        """Return the columns of the result; pure. ``UserError`` where the model does not fit."""

    @abstractmethod
    def run(
        self, source: "Source", params: Any, model: Applied, out_dir: Path, progress: Progress
    ) -> ReadResult:
        """Apply it to all rows, in their order, with flat memory; write ``part-0.parquet``.

        The report holds ``facts`` (as of ``Plan``), ``rows_in`` and ``notes``: sentences on what
        a person should know of the result.
        """


recipes: Registry[Recipe] = Registry("datasets.engine.recipes", Recipe)
"""Every kind; those of higher apps are registered when these are ready."""

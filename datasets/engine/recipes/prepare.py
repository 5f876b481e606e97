"""Prepare: an ordered list of steps over one dataset."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, create_model

from datasets.engine.recipes.base import Plan, VisualRecipe, recipes
from datasets.engine.steps.base import Step, Table, steps
from datasets.engine.types import ROW_COLUMN, Column
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Params as BaseParams

if TYPE_CHECKING:
    from sqlglot import exp

MAX_STEPS = 100


def _model(cls: type[Step]) -> type[BaseParams]:
    """Return the step's parameters with ``kind`` and ``disabled`` before them."""
    return create_model(
        f"{cls.__name__}Step",
        __base__=cls.Params,
        kind=(Literal[cls.key], Field(title="Step")),  # type: ignore[arg-type]
        disabled=(bool, Field(default=False, title="Left out")),
    )


def _tag(raw: Any) -> str | None:
    kind = raw.get("kind") if isinstance(raw, Mapping) else getattr(raw, "kind", None)
    return f"kind:{kind}" if isinstance(kind, str) else None


def _any_step() -> Any:
    """Return the type of one entry of the list: any of the registered steps, by its kind."""
    tagged = [Annotated[_model(cls), Tag(f"kind:{cls.key}")] for cls in steps.all()]
    choice = Discriminator(
        _tag,
        custom_error_type="step_kind",
        custom_error_message="Choose one of the kinds of step: "
        + ", ".join(cls.key for cls in steps.all())
        + ".",
    )
    return Annotated[reduce(or_, tagged), choice]


@recipes.register
class Prepare(VisualRecipe):
    """Steps one after the other; each sees the columns that the ones before it left."""

    key = "prepare"
    title = "Prepare"
    help = "Cleans a dataset step by step: compute columns, filter rows, drop missing values."
    icon = "wand-sparkles"
    order = 10
    ending = "prepared"

    class Params(BaseParams):
        steps: list[_any_step()] = Field(  # type: ignore[valid-type]
            default_factory=list,
            title="Steps",
            description="Run from first to last; none at all copies the dataset.",
            max_length=MAX_STEPS,
        )

    def proposal(self, inputs: Sequence[Sequence[Column]]) -> dict[str, Any]:
        """Propose an empty list of steps."""
        return {"steps": []}

    def plan(self, inputs: Sequence[Sequence[Column]], params: Params) -> Plan:
        """Return one SELECT with a CTE for every step; hands ``__row`` on."""
        columns, source = list(inputs[0]), "input_0"
        done: list[tuple[str, exp.Query]] = []
        for place, chosen in enumerate(params.steps):
            if chosen.disabled:
                continue
            table = _applied(place, chosen, Table(rows_of(source, columns), columns))
            source, columns = f"step_{place + 1}", table.columns
            done.append((source, table.query))
        query = rows_of(source, columns)
        for name, body in done:
            query = query.with_(name, as_=body, copy=False)
        return Plan(query)


def _applied(place: int, chosen: Any, table: Table) -> Table:
    """Apply one step; its errors name its number and its field in the list."""
    try:
        return steps.get(chosen.kind)().apply(table, chosen)
    except UserError as error:
        fields = {f"steps.{place}.{name}": text for name, text in error.fields.items()}
        raise UserError(f"Step {place + 1}: {error}", fields) from error


def rows_of(source: str, columns: Sequence[Column]) -> "exp.Select":
    """Return a plain SELECT of ``__row`` and the columns; steps change it in place."""
    from sqlglot import exp

    names = [ROW_COLUMN, *(column.name for column in columns)]
    selected = [exp.column(name, quoted=True) for name in names]
    return exp.select(*selected).from_(exp.to_table(source))

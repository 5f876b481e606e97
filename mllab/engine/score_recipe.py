"""Score: gives each row of a dataset the segment that a trained model finds for it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field

from datasets.engine.recipes.base import Applied, ModelRecipe, recipes
from datasets.engine.results import ReadResult
from datasets.engine.types import Column
from mllab.engine.score_columns import (
    PREFIX,
    prefix_check,
    prefix_free,
    preprocessing_of,
    scored_columns,
)
from segplatform.kernel.params import Params as BaseParams
from segplatform.kernel.params import widget
from segplatform.kernel.progress import Progress

if TYPE_CHECKING:
    from datasets.engine.execute import Source

PREFIX_LENGTH = 180  # names of columns have at most 200 characters


@recipes.register
class Score(ModelRecipe):
    """All columns of a dataset, with the segment of each row, its name and how sure it is."""

    key = "score"
    title = "Score"
    help = "Adds the segment of each row, found by a segmentation from the ML Lab."
    icon = "tags"
    order = 50
    ending = "scored"
    model_param = "segmentation"
    model_word = "segmentation"

    class Params(BaseParams):
        segmentation: Annotated[
            str, Field(min_length=1, max_length=40, json_schema_extra=widget("model"))
        ] = Field(
            title="Segmentation",
            description="The dataset needs the columns that it learned from.",
        )
        prefix: Annotated[
            str,
            Field(max_length=PREFIX_LENGTH, json_schema_extra=widget("new_column")),
            AfterValidator(prefix_check),
        ] = Field(
            PREFIX,
            title="Column name prefix",
            description="Three columns are added: the prefix alone has the number of the segment; "
            "with _name and _confidence behind it, its name and how sure it is, from 0 to 1.",
        )

    def proposal(self, inputs: Sequence[Sequence[Column]]) -> dict[str, Any]:
        """Propose a prefix whose names the dataset does not have."""
        return {"prefix": prefix_free(inputs[0])}

    def columns(
        self, inputs: Sequence[Sequence[Column]], params: Params, model: Applied
    ) -> list[Column]:
        """Return the dataset's columns and three more; ``UserError`` where it lacks any."""
        fitted = preprocessing_of(model.content["model"])
        return scored_columns(inputs[0], fitted, params.prefix)

    def run(
        self, source: "Source", params: Params, model: Applied, out_dir: Path, progress: Progress
    ) -> ReadResult:
        """Score all rows."""
        from mllab.engine.score import score  # loads DuckDB and Arrow

        return score(source, model.content, params.prefix, out_dir, progress)

"""Python recipe: a person's pandas script over named inputs, run in the cage."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from datasets.engine.python_templates import blank, rfm, total_price
from datasets.engine.recipes.base import CodeRecipe, Template, recipes
from datasets.engine.types import Column
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Code
from segplatform.kernel.params import Params as BaseParams

ONLINE_RETAIL = [
    Column("InvoiceNo", "text"),
    Column("StockCode", "text"),
    Column("Description", "text"),
    Column("Quantity", "integer"),
    Column("InvoiceDate", "datetime"),
    Column("UnitPrice", "decimal"),
    Column("CustomerID", "text"),
    Column("Country", "text"),
]
"""What the templates are written for where the columns of the inputs are not known."""

NO_CODE = "Write a script first: it must set output to a DataFrame."


@recipes.register
class Python(CodeRecipe):
    """``inputs`` and ``pd`` in, ``output`` out."""

    key = "python"
    title = "Python recipe"
    help = "A pandas script over any of the project's datasets; it runs in a sandbox."
    icon = "code-xml"
    order = 200
    ending = "computed"
    task = "python"

    class Params(BaseParams):
        # A blank first line or an indented one is the person's: line numbers would move.
        code: Annotated[Code, StringConstraints(strip_whitespace=False)] = Field(
            title="Script",
            description="Reads inputs[“name of a dataset”], sets output to a pandas DataFrame.",
        )

    def templates(self, inputs: Mapping[str, Sequence[Column]]) -> list[Template]:
        """Return the scripts to start from; the ones for orders only where there is an input."""
        if not inputs:
            return [_template("blank", blank("", []))]
        name, columns = next(iter(inputs.items()))
        shown = columns or ONLINE_RETAIL
        return [
            _template("total_price", total_price(name, shown)),
            _template("rfm", rfm(name, shown)),
            _template("blank", blank(name, shown)),
        ]

    def arguments(self, params: Params) -> dict[str, Any]:
        """Return the script; ``UserError`` (field ``code``) for one without a word."""
        if not params.code.strip():
            raise UserError(NO_CODE, {"code": NO_CODE})
        return {"code": params.code}


WORDS = {
    "total_price": ("Total price", "Adds what each row is worth: quantity times price."),
    "rfm": ("RFM", "One row per customer with recency, frequency, monetary and their scores."),
    "blank": ("Blank", "Starts with the smallest script that runs."),
}


def _template(key: str, code: str) -> Template:
    title, words = WORDS[key]
    return Template(key, title, words, code)


TEMPLATES: dict[str, tuple[str, str, str]] = {
    each.key: (each.title, each.help, each.code)
    for each in Python().templates({"Online Retail": ONLINE_RETAIL})
}
"""Each as ``(title, sentence, code)``, written for the Online Retail file."""

"""Only the rows of a table or a SELECT that are newer than what is there already.

The value is always a parameter of the statement, the name of the column always quoted.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator

from datasets.engine.remote.base import Told
from segplatform.kernel.errors import UserError

NewerKind = Literal["integer", "date", "datetime"]
VALUE = (
    r"^(|-?[0-9]{1,19}|[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?)?)$"
)
UNFIT = (
    "“{column}” is of another type in the source than here, so that newer rows cannot be told "
    "from older ones. Fetch all rows, or choose another column."
)


class NewerItem(Told):
    """What of a thing is fetched: all of it, or the rows above a value of one column."""

    newer_column: str = Field("", title="Only rows newer by this column", max_length=300)
    newer_than: str = Field("", title="Newer than", max_length=26, pattern=VALUE)

    @model_validator(mode="after")
    def _newer_whole(self) -> "NewerItem":
        if bool(self.newer_column) != bool(self.newer_than):
            raise ValueError("enter both the column and the value above which rows are newer")
        if self.newer_than and newer_kind(self.newer_than) != "integer":
            datetime.fromisoformat(self.newer_than)  # a day that the calendar has
        return self


def newer_kind(value: str) -> NewerKind:
    """Say what kind of value it is."""
    if re.fullmatch(r"-?[0-9]+", value):
        return "integer"
    return "datetime" if " " in value else "date"


def newer_sql(question: str, column: str, value: str, written: Mapping[NewerKind, str]) -> str:
    """Return a statement with one ``%s``, for ``value``, around one without any.

    ``column`` is quoted; ``written`` are the comparisons in the words of the server.
    """
    # What stands for itself must not be taken for the place of a parameter.
    inner, name = (text.replace("%", "%%") for text in (question, column))
    return f"SELECT * FROM (\n{inner}\n) AS newer WHERE {name} {written[newer_kind(value)]}"


def newer_unfit(item: NewerItem) -> UserError:
    """Say that the column is of a type in the database which cannot be compared so."""
    return UserError(UNFIT.format(column=item.newer_column))

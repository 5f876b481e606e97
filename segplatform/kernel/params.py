"""Parameters declared once: form, validation, API schema and stored JSON all come from them."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from segplatform.kernel.errors import UserError

MAX_EXPRESSION = 2000
MAX_CODE = 100_000


class Params(BaseModel):
    """Base of every plug-in's parameters; unknown names are errors, so that typos show."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


def widget(kind: str, **more: Any) -> dict[str, Any]:
    """Tell forms which widget a field wants, in its JSON Schema."""
    return {"widget": kind, **more}


Column = Annotated[str, Field(min_length=1, max_length=200, json_schema_extra=widget("column"))]
"""The name of one column of the input."""

Columns = Annotated[list[Column], Field(json_schema_extra=widget("columns"))]
"""Names of columns of the input."""

NewColumn = Annotated[
    str, Field(min_length=1, max_length=200, json_schema_extra=widget("new_column"))
]
"""The name of a column that the plug-in makes."""

Expression = Annotated[
    str, Field(min_length=1, max_length=MAX_EXPRESSION, json_schema_extra=widget("expression"))
]
"""A formula over the columns of the input."""

Code = Annotated[str, Field(max_length=MAX_CODE, json_schema_extra=widget("code"))]
"""A program of the person's."""

P = TypeVar("P", bound=Params)
_SENTENCES = {
    "missing": "Fill this in.",
    "string_too_short": "Fill this in.",
    "string_too_long": "This is too long: use at most {max_length} characters.",
    "extra_forbidden": "There is no such setting.",
    "greater_than_equal": "This must be {ge} or more.",
    "less_than_equal": "This must be {le} or less.",
    "int_parsing": "Write a whole number.",
    "int_from_float": "Write a whole number.",
    "float_parsing": "Write a number.",
    "date_from_datetime_parsing": "Write a date as 2011-12-31.",
    "date_parsing": "Write a date as 2011-12-31.",
    "literal_error": "Choose one of {expected}.",
    "bool_parsing": "Choose yes or no.",
}


def check(model: type[P], raw: Mapping[str, Any]) -> P:
    """Read parameters; ``UserError`` with one sentence for each wrong field otherwise.

    Fields are named by their path, as ``steps.0.expression``.
    """
    try:
        return model.model_validate(dict(raw))
    except ValidationError as error:
        fields = dict(_fields(error.errors(include_url=False, include_context=True)))
        name, sentence = next(iter(fields.items()))
        raise UserError(f"{name}: {sentence}" if name else sentence, fields) from None


def _fields(errors: Iterable[ErrorDetails]) -> Iterable[tuple[str, str]]:
    for error in errors:
        # Tags of unions are in the path too, but no field has such a name.
        path = ".".join(str(part) for part in error["loc"] if not _is_tag(part))
        known = _SENTENCES.get(error["type"])
        limits = error.get("ctx", {})
        yield path, known.format(**limits) if known else error["msg"].removeprefix("Value error, ")


def _is_tag(part: int | str) -> bool:
    return isinstance(part, str) and part.startswith("kind:")

"""What can be told of how delimited text is written."""

from typing import Literal

from pydantic import BaseModel, Field, field_validator

from datasets.engine import csv_words as words
from datasets.engine.csv_words import offered
from datasets.engine.encoding_names import ENCODINGS, MIXED
from datasets.engine.numbers import THOUSANDS
from datasets.engine.text_columns import BLANKS, WIDTHS, widths_of


class TextOptions(BaseModel):
    """Characters, separators and numbers of a text; None is "guess"."""

    encoding: str | None = Field(
        None, title="Encoding", description="How characters are stored.",
        json_schema_extra=offered(ENCODINGS | MIXED),
    )  # fmt: skip
    delimiter: str | None = Field(
        None, title="Separator", description="What stands between two cells.",
        min_length=1, max_length=6, json_schema_extra=offered(words.DELIMITERS),
    )  # fmt: skip
    widths: str | None = Field(
        None, title="Widths", description="Of fixed columns, in characters: 8,12,10.",
        max_length=4_000,
    )  # fmt: skip
    quote: Literal['"', "'", ""] | None = Field(
        None, title="Quote", description="What wraps a cell that holds the separator; or nothing.",
        json_schema_extra=offered(words.QUOTES),
    )  # fmt: skip
    header: bool | None = Field(
        None, title="Header row", description="The first row holds the names of the columns.",
        json_schema_extra=offered(words.HEADERS),
    )  # fmt: skip
    skip_rows: int | None = Field(
        None, title="Lines to skip", description="Lines above the table.", ge=0, le=900
    )
    decimal: Literal[".", ","] | None = Field(
        None, title="Decimal sign", description="1.5 or 1,5.",
        json_schema_extra=offered(words.DECIMALS),
    )  # fmt: skip
    thousands: str | None = Field(
        None, title="Thousands", description="What groups the digits of a large number, if any.",
        json_schema_extra=offered(words.THOUSANDS),
    )  # fmt: skip

    @field_validator("delimiter")
    @classmethod
    def _separates(cls, value: str | None) -> str | None:
        if value is None or value in (BLANKS, WIDTHS):
            return value
        if len(value) > 1 or (value in "\r\n\"'\0" or value.isalnum()):
            raise ValueError("choose a sign that is no letter, digit, quote or line end")
        if ord(value) > 127:
            raise ValueError("choose an ASCII sign")
        return value

    @field_validator("widths")
    @classmethod
    def _are_widths(cls, value: str | None) -> str | None:
        if value:
            widths_of(value)
        return value

    @field_validator("thousands")
    @classmethod
    def _groups(cls, value: str | None) -> str | None:
        if value and value not in THOUSANDS:
            raise ValueError("choose a comma, a point, a blank or an apostrophe, or nothing")
        return value

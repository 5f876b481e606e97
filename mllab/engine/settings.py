"""How columns become numbers to train on: what a person may set; empty choices mean ``auto``."""

import datetime
from typing import Literal

from pydantic import Field

from segplatform.kernel.params import Params

SKEWED = 1.0
"""Beyond this |skew| a few rows decide all distances (a usual rule of thumb)."""

Role = Literal["input", "display", "ignored"]
Missing = Literal["auto", "median", "mean", "mode", "constant", "drop_row"]
Skew = Literal["auto", "none", "log", "yeo_johnson"]
Scaling = Literal["auto", "standard", "min_max", "robust", "none"]
Outliers = Literal["none", "clip"]
Categories = Literal["auto", "one_hot", "ordinal", "frequency"]
Apart = Literal["off", "forest"]
Pca = Literal["off", "keep", "both"]


class ColumnSettings(Params):
    """How one column is prepared; every description has two plain sentences."""

    missing: Missing = Field(
        "auto",
        title="Missing values",
        description="What stands where a value is missing. Auto takes the median of numbers and "
        "the most frequent value of texts.",
    )
    constant: float | None = Field(
        None,
        allow_inf_nan=False,
        title="Fill with",
        description="The number that stands for a missing value. Texts get a value of their own, "
        "“(missing)”.",
    )
    reference: datetime.date | None = Field(
        None,
        title="Count days up to",
        description="A date is trained on as the days from it up to this day. Empty: up to the "
        "latest date of the column.",
    )
    skew: Skew = Field(
        "auto",
        title="Skew",
        description="A few very large values would decide all distances, and a curve pulls them "
        "in. Auto takes a signed logarithm where the column is very skewed (|skew| > 1).",
    )
    scaling: Scaling = Field(
        "auto",
        title="Scaling",
        description="Brings all columns to one size, so that euros do not outweigh days. Auto is "
        "standard: mean 0 and standard deviation 1.",
    )
    outliers: Outliers = Field(
        "none",
        title="Extreme values",
        description="Clip cuts values beyond the 1st and 99th percentile to these. The rows stay, "
        "and their other columns count as before.",
    )
    categories: Categories = Field(
        "auto",
        title="Categories",
        description="How texts become numbers. Auto gives each value a column of 0 and 1, at most "
        "20; by order suits sizes and grades, by frequency very many values.",
    )
    weight: float = Field(
        1.0,
        gt=0,
        le=10,
        title="Weight",
        description="How much the column counts in distances. 2 counts as if it were twice as "
        "spread out, 0.5 half as much.",
    )


class Settings(Params):
    """How all columns are prepared: ``default``, and what single ``columns`` do otherwise."""

    default: ColumnSettings = Field(default_factory=ColumnSettings)
    columns: dict[str, ColumnSettings] = Field(default_factory=dict)
    apart: Apart = Field(
        "off",
        title="Outliers",
        description="Sets rows apart that differ most from all others, by an isolation forest "
        "over all inputs. They are in no segment, shown as noise, and so are new rows like them.",
    )
    apart_share: float = Field(
        0.02,
        gt=0,
        le=0.2,
        title="Share to set apart",
        description="At most so many of the rows, 0.02 is one in 50. The isolation forest always "
        "finds some, so that a small share is wise.",
    )
    pca: Pca = Field(
        "off",
        title="Principal components",
        description="Trains on the few directions that hold most of the variance, which helps "
        "where many columns say the same. Both trains every model twice, with and without.",
    )
    pca_share: float = Field(
        0.95,
        gt=0,
        lt=1,
        title="Variance to keep",
        description="How much of the differences between rows the directions must hold. 0.95 is "
        "usual; less leaves more detail out.",
    )

    def of(self, column: str) -> ColumnSettings:
        """Return the settings of one column."""
        return self.columns.get(column, self.default)


class Feature(Params):
    """The role of one column; ``confirmed`` lets personal data be an input."""

    column: str = Field(min_length=1, max_length=200)
    role: Role
    confirmed: bool = False

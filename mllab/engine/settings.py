"""How columns become numbers to train on: what a person may set; empty choices mean ``auto``."""

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
Pca = Literal["off", "keep"]


class ColumnSettings(Params):
    """How one column is prepared."""

    missing: Missing = Field(
        "auto", title="Missing values", description="Auto: the median, or the most frequent value."
    )
    constant: float | None = Field(
        None,
        allow_inf_nan=False,
        title="Fill with",
        description="The number that stands for a missing value; texts get a value of its own.",
    )
    skew: Skew = Field(
        "auto",
        title="Skew",
        description="Auto: a signed logarithm where the column is very skewed (|skew| > 1).",
    )
    scaling: Scaling = Field(
        "auto", title="Scaling", description="Auto: standard, mean 0 and standard deviation 1."
    )
    outliers: Outliers = Field(
        "none", title="Outliers", description="Clip: values beyond the 1st and 99th percentile."
    )
    categories: Categories = Field(
        "auto",
        title="Categories",
        description="Auto: one column of 0 and 1 for each value, at most 20.",
    )
    weight: float = Field(
        1.0, gt=0, le=10, title="Weight", description="How much the column counts in distances."
    )


class Settings(Params):
    """How all columns are prepared: ``default``, and what single ``columns`` do otherwise."""

    default: ColumnSettings = Field(default_factory=ColumnSettings)
    columns: dict[str, ColumnSettings] = Field(default_factory=dict)
    pca: Pca = Field(
        "off",
        title="Principal components",
        description="Train on the few directions that hold most of the variance.",
    )
    pca_share: float = Field(
        0.95, gt=0, lt=1, title="Variance to keep", description="As a share, 0.95 is usual."
    )

    def of(self, column: str) -> ColumnSettings:
        """Return the settings of one column."""
        return self.columns.get(column, self.default)


class Feature(Params):
    """The role of one column; ``confirmed`` lets personal data be an input."""

    column: str = Field(min_length=1, max_length=200)
    role: Role
    confirmed: bool = False

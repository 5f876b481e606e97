"""From columns to the matrix that prototypes train on: fitted once, stored as our own JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from mllab.engine.features import check_features
from mllab.engine.personal import is_personal
from mllab.engine.preparation.components import (
    Components,
    chunks,
    fit_components,
    holding,
    project,
)
from mllab.engine.preparation.inputs import (
    InputFit,
    apply_input,
    fit_input,
    input_from_json,
    notes,
    skewed,
)
from mllab.engine.preparation.isolation import (
    Forest,
    fit_forest,
    forest_from_json,
    stands_apart,
)
from mllab.engine.preparation.values import Kind, Table, Values
from mllab.engine.settings import Feature, Settings
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress, Progress

if TYPE_CHECKING:
    from mllab.engine.preparation.values import Floats, Mask

FORMAT = "preprocessing/1"
CHUNK_ROWS = 100_000
LOOKED_AT = 200
"""How many different values of a text are looked at for e-mail addresses and phone numbers."""


@dataclass(frozen=True)
class Fitted:
    """What turns a table into the matrix: numbers only, nothing of single rows.

    ``inputs`` are the columns that are not constant, ``columns`` the names of the matrix's d
    columns; with ``pca`` these are its components. ``notes`` are sentences, ``skewed`` the
    columns that were bent, for people.
    """

    features: list[Feature]
    settings: Settings
    inputs: list[InputFit]
    columns: list[str]
    notes: list[str]
    skewed: list[dict[str, Any]]
    pca: Components | None = None
    forest: Forest | None = None
    """Tells rows that stand apart, in the space before principal components."""

    @property
    def scaled_columns(self) -> list[str]:
        """Name the columns before principal components."""
        return [name for fit in self.inputs for name in fit.names]

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON that ``from_json`` reads back to the identical matrix."""
        return {
            "format": FORMAT,
            "features": [feature.model_dump() for feature in self.features],
            "settings": self.settings.model_dump(mode="json"),
            "inputs": [fit.to_json() for fit in self.inputs],
            "columns": self.columns,
            "pca": asdict(self.pca) if self.pca else None,
            "apart": self.forest.to_json() if self.forest else None,
            "notes": self.notes,
            "skewed": self.skewed,
        }


def from_json(found: Mapping[str, Any]) -> Fitted:
    """Read a fitted preprocessing; raises ``ValueError`` for another format."""
    if found.get("format") != FORMAT:
        raise ValueError(f"not {FORMAT}: {found.get('format')}")
    return Fitted(
        features=[Feature.model_validate(feature) for feature in found["features"]],
        settings=Settings.model_validate(found["settings"]),
        inputs=[input_from_json(fit) for fit in found["inputs"]],
        columns=list(found["columns"]),
        notes=list(found["notes"]),
        skewed=list(found["skewed"]),
        pca=Components(**found["pca"]) if found["pca"] else None,
        forest=forest_from_json(found["apart"]) if found.get("apart") else None,
    )


def fit(table: Table, features: Sequence[Feature], settings: Settings) -> Fitted:
    """Fit all inputs of a table, principal components too where they are asked for.

    Rows without a value in a column that leaves such rows out are not looked at. Raises
    ``UserError`` with ``fields`` where the choice cannot be trained on.
    """
    check_features(features, table)
    check_settings(features, settings, {name: table[name].kind for name in table})
    fitted = fit_columns(table, features, settings)
    return fit_pca(fitted, scaled(fitted, table)) if settings.pca == "keep" else fitted


def fit_columns(
    table: Table,
    features: Sequence[Feature],
    settings: Settings,
    progress: Progress | None = None,
) -> Fitted:
    """Fit each input on its own, checked before; principal components are left to ``fit_pca``."""
    names = inputs_of(features)
    rows = _complete(table, [name for name in names if settings.of(name).missing == "drop_row"])
    report, found = progress or NullProgress(), []
    for place, name in enumerate(names):
        report.step(place / len(names), f"Looking at {name}")
        values = table[name].take(rows)
        _refuse_personal(features, name, values)
        found.append(fit_input(name, values, settings.of(name)))
    return _fitted(list(features), settings, found)


def _fitted(features: list[Feature], settings: Settings, found: list[InputFit]) -> Fitted:
    inputs = [fit for fit in found if fit.names]
    if not inputs:
        sentence = "Every input has one value only: choose columns in which the rows differ."
        raise UserError(sentence, {"features": sentence})
    return Fitted(
        features=features,
        settings=settings,
        inputs=inputs,
        columns=[name for fit in inputs for name in fit.names],
        notes=[note for fit in found for note in notes(fit, settings.of(fit.column))],
        skewed=[bent for fit in found if (bent := skewed(fit))],
    )


def fit_apart(fitted: Fitted, X: "Floats", seed: int) -> "tuple[Fitted, Mask | None]":
    """Add what tells rows that stand apart, where it is asked for; say which of X (n, d) do."""
    if fitted.settings.apart == "off":
        return fitted, None
    forest = fit_forest(X, fitted.settings.apart_share, seed)
    apart = stands_apart(forest, X)
    count = int(apart.sum())
    note = (
        f"{count:,} of {len(X):,} rows ({100 * count / len(X):.1f} %) stand apart from all others: "
        "nothing is learned from them, and they are in no segment."
    )
    return replace(fitted, forest=forest, notes=[*fitted.notes, note]), apart


def fit_pca(fitted: Fitted, X: "Floats", inside: "Mask | None" = None) -> Fitted:
    """Add the components that hold the wished share of the variance of X (n, d), scaled.

    Only rows ``inside`` (n,) are looked at.
    """
    found = holding(fit_components(X, inside), fitted.settings.pca_share)
    count = len(found.components)
    note = (
        f"{count} of {X.shape[1]} principal components are trained on: they hold "
        f"{100 * sum(found.variance):.1f} % of the variance."
    )
    columns = [f"Component {place}" for place in range(1, count + 1)]
    return replace(fitted, pca=found, columns=columns, notes=[*fitted.notes, note])


def apply(fitted: Fitted, table: Table) -> "Floats":
    """Return the matrix (n, d), finite float64, of the table's ``kept_rows``."""
    X = scaled(fitted, table)
    return project(fitted.pca, X) if fitted.pca else X


def apply_apart(fitted: Fitted, table: Table) -> "tuple[Floats, Mask | None]":
    """Return the matrix (n, d) as ``apply`` does, and which of its rows stand apart, (n,)."""
    X = scaled(fitted, table)
    apart = stands_apart(fitted.forest, X) if fitted.forest else None
    return (project(fitted.pca, X) if fitted.pca else X), apart


def scaled(fitted: Fitted, table: Table, out: "Floats | None" = None) -> "Floats":
    """Return the matrix before principal components, in ``out`` (n, d) where it is given.

    Raises ``UserError`` where values are too large to be scaled.
    """
    import numpy as np

    rows = kept_rows(fitted, table)
    start = 0
    for fit in fitted.inputs:
        values = table[fit.column].take(rows)
        count = len(values.array)
        out = np.empty((count, len(fitted.scaled_columns))) if out is None else out
        stop = start + len(fit.names)
        for low in range(0, count, CHUNK_ROWS):
            part = slice(low, low + CHUNK_ROWS)
            out[part, start:stop] = apply_input(
                fit, Values(values.kind, values.array[part], values.levels)
            )
        start = stop
    assert out is not None
    if not all(np.isfinite(chunk).all() for chunk in chunks(out)):
        raise UserError("Some values are too large to be scaled: clip the outliers first.")
    return out


def kept_rows(fitted: Fitted, table: Table) -> "Mask | None":
    """Say which rows of the table have a row in the matrix (n,); None: all of them."""
    return _complete(table, [fit.column for fit in fitted.inputs if fit.leaves_out])


def _complete(table: Table, names: Sequence[str]) -> "Mask | None":
    masks = [table[name].present for name in names]
    whole: Mask | None = None
    for mask in masks:
        whole = mask if whole is None else whole & mask
    return whole


def inputs_of(features: Sequence[Feature]) -> list[str]:
    """Name the columns that are trained on."""
    return [feature.column for feature in features if feature.role == "input"]


def check_settings(
    features: Sequence[Feature], settings: Settings, kinds: Mapping[str, Kind]
) -> None:
    """Refuse settings of columns that are not there, and constants that are not given.

    ``kinds`` are those of all columns (``mllab.engine.preparation.values.kind_of`` their type).
    """
    fields = {
        f"preprocessing.columns.{name}": f"There is no column “{name}” to set up."
        for name in settings.columns
        if name not in kinds
    }
    for name in inputs_of(features):
        own = settings.of(name)
        if own.missing == "constant" and own.constant is None and kinds[name] != "category":
            fields[f"preprocessing.columns.{name}.constant"] = (
                f"Give the number that stands for a missing value in “{name}”."
            )
    if fields:
        raise UserError(next(iter(fields.values())), fields)


def _refuse_personal(features: Sequence[Feature], name: str, values: Values) -> None:
    """Refuse e-mail addresses and phone numbers under a harmless name."""
    if is_personal("", values.levels[:LOOKED_AT]):
        check_features(features, [feature.column for feature in features], personal=[name])

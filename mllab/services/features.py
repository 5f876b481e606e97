"""The columns to train on: proposed from the dataset's profile, checked, and sketched."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from datasets.models import DatasetVersion
from datasets.services.on_demand import datasets_ready
from datasets.services.previews import PREVIEW_SECONDS, PreviewPending, preview_ask
from datasets.services.profiles import profile_ask
from datasets.services.rows import version_columns, version_current
from mllab.engine.features import check_features, propose
from mllab.engine.settings import Feature, Settings
from mllab.models import UseCase
from mllab.services.sources import source_of
from projects.jobs.context import JobContext
from projects.models import User
from segplatform.kernel import params as kernel_params
from segplatform.kernel.errors import Conflict, UserError

__all__ = [
    "SKETCH",
    "PreviewPending",
    "features_check",
    "features_propose",
    "settings_check",
    "sketch_ask",
    "sketch_run",
    "use_case_rows",
    "use_case_version",
]

SKETCH = "mllab.sketch"
DATASET_GONE = "The dataset of this use case was deleted; make a new use case of another one."
Raw = Mapping[str, Any]


def use_case_version(*, use_case: UseCase) -> DatasetVersion:
    """Return the current version of a use case's dataset; ``Conflict`` where there is none."""
    if use_case.dataset is None:
        raise Conflict(DATASET_GONE)
    return version_current(dataset=use_case.dataset)


def use_case_rows(
    *, use_case: UseCase, user: User, seconds: float = PREVIEW_SECONDS
) -> DatasetVersion:
    """Return that version with its rows there, made now where they are not kept between uses.

    Raises ``PreviewPending`` where that takes longer than ``seconds``.
    """
    if use_case.dataset is None:
        raise Conflict(DATASET_GONE)
    datasets_ready(datasets=[use_case.dataset], user=user, seconds=seconds)
    return version_current(dataset=use_case.dataset)


def features_propose(
    *, use_case: UseCase, user: User, seconds: float = PREVIEW_SECONDS
) -> list[dict[str, Any]]:
    """Propose a role for each column, with its reason and the column's ``profile``.

    Each is ``{"column", "type", "role", "reason", "is_personal", "profile"}``. Raises
    ``PreviewPending`` where measuring the columns takes longer than ``seconds``.
    """
    version = use_case_version(use_case=use_case)
    profile = profile_ask(user=user, version=version, seconds=seconds)
    proposals = propose(profile, version.rows)
    return [
        {**asdict(proposal), "profile": column}
        for proposal, column in zip(proposals, profile, strict=True)
    ]


def features_check(*, version: DatasetVersion, features: Sequence[Raw]) -> list[Feature]:
    """Return features that can be trained on; columns that are not named are ignored.

    Raises ``UserError`` whose fields are named as ``features.2.column``. A column that looks
    personal, by name or as far as its values were measured, is an input only where confirmed.
    """
    checked = [_feature(place, raw) for place, raw in enumerate(features)]
    columns = [column.name for column in version_columns(version=version)]
    check_features(checked, columns, _personal(version))
    named = {feature.column for feature in checked}
    rest = [name for name in columns if name not in named]
    return checked + [Feature(column=name, role="ignored") for name in rest]


def settings_check(*, settings: Raw, version: DatasetVersion | None = None) -> Settings:
    """Return how columns are prepared; ``UserError`` with fields as ``preprocessing.pca_share``.

    With a ``version`` settings of columns that it does not have are refused too.
    """
    try:
        checked = kernel_params.check(Settings, settings)
    except UserError as error:
        fields = {f"preprocessing.{name}": text for name, text in error.fields.items()}
        raise UserError(str(error), fields) from None
    known = {column.name for column in version_columns(version=version)} if version else None
    for name in checked.columns:
        if known is not None and name not in known:
            sentence = f"There is no column “{name}” to set up."
            raise UserError(sentence, {f"preprocessing.columns.{name}": sentence})
    return checked


def sketch_ask(
    *,
    use_case: UseCase,
    user: User,
    features: Sequence[Raw],
    preprocessing: Raw,
    seconds: float = PREVIEW_SECONDS,
) -> list[dict[str, Any]]:
    """Show what preparing does to the inputs, on a sample of rows, in a worker.

    Each is ``{"column", "before", "after", "words"}``. A sketch of other settings of the same
    person that is still being made is cancelled. Raises ``UserError`` for what does not fit and
    ``PreviewPending`` after ``seconds``.
    """
    version = use_case_rows(use_case=use_case, user=user, seconds=seconds)
    checked = features_check(version=version, features=features)
    settings = settings_check(settings=preprocessing)
    args = {
        "version": str(version.pk),
        "features": [feature.model_dump(mode="json") for feature in checked],
        "preprocessing": settings.model_dump(mode="json"),
    }
    found = preview_ask(
        project=use_case.project, user=user, name=SKETCH,
        subject=f"sketch:{use_case.pk}:{user.pk}", title=f"Sketch of {use_case.name}", args=args,
        seconds=seconds, pending="The sketch is still being made. Ask again in a moment.",
        stopped="The sketch was stopped. Change something, or try again.",
    )  # fmt: skip
    return list(found["columns"])


def sketch_run(*, ctx: JobContext) -> dict[str, Any]:
    """Prepare a sample of the rows, in a worker; nothing is stored but the answer."""
    from mllab.engine.sketch import sketch

    version = DatasetVersion.objects.filter(pk=ctx.args["version"]).first()
    features = [Feature.model_validate(each) for each in ctx.args["features"]]
    settings = Settings.model_validate(ctx.args["preprocessing"])
    return {"columns": sketch(source_of(version=version), features, settings)}


def _feature(place: int, raw: Raw) -> Feature:
    try:
        return kernel_params.check(Feature, raw)
    except UserError as error:
        fields = {f"features.{place}.{name}": text for name, text in error.fields.items()}
        raise UserError(f"features.{place}.{error}", fields) from None


def _personal(version: DatasetVersion) -> list[str]:
    """Name the columns whose measured values look personal; none before they were measured."""
    proposals = propose(version.profile, version.rows) if version.profile else []
    return [proposal.column for proposal in proposals if proposal.is_personal]

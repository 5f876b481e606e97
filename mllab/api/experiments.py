"""Experiments: start, list, look."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema, Status
from pydantic import ConfigDict, Field

from mllab.api.base import router
from mllab.models import Experiment
from mllab.services.experiments import (
    DEFAULT_SEED,
    experiment_create,
    experiment_find,
    experiment_list,
)
from mllab.services.use_cases import use_case_find
from projects.web.api import ApiRequest, Limit, Offset, paginate
from projects.web.schemas import JobOut, Text, errors

TAGS = ["ML Lab"]


class FeatureIn(Schema):
    """The role of one column."""

    model_config = ConfigDict(extra="forbid")

    column: Text
    role: Text = Field(description="input, display (in profiles only) or ignored")
    confirmed: bool = Field(False, description="lets personal data be an input")


class ModelIn(Schema):
    """One model to train; parameters that are not sent have their defaults."""

    model_config = ConfigDict(extra="forbid")

    algorithm: Text
    params: dict[str, Any] = Field(default_factory=dict)
    warm_start: UUID | None = Field(
        None,
        description="id of a trained prototype of the use case, on the same inputs, at whose "
        "centres training begins; `k` is that of it",
    )


class ExperimentIn(Schema):
    """What to train, and on what."""

    model_config = ConfigDict(extra="forbid")

    features: list[FeatureIn] = Field(
        default_factory=list,
        description="those that are proposed where left out; columns not named are ignored",
    )
    preprocessing: dict[str, Any] = Field(
        default_factory=dict,
        description="`default` and `columns` say how columns are prepared, `pca` and `pca_share` "
        "what is kept (`both` starts a second experiment, with the next number), `apart` and "
        "`apart_share` which outliers are set apart; automatic where left out",
    )
    models: list[ModelIn]
    seed: int = DEFAULT_SEED


class PrototypeRef(Schema):
    """A prototype of the experiment."""

    id: UUID
    number: int
    algorithm: str
    params: dict[str, Any]


class ExperimentOut(Schema):
    """An experiment that was started."""

    id: UUID
    use_case: UUID
    number: int
    state: str = Field(description="of all its work: queued, running, succeeded, failed, …")
    features: list[dict[str, Any]]
    preprocessing: dict[str, Any]
    seed: int
    version: int | None = Field(description="number of the dataset's version that it learns from")
    rows: int | None = Field(description="that are trained on; null until they are prepared")
    columns: list[str] = Field(description="of the training space")
    details: dict[str, Any] = Field(description="what preparing found")
    error: str = Field(description="why preparing failed, in one sentence")
    prototypes: list[PrototypeRef]
    started: datetime


class ExperimentList(Schema):
    """One page of experiments, newest first."""

    items: list[ExperimentOut]
    count: int


class ExperimentAnswer(Schema):
    """An experiment that was started, and the job that stands for all of its work."""

    experiment: ExperimentOut
    job: JobOut


@router.get(
    "/use-cases/{uuid:use_case_id}/experiments", response={200: ExperimentList, **errors(404)},
    tags=TAGS, summary="List experiments",
)  # fmt: skip
def list_experiments(
    request: ApiRequest, use_case_id: UUID, limit: Limit = 100, offset: Offset = 0
) -> dict[str, Any]:
    """List the experiments of a use case that were started."""
    found = use_case_find(user=request.user, use_case_id=use_case_id)
    items = experiment_list(use_case=found).prefetch_related("prototypes")
    return paginate(items, limit, offset, experiment_out)


@router.post(
    "/use-cases/{uuid:use_case_id}/experiments",
    response={202: ExperimentAnswer, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Start an experiment",
)
def start_experiment(
    request: ApiRequest, use_case_id: UUID, payload: ExperimentIn
) -> Status[dict[str, Any]]:
    """Prepare the data and train the models, each by itself; editors may."""
    found = use_case_find(user=request.user, use_case_id=use_case_id, role="editor")
    experiment, job = experiment_create(
        use_case=found, user=request.user, seed=payload.seed,
        features=[feature.model_dump() for feature in payload.features],
        preprocessing=payload.preprocessing,
        algorithms=[model.model_dump() for model in payload.models],
    )  # fmt: skip
    return Status(202, {"experiment": experiment_out(experiment), "job": job})


@router.get(
    "/experiments/{uuid:experiment_id}", response={200: ExperimentOut, **errors(404)}, tags=TAGS,
    summary="Get an experiment",
)  # fmt: skip
def get_experiment(request: ApiRequest, experiment_id: UUID) -> dict[str, Any]:
    """Read one experiment."""
    return experiment_out(experiment_find(user=request.user, experiment_id=experiment_id))


def experiment_out(experiment: Experiment) -> dict[str, Any]:
    """Give an experiment in the API's shape."""
    job, prepare = experiment.job, experiment.prepare_job
    return {
        "id": experiment.pk,
        "use_case": experiment.use_case_id,
        "number": experiment.number,
        "state": job.state if job else "lost",
        "features": experiment.features,
        "preprocessing": experiment.preprocessing,
        "seed": experiment.seed,
        "version": experiment.version_number,
        "rows": experiment.rows,
        "columns": experiment.columns,
        "details": experiment.details,
        "error": prepare.error if prepare and experiment.prepared is None else "",
        "prototypes": list(experiment.prototypes.all()),
        "started": experiment.started,
    }

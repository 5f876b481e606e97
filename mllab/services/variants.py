"""A prototype once more with one parameter changed: what it was trained on stays the same."""

from collections.abc import Mapping
from typing import Any

from mllab.models import Experiment, Prototype
from mllab.services.experiments import experiment_create
from mllab.services.naming import prototype_params
from projects.models import Job, User
from segplatform.kernel.errors import UserError

SAME = "That is what this prototype was trained with; move the line first."


def prototype_vary(
    *, prototype: Prototype, user: User, params: Mapping[str, Any]
) -> tuple[Experiment, Job]:
    """Train a new prototype with the same features, settings and seed, in an experiment of its own.

    ``params`` are those that change. Raises ``UserError`` where none does, or one does not fit,
    ``Conflict`` where the dataset is gone.
    """
    before, experiment = prototype_params(prototype=prototype), prototype.experiment
    changed = {**before, **params}
    if changed == before:
        raise UserError(SAME)
    return experiment_create(
        use_case=experiment.use_case, user=user, features=experiment.features,
        preprocessing=experiment.preprocessing, seed=experiment.seed,
        algorithms=[{"algorithm": prototype.algorithm, "params": changed}],
    )  # fmt: skip

"""Distances that an experiment's prototypes share: there while they train, gone afterwards."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mllab.engine.distances import FILE
from mllab.models import Experiment, UseCase
from mllab.services.experiments import experiment_create
from mllab.services.files import WORK_SECONDS, lab_files_collect, path_of
from projects.jobs.runner import run_job
from projects.models import User
from tests.factories.mllab import RFM_INPUTS

pytestmark = pytest.mark.django_db(transaction=True)


def started(use_case: UseCase, user: User, models: int) -> Experiment:
    """Start an experiment of so many models and prepare its data."""
    chosen = [
        {"algorithm": "kmeans", "params": {"k": k, "restarts": 1}} for k in range(2, models + 2)
    ]
    made, _ = experiment_create(
        use_case=use_case, user=user, features=RFM_INPUTS, preprocessing={}, algorithms=chosen
    )
    run_job(str(made.prepare_job_id))
    made.refresh_from_db()
    return made


def file_of(experiment: Experiment) -> Path:
    return path_of(folder=experiment.folder) / FILE


def test_they_go_with_the_last_training(
    use_case: UseCase, user: User, run_all: Callable[[], None]
) -> None:
    experiment = started(use_case, user, 4)
    assert file_of(experiment).stat().st_size == 60 * 60 * 4 + 128
    run_all()
    assert experiment.prototypes.filter(finished=None).count() == 0
    scores = [each.scores.get(key="stability") for each in experiment.prototypes.all()]
    assert [(score.value is not None, score.n) for score in scores] == [(True, 38)] * 4
    assert not file_of(experiment).exists()


def test_few_prototypes_do_without_and_housekeeping_takes_what_was_left(
    use_case: UseCase, user: User, queue_server: str
) -> None:
    experiment = started(use_case, user, 1)
    left = file_of(experiment)
    assert not left.exists()
    left.write_bytes(b"left")
    lab_files_collect()
    assert left.exists()
    old = time.time() - WORK_SECONDS - 60
    os.utime(left, (old, old))
    lab_files_collect()
    assert not left.exists()
    assert left.parent.is_dir()

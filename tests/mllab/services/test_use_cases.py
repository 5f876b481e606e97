"""Use cases: names, counts, the quick search, what a worker loads and what housekeeping removes."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mllab.apps import count_use_cases, search_use_cases, tidy
from mllab.models import UseCase
from mllab.services.use_cases import (
    use_case_create,
    use_case_find,
    use_case_get,
    use_case_list,
    use_case_name_free,
    use_case_update,
)
from projects.models import Project, User
from segplatform.kernel.errors import Conflict, Forbidden, NotFound, UserError
from tests.factories import make_member, make_project, make_user
from tests.factories.mllab import make_experiment, make_prepared, make_prototype

pytestmark = pytest.mark.django_db


def test_a_name_is_free_or_taken(project: Project, user: User, use_case: UseCase) -> None:
    assert use_case.dataset
    with pytest.raises(Conflict):
        use_case_create(project=project, user=user, name="WHO buys how", dataset=use_case.dataset)
    free = use_case_name_free(project=project, name=use_case.name)
    made = use_case_create(project=project, user=user, name=free, dataset=use_case.dataset)
    assert made.name == "Who buys how 2"
    with pytest.raises(Conflict):
        use_case_update(use_case=made, name=use_case.name)
    with pytest.raises(UserError, match="Rank by one of"):
        use_case_update(use_case=made, rank_by="largest_share")


def test_a_dataset_of_another_project_is_not_there(user: User, use_case: UseCase) -> None:
    assert use_case.dataset
    with pytest.raises(NotFound):
        use_case_create(project=make_project(), user=user, name="A", dataset=use_case.dataset)


def test_it_counts_what_it_holds(project: Project, use_case: UseCase) -> None:
    experiment = make_prepared(use_case)
    make_prototype(experiment)
    make_prototype(experiment, trained=False)
    make_experiment(use_case)
    found = use_case_get(project=project, use_case_id=use_case.pk)
    counts = (found.experiment_count, found.prototype_count, found.trained_count)  # type: ignore[attr-defined]
    assert counts == (2, 2, 1)
    assert count_use_cases([project.pk]) == {"use_cases": {project.pk: 1}}
    assert list(use_case_list(project=make_project())) == []


def test_strangers_find_nothing_and_viewers_may_only_look(
    project: Project, use_case: UseCase
) -> None:
    viewer = make_member(project, "viewer").user
    assert use_case_find(user=viewer, use_case_id=use_case.pk) == use_case
    with pytest.raises(Forbidden):
        use_case_find(user=viewer, use_case_id=use_case.pk, role="editor")
    with pytest.raises(NotFound):
        use_case_find(user=make_user(), use_case_id=use_case.pk)
    (hit,) = search_use_cases(viewer, "buys")
    assert (hit.label, hit.kind, hit.detail) == ("Who buys how", "Use case", project.name)
    assert search_use_cases(make_user(), "buys") == []


def test_housekeeping_removes_what_nothing_names_once_it_is_old(
    use_case: UseCase, data_dir: Path
) -> None:
    prototype = make_prototype(make_prepared(use_case))
    kept = data_dir / prototype.folder
    orphans = [kept.with_name("gone"), kept.parents[2] / "gone", data_dir / "tmp" / "lab-x-y"]
    fresh = kept.with_name("fresh")
    for path in (*orphans, fresh):
        path.mkdir(parents=True)
    old = time.time() - 25 * 3600
    for path in (kept, kept.parents[1], *orphans):
        os.utime(path, (old, old))
    tidy()
    assert kept.is_dir()
    assert fresh.is_dir()
    assert not any(path.exists() for path in orphans)


def test_a_worker_loads_what_training_needs_before_it_forks() -> None:
    code = (
        "import sys; from mllab.apps import preload; preload(); "
        "print({'sklearn.cluster', 'mllab.engine.train', "
        "'mllab.engine.algorithms.kmeans'} <= set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"

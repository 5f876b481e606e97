"""*Combine*: from the leaderboard to a scored prototype, by page and API."""

from collections.abc import Callable

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest
from django.test import Client
from django.urls import reverse

from datasets.services.files import version_files
from mllab.models import Prototype, UseCase
from mllab.services.board_acts import prototypes_edit
from mllab.services.combine import combine_start
from mllab.services.files import path_of
from mllab.services.model_files import model_sql
from mllab.services.naming import params_text, prototype_name
from mllab.services.prototypes import prototype_model
from projects.models import User
from segplatform.kernel.errors import Conflict
from tests.factories.mllab import make_experiment, make_prepared, make_prototype

pytestmark = pytest.mark.django_db
Run = Callable[[], None]


def test_prototypes_are_combined_from_the_leaderboard(
    use_case: UseCase, user: User, client: Client, run_all: Run
) -> None:
    experiment = make_prepared(use_case)
    members = [make_prototype(experiment, k=3, restarts=1), make_prototype(experiment, "birch")]
    client.force_login(user)
    address = reverse("use_case_combine", args=[use_case.project_id, use_case.pk])
    chosen = {"p": [str(each.pk) for each in members]}
    assert "Combine 2 prototypes" in client.get(address, chosen).content.decode()
    assert "Select prototypes first" in client.get(address).content.decode()
    sent = client.post(address, {**chosen, "count": "asked", "k": "lots"})
    assert sent.status_code == 422
    assert "whole number" in sent.content.decode()
    sent = client.post(address, {**chosen, "count": "asked", "k": "3"})
    run_all()
    made = Prototype.objects.get(algorithm="combined")
    assert sent["Location"].endswith(f"/{made.pk}/")
    assert (made.segments, made.number) == (3, 3)
    assert prototype_name(prototype=made) == "Combined, 3 segments"
    assert params_text(prototype=made) == "prototypes 1 and 2, k = 3"
    assert made.scores.filter(key="silhouette", value__isnull=False).exists()
    assert made.scores.filter(key="stability", value__isnull=False).exists()
    assert made.details["agreement"] == 1.0
    assert len(prototype_model(prototype=made)["scoring"]["members"]) == 2
    con = duckdb.connect()
    assert experiment.version
    con.register("customers", pq.read_table(version_files(version=experiment.version)[0]))
    in_sql = con.sql(model_sql(prototype=made, user=user, dialect="duckdb")).to_arrow_table()
    stored = np.load(path_of(folder=made.folder) / "labels.npy")
    assert in_sql["segment"].to_pylist() == stored.tolist()
    assert len(np.load(path_of(folder=made.folder) / "labels.npy")) == experiment.rows
    page = client.get(sent["Location"]).content.decode()
    assert "Combined from 2 prototypes" in page
    assert "3 segments were asked for" in page
    assert "Made of" in client.get(f"{sent['Location']}?tab=settings").content.decode()
    with pytest.raises(Conflict, match="without settings of its own"):
        prototypes_edit(prototypes=[made], user=user)
    # One that stands on others can be a member, and says why nobody can train it again.
    nested, _ = combine_start(prototypes=[made, members[0]], user=user)
    run_all()
    nested.refresh_from_db()
    assert "Prototype 3 stands on other prototypes" in nested.details["stability_missing"]
    assert nested.details["agreement"] == 1.0


def test_what_cannot_be_combined_is_refused(use_case: UseCase, user: User) -> None:
    experiment, other = make_experiment(use_case), make_experiment(use_case)
    waiting = [make_prototype(experiment), make_prototype(experiment)]
    for chosen in ([waiting[0]], [waiting[0], waiting[0]], waiting):
        with pytest.raises(Conflict):
            combine_start(prototypes=chosen, user=user)
    done = [*waiting, make_prototype(other)]
    for each in done:
        each.finished = each.created
    with pytest.raises(Conflict, match="different experiments"):
        combine_start(prototypes=done, user=user)

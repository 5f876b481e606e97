"""A segment within a segment: divided by an algorithm of choice, guarded, told how steady it is."""

from collections.abc import Callable

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest
from django.test import Client
from django.urls import reverse

from datasets.services.files import version_files
from mllab.engine.by_hand import ByHand
from mllab.engine.model import model_from
from mllab.engine.within import rather_small, too_small
from mllab.models import Prototype
from mllab.services.by_hand import by_hand_start
from mllab.services.files import path_of
from mllab.services.model_files import model_sql
from mllab.services.naming import params_text
from mllab.services.segments import segment_change, segment_words
from projects.models import Project, User
from segplatform.kernel.errors import UserError
from tests.factories.mllab import customers, make_prepared, make_prototype, make_use_case

pytestmark = pytest.mark.django_db
Run = Callable[[], None]


def labels_of(prototype: Prototype) -> list[int]:
    found = np.load(path_of(folder=prototype.folder) / "labels.npy")
    return [int(label) for label in found]


def labels_in_sql(prototype: Prototype, user: User) -> list[int]:
    version = prototype.experiment.version
    assert version
    con = duckdb.connect()
    con.register("customers", pq.read_table(version_files(version=version)[0]))
    found = con.sql(model_sql(prototype=prototype, user=user, dialect="duckdb")).to_arrow_table()
    return [int(label) for label in found["segment"].to_pylist()]


def test_a_segment_is_divided_and_a_part_of_it_again(
    project: Project, user: User, client: Client, run_all: Run
) -> None:
    customers(project, count=360)
    source = make_prototype(make_prepared(make_use_case(project)), k=3, restarts=1)
    segment_change(prototype=source, label=1, user=user, name="Champions", color=7)
    client.force_login(user)
    place = [project.pk, source.experiment.use_case_id, source.pk, 1]
    address = reverse("segment_within", args=place)
    page = client.get(address, {"algorithm": "dbscan"}).content.decode()
    assert "Champions" in page
    assert "m-dbscan-eps" in page
    sent = client.post(address, {"algorithm": "bisecting_kmeans", "m-bisecting_kmeans-k": "1"})
    assert sent.status_code == 422
    sent = client.post(address, {"algorithm": "bisecting_kmeans", "m-bisecting_kmeans-k": "90"})
    assert "take 900 at least" in sent.content.decode()
    sent = client.post(address, {"algorithm": "bisecting_kmeans", "m-bisecting_kmeans-k": "2"})
    run_all()
    made = Prototype.objects.get(algorithm="by_hand")
    assert made.segments == 4
    told = "segment 2 of prototype 1 split into 2 by Bisecting K-Means"
    assert params_text(prototype=made) == told
    before, after = labels_of(source), labels_of(made)
    pairs = set(zip(before, after, strict=True))
    parts = sorted(new for old, new in pairs if old == 1)
    assert len(pairs) == 4
    assert parts == made.details["within"]["parts"]
    words = segment_words(prototype=made)
    assert [words.name(label) for label in parts] == ["Champions / 1", "Champions / 2"]
    assert words.color(parts[0]) == 7
    steady = made.details["stability"]["segments"]
    assert all(value is not None for value in steady)
    kept = source.details["stability"]["segments"][0]
    assert steady[next(new for old, new in pairs if old == 0)] == kept
    assert made.scores.get(key="stability").value is None  # nobody trained the whole again
    assert made.details["agreement"] == 1.0
    assert labels_in_sql(made, user) == after
    assert "A segment divided" in client.get(sent["Location"]).content.decode()
    again, _ = by_hand_start(prototype=made, user=user, split=parts[0], parts=2)
    run_all()
    again.refresh_from_db()
    assert again.segments == 5
    names = segment_words(prototype=again).names(5)
    assert {"Champions / 1 / 1", "Champions / 1 / 2", "Champions / 2"} < set(names)
    assert labels_in_sql(again, user) == labels_of(again)


def test_too_small_a_segment_is_refused_with_the_rule(project: Project, user: User) -> None:
    source = make_prototype(make_prepared(make_use_case(project)), k=3, restarts=1)
    for choice in ({"parts": 2}, {"algorithm": "nothing"}, {"algorithm": "rfm_grid"},
                   {"params": {"k": "many"}}):  # fmt: skip
        with pytest.raises(UserError):
            by_hand_start(prototype=source, user=user, split=0, **choice)  # type: ignore[arg-type]
    assert "take 50 at least" in too_small(49, 2)
    assert "take 120 at least" in too_small(119, 12)
    assert too_small(50, 5) == ""
    assert "from 60 on" in rather_small(59, 3, 2)
    assert rather_small(60, 3, 2) == ""


def test_models_of_earlier_splits_score_as_they_did() -> None:
    parent = {"algorithm": "kmeans", "centers": [[0.0], [10.0]], "order": [0, 1], "params": {},
              "per_segment": {}, "scoring": {}}  # fmt: skip
    split = {"label": 1, "centers": [[8.0], [12.0]], "labels": [1, 2]}
    steps = {"map": [0, 1], "split": split}
    model = model_from(
        {"centers": [[0.0], [8.0], [12.0]], "order": [0, 1, 2], "params": {}, "per_segment": {},
         "scoring": {"parent": parent, "steps": steps}}
    )  # fmt: skip
    rows = np.array([[0.5], [7.0], [13.0]])
    assert ByHand().scorer(model)(rows)[0].tolist() == [0, 1, 2]
    assert ByHand().rule(model) is not None

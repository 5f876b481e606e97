"""A trained model by the REST API and as a download: its JSON, and SQL that scores as it does."""

import hashlib
import json

import duckdb
import numpy as np
import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mllab.engine.score_sql import score_sql
from mllab.models import Prototype, UseCase
from mllab.services.files import path_of
from mllab.services.segments import segment_change
from projects.models import User
from projects.services.tokens import token_create
from tests.factories.mllab import make_experiment, make_prepared, make_prototype

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def prototype(use_case: UseCase, user: User) -> Prototype:
    found = make_prototype(make_prepared(use_case), k=3)
    segment_change(prototype=found, label=0, user=user, name="Best -- ' ones")
    return found


@pytest.fixture
def client(user: User) -> Client:
    _, secret = token_create(user=user, name="script", scope="read")
    return Client(headers={"Authorization": f"Bearer {secret}"})


def text_of(answer: object) -> str:
    async def collect() -> bytes:
        return b"".join([block async for block in answer.streaming_content])  # type: ignore[attr-defined]

    return async_to_sync(collect)().decode()


def test_the_model_holds_names_the_version_and_a_hash_of_the_rest(
    client: Client, prototype: Prototype
) -> None:
    found = client.get(f"/api/v1/prototypes/{prototype.pk}/model").json()
    assert (found["format"], found["dataset_version"]) == ("segmodel/1", 1)
    assert found["names"]["0"] == "Best -- ' ones"
    told = found.pop("sha256")
    packed = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert told == hashlib.sha256(packed.encode()).hexdigest()


def test_the_sql_gives_its_customers_the_segments_of_training(
    client: Client, prototype: Prototype
) -> None:
    answer = client.get(f"/api/v1/prototypes/{prototype.pk}/sql")
    table = path_of(folder=prototype.experiment.folder) / "table.parquet"
    with duckdb.connect() as con:
        con.execute("CREATE TABLE customers AS FROM read_parquet($1)", [str(table)])
        rows = con.execute(text_of(answer)).fetchall()
    labels = np.load(path_of(folder=prototype.folder) / "labels.npy").tolist()
    assert [row[-2] for row in rows] == labels
    assert {row[-1] for row in rows if row[-2] == 0} == {"Best -- ' ones"}
    answer = client.get(f"/api/v1/prototypes/{prototype.pk}/sql?dialect=postgres")
    assert " AS MATERIALIZED (" in text_of(answer)


def test_the_sql_of_a_forest_is_written_once_and_has_the_names_of_now(
    client: Client, use_case: UseCase, user: User, waited_for: None
) -> None:
    apart = {"apart": "forest", "apart_share": 0.1}
    prototype = make_prototype(make_prepared(use_case, preprocessing=apart), k=2)
    segment_change(prototype=prototype, label=0, user=user, name="Before")
    address = f"/api/v1/prototypes/{prototype.pk}/sql"
    assert "'Before'" in text_of(client.get(address))
    segment_change(prototype=prototype, label=0, user=user, name="It's now")
    with CaptureQueriesContext(connection) as queries:
        text = text_of(client.get(address))
    assert not [each for each in queries if "INSERT" in each["sql"] and "job" in each["sql"]]
    assert "'It''s now'" in text
    assert "Before" not in text
    assert "\ue5e9" not in text
    model = json.loads((path_of(folder=prototype.folder) / "model.json").read_text())
    names = {"-1": "Noise", "0": "It's now", "1": "Segment 2"}
    assert text.split("\n", 2)[2] == score_sql(model, names)


def test_what_is_not_trained_has_no_model_to_send(client: Client, use_case: UseCase) -> None:
    waiting = make_prototype(make_experiment(use_case))
    for what in ("model", "sql"):
        assert client.get(f"/api/v1/prototypes/{waiting.pk}/{what}").status_code == 409


def test_the_page_offers_what_the_address_sends(user: User, prototype: Prototype) -> None:
    browser = Client()
    browser.force_login(user)
    use_case = prototype.experiment.use_case
    args = [use_case.project_id, use_case.pk, prototype.pk]
    url = reverse("prototype_model", args=args)
    page = browser.get(reverse("prototype", args=args)).content.decode()
    for form, ending in (("json", "json"), ("sql", "sql"), ("postgres", "sql")):
        assert f"{url}?format={form}" in page
        answer = browser.get(f"{url}?format={form}")
        assert answer["Content-Disposition"].startswith("attachment")
        assert f'.{ending}"' in answer["Content-Disposition"]
        assert text_of(answer)[:1] == ("{" if form == "json" else "-")
    assert browser.get(f"{url}?format=pickle").status_code == 404

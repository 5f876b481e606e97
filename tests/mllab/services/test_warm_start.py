"""*Start from prototype N*: offered, refused in a sentence, and told afterwards."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from mllab.models import Prototype, UseCase
from mllab.services.experiments import experiment_create
from mllab.services.prototypes import prototype_delete
from mllab.services.segments import segment_change, segment_words
from projects.models import User
from segplatform.kernel.errors import UserError
from tests.factories.mllab import RFM_INPUTS, make_prepared, make_prototype

pytestmark = pytest.mark.django_db
Run = Callable[[], None]


def test_a_prototype_starts_where_a_former_one_ended(
    use_case: UseCase, user: User, client: Client, run_all: Run
) -> None:
    source = make_prototype(make_prepared(use_case), k=3, restarts=1)
    segment_change(prototype=source, label=2, user=user, name="Best", color=9)
    started, _ = experiment_create(
        use_case=use_case, user=user, features=RFM_INPUTS,
        preprocessing={"default": {"scaling": "min_max"}},
        algorithms=[{"algorithm": "kmeans", "params": {"k": 7}, "warm_start": str(source.pk)}],
    )  # fmt: skip
    run_all()
    made = started.prototypes.get()
    assert (made.params["k"], made.segments) == (3, 3)  # k is that of the former one
    told = made.details["warm_start"]
    assert (told["number"], told["how"], told["pairs"]) == (1, "raw", [0, 1, 2])
    assert told["changed"] == 0.0
    assert max(told["moved"]) < 0.5
    assert made.details["sizes"] == source.details["sizes"]
    words = segment_words(prototype=made)
    assert (words.name(2), words.color(2), words.name(0)) == ("Best", 9, "Segment 1")
    client.force_login(user)
    page = client.get(reverse("prototype", args=[use_case.project_id, use_case.pk, made.pk]))
    text = page.content.decode()
    assert "Started from" in text
    assert "0 % of the customers changed segment" in text
    steps = reverse("experiment_new", args=[use_case.project_id, use_case.pk])
    client.post(f"{steps}?from={started.pk}")
    text = client.get(f"{steps}?step=models").content.decode()
    assert f'<option value="{source.pk}" selected>' in text
    assert 'name="m-kmeans-start"' in text
    assert 'name="m-dbscan-start"' not in text


def test_what_cannot_start_there_is_refused_in_a_sentence(
    use_case: UseCase, user: User, run_all: Run
) -> None:
    source = make_prototype(make_prepared(use_case), k=2, restarts=1)

    def start(algorithm: str, warm_start: object, columns: int = 3) -> Prototype:
        made, _ = experiment_create(
            use_case=use_case, user=user, features=RFM_INPUTS[:columns], preprocessing={},
            algorithms=[{"algorithm": algorithm, "params": {}, "warm_start": warm_start}],
        )  # fmt: skip
        return made.prototypes.get()

    for algorithm, asked, columns, words in (
        ("dbscan", source.pk, 3, "no centres to begin at"),
        ("kmeans", source.pk, 2, "also has Monetary"),
        ("kmeans", use_case.pk, 3, "no trained prototype"),
        ("kmeans", "nonsense", 3, "no trained prototype"),
    ):
        with pytest.raises(UserError, match=words) as refused:
            start(algorithm, asked, columns)
        assert list(refused.value.fields) == ["models.0.warm_start"]
    waiting = start("kmeans", source.pk)
    prototype_delete(prototype=source)
    run_all()
    waiting.refresh_from_db()
    assert waiting.job
    assert "was deleted" in waiting.job.error

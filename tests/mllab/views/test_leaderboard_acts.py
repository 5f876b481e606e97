"""What is done with rows of the leaderboard: told apart, trained again, deleted, exported."""

import csv
import io
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mllab.models import Experiment, MetricScore, Prototype, UseCase
from projects.models import Job, User
from tests.factories import make_job, make_member
from tests.factories.datasets import make_version
from tests.factories.mllab import (
    RFM_COLUMNS,
    make_experiment,
    make_prototype,
    make_segmentation,
    rfm_rows,
)

pytestmark = pytest.mark.django_db
PCA = {"pca": "keep", "pca_share": 0.9}


def trained(experiment: Experiment, silhouette: float, k: int = 2) -> Prototype:
    found = make_prototype(experiment, trained=False, k=k)
    found.finished, found.segments, found.seconds = timezone.now(), 2, 0.5
    found.details = {
        "sizes": [40, 20], "noise": 0, "stability": {
            "segments": [0.9, 0.4], "resamples": 3, "rows": 38, "failed": 0, "seconds": 0.1,
        },
    }  # fmt: skip
    found.save()
    for key, value, error in (("silhouette", silhouette, None), ("stability", 0.65, 0.02)):
        MetricScore.objects.create(
            prototype=found, key=key, value=value, n=60, standard_error=error
        )
    return found


@pytest.fixture
def two_spaces(use_case: UseCase) -> list[Prototype]:
    """Two prototypes of one experiment, and one with principal components and another seed."""
    first = make_experiment(use_case, rows=60)
    second = make_experiment(use_case, rows=60, preprocessing=PCA, seed=7)
    return [trained(first, 0.4), trained(first, 0.3, k=3), trained(second, 0.9)]


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(use_case: UseCase, name: str = "use_case") -> str:
    return reverse(name, args=[use_case.project_id, use_case.pk])


def act(use_case: UseCase, user: User, do: str, *chosen: Prototype, **more: str) -> str:
    sent: dict[str, Any] = {"p": [str(each.pk) for each in chosen], **more}
    address = f"{url(use_case, 'use_case_act')}?do={do}"
    return client_of(user).post(address, sent, follow=True).content.decode()


def told(use_case: UseCase, user: User) -> str:
    return client_of(user).get(url(use_case)).content.decode()


def test_two_spaces_have_ranks_of_their_own_and_say_what_they_are(
    use_case: UseCase, user: User, two_spaces: list[Prototype]
) -> None:
    page = told(use_case, user)
    assert "Ranks are within a space" in page
    assert page.index("<strong>Space B</strong>") < page.index("<strong>Space A</strong>")
    assert "Principal components: those that keep 90 % of the variance" in page
    assert page.count("<strong>1</strong>") == 2
    assert "differs from" not in page
    sorted_page = client_of(user).get(f"{url(use_case)}?sort=-silhouette").content.decode()
    assert "<strong>Space A</strong>" not in sorted_page
    assert "differs from #3 by principal components, seed" in sorted_page


def test_rows_that_scores_look_at_are_on_the_page_and_on_paper(
    use_case: UseCase, user: User, two_spaces: list[Prototype]
) -> None:
    MetricScore.objects.filter(prototype=two_spaces[0], key="silhouette").update(n=1_055)
    for page in (told(use_case, user), client_of(user).get(url(use_case, "use_case_report"))):
        text = page if isinstance(page, str) else page.content.decode()
        assert "Silhouette 60 rows; Stability 3 resamples of 38 rows" in text
        assert text.count("n = 1,055") == 1


def test_twins_with_and_without_components_name_each_other(
    use_case: UseCase, user: User, two_spaces: list[Prototype]
) -> None:
    Experiment.objects.filter(pk=two_spaces[2].experiment_id).update(seed=42)
    page = told(use_case, user)
    assert "without PCA; twin with PCA: #3" in page
    assert "twin without PCA: #1" in page
    assert page.count("twin with") == 2


def test_differences_of_two_are_told_in_words(
    use_case: UseCase, user: User, two_spaces: list[Prototype]
) -> None:
    first, second, other = two_spaces
    client = client_of(user)
    page = client.get(f"{url(use_case)}?differ=1&p={first.pk}&p={other.pk}").content.decode()
    assert "Their scores cannot be compared" in page
    assert '<th scope="row">Principal components</th><td>off</td>' in page
    assert '<th scope="row">Seed</th><td>42</td><td>7</td>' in page
    page = client.get(f"{url(use_case)}?differ=1&p={first.pk}&p={second.pk}").content.decode()
    assert "their scores can be compared" in page
    assert '<th scope="row">Number of segments</th><td>2</td><td>3</td>' in page
    page = client.get(f"{url(use_case)}?differ=1&p={first.pk}&p=nonsense").content.decode()
    assert "Tick two prototypes" in page


def test_deleting_asks_first_and_names_what_goes(
    use_case: UseCase, user: User, two_spaces: list[Prototype]
) -> None:
    asked = act(use_case, user, "delete", *two_spaces[:2])
    assert "Delete 2 prototypes?" in asked
    assert Prototype.objects.count() == 3
    done = act(use_case, user, "delete", *two_spaces[:2], sure="1")
    assert "2 prototypes are deleted." in done
    assert list(Prototype.objects.all()) == two_spaces[2:]
    assert not Experiment.objects.filter(pk=two_spaces[0].experiment_id).exists()


def test_where_one_is_in_the_flow_none_is_deleted(
    use_case: UseCase, user: User, two_spaces: list[Prototype]
) -> None:
    make_segmentation(two_spaces[1], name="Groups")
    page = act(use_case, user, "delete", *two_spaces, sure="1")
    assert Prototype.objects.count() == 3
    assert "in the flow as “Groups”" in page


def test_training_again_needs_something_that_would_come_out_differently(
    use_case: UseCase, user: User, two_spaces: list[Prototype]
) -> None:
    page = act(use_case, user, "retrain", *two_spaces)
    assert "the same settings give the same segments" in page
    assert Experiment.objects.count() == 2
    failed = make_prototype(two_spaces[0].experiment, trained=False)
    failed.job = make_job(use_case.project, state=Job.State.FAILED)
    failed.save()
    act(use_case, user, "retrain", failed)
    prepare = Experiment.objects.get(pk=failed.experiment_id).prepare_job
    assert prepare
    assert prepare.is_active


def test_newer_data_trains_the_same_models_as_a_new_experiment(
    use_case: UseCase, user: User, two_spaces: list[Prototype]
) -> None:
    assert use_case.dataset
    make_version(use_case.dataset, RFM_COLUMNS, rfm_rows())
    use_case.dataset.refresh_from_db()
    page = act(use_case, user, "retrain", *two_spaces[:2])
    made = Experiment.objects.get(number=3)
    assert [each["column"] for each in made.features if each["role"] == "input"] == [
        "Recency", "Frequency", "Monetary",
    ]  # fmt: skip
    assert [each.params["k"] for each in made.prototypes.all()] == [2, 3]
    assert "2 prototypes are trained anew on the newest data." in page


def test_editing_puts_one_model_into_the_draft(
    use_case: UseCase, user: User, two_spaces: list[Prototype]
) -> None:
    sent = {"p": str(two_spaces[2].pk)}
    answer = client_of(user).post(f"{url(use_case, 'use_case_act')}?do=edit", sent)
    assert answer["Location"] == url(use_case, "experiment_new")
    draft = Experiment.objects.get(started=None)
    assert (draft.preprocessing["pca"], draft.seed) == ("keep", 7)
    assert [model["params"]["k"] for model in draft.algorithms] == [2]


def test_several_of_one_experiment_are_edited_together(
    use_case: UseCase, user: User, two_spaces: list[Prototype]
) -> None:
    page = act(use_case, user, "edit", *two_spaces)
    assert "These prototypes are of several experiments" in page
    assert not Experiment.objects.filter(started=None).exists()
    act(use_case, user, "edit", *two_spaces[:2])
    draft = Experiment.objects.get(started=None)
    assert [model["params"]["k"] for model in draft.algorithms] == [2, 3]
    Prototype.objects.filter(pk=two_spaces[1].pk).update(algorithm="by_hand")
    assert "Made of other prototypes" in act(use_case, user, "edit", *two_spaces[:2])


def test_nothing_ticked_is_told(use_case: UseCase, user: User) -> None:
    assert "Select from 1 to 100 prototypes first." in act(use_case, user, "delete")


def lines(answer: Any) -> list[dict[str, str]]:
    async def collect() -> bytes:
        return b"".join([block async for block in answer.streaming_content])

    body = async_to_sync(collect)().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(body)))


def test_the_table_as_csv_holds_every_score_with_its_error(
    use_case: UseCase, two_spaces: list[Prototype]
) -> None:
    viewer = make_member(use_case.project, "viewer").user
    found = lines(client_of(viewer).get(url(use_case, "use_case_export")))
    assert [line["number"] for line in found] == ["3", "1", "2"]
    assert [line["space"] for line in found] == ["B", "A", "A"]
    first = found[0]
    assert (first["rank"], first["verdict"]) == ("1", "Look closer")
    assert "Segment 2 (0.40) does not last" in first["reasons"]
    assert (first["silhouette"], first["silhouette_n"]) == ("0.9", "60")
    assert (first["stability_standard_error"], first["stability_of_segments"]) == (
        "0.02", "0.900 0.400",
    )  # fmt: skip
    one = client_of(viewer).get(f"{url(use_case, 'use_case_export')}?p={two_spaces[1].pk}")
    assert [line["number"] for line in lines(one)] == ["2"]


def test_the_report_has_a_page_for_each(use_case: UseCase, two_spaces: list[Prototype]) -> None:
    viewer = make_member(use_case.project, "viewer").user
    two_spaces[0].segment_words.create(label=0, name="<b>Loyal</b>", action="Call them")
    page = client_of(viewer).get(url(use_case, "use_case_report")).content.decode()
    assert page.count("sp-report-page") == 3
    assert "&lt;b&gt;Loyal&lt;/b&gt;" in page
    assert "Call them" in page
    assert "does not last" in page
    asked = f"{url(use_case, 'use_case_report')}?p={two_spaces[0].pk}"
    assert client_of(viewer).get(asked).content.decode().count("sp-report-page") == 1

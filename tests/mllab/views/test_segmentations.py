"""The area *Segments*: the list, the page of a segmentation, its popups, versions and its end."""

import html
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from datasets.models import Dataset, Recipe
from mllab.models import Prototype, Segmentation, UseCase
from mllab.services.segments import segment_change
from projects.models import Job, Project
from tests.factories import make_job, make_member
from tests.factories.datasets import make_dataset
from tests.factories.mllab import (
    customers,
    make_experiment,
    make_prepared,
    make_prototype,
    make_segmentation,
)

pytestmark = pytest.mark.django_db
HOSTILE = '<script>alert("1")</script>' + "ÄÖ" * 10


def trained(use_case: UseCase, sizes: tuple[int, ...] = (30, 20, 10), noise: int = 0) -> Prototype:
    """Save a prototype as training leaves it, without its files."""
    prototype = make_prototype(make_experiment(use_case))
    prototype.finished, prototype.segments = timezone.now(), len(sizes)
    prototype.details = {"sizes": list(sizes), "noise": noise}
    prototype.save()
    return prototype


@pytest.fixture
def found(use_case: UseCase) -> Segmentation:
    return make_segmentation(trained(use_case))


@pytest.fixture
def owner(client: Client, project: Project) -> Client:
    client.force_login(project.membership.user)
    return client


def member(project: Project, role: str) -> Client:
    client = Client()
    client.force_login(make_member(project, role).user)
    return client


def url(found: Segmentation, name: str = "segmentation", *more: Any) -> str:
    return reverse(name, args=[found.project_id, found.pk, *more])


def page(client: Client, address: str) -> str:
    return html.unescape(client.get(address).text)


def words(found: Segmentation, label: int = 0, **said: Any) -> None:
    assert found.current
    segment_change(
        prototype=found.current.prototype, label=label, user=found.project.membership.user, **said
    )


def test_without_any_the_list_leads_to_the_lab(owner: Client, project: Project) -> None:
    text = page(owner, reverse("segmentation_list", args=[project.pk]))
    assert "No segmentations yet" in text
    assert text.count("Open the ML Lab") == 1


def test_the_list_shows_names_shares_colours_and_origin(owner: Client, found: Segmentation) -> None:
    words(found, name="Champions", color=7)
    text = page(owner, reverse("segmentation_list", args=[found.project_id]))
    for said in ("Customer groups", "K-Means, 3 segments", "Champions", "50.0 %", "Who buys how"):
        assert said in text
    assert '<rect class="sp-seg-7" x="0.000" width="50.000"' in text
    assert "0 datasets scored" in text


def test_the_list_asks_as_much_for_thirty_as_for_one(
    owner: Client, found: Segmentation, django_assert_max_num_queries: Any
) -> None:
    address = reverse("segmentation_list", args=[found.project_id])
    with django_assert_max_num_queries(100) as one:
        owner.get(address)
    assert found.current
    for number in range(29):
        make_segmentation(found.current.prototype, f"Groups {number}")
    with django_assert_max_num_queries(len(one)):
        assert "sp-segmentation-names" in owner.get(address).text


def test_the_page_says_who_each_segment_is(owner: Client, use_case: UseCase, data_dir: Any) -> None:
    found = make_segmentation(make_prototype(make_prepared(use_case), k=3))
    words(found, name=HOSTILE[:60], description="They buy all the time", action="Send a thank you")
    response = owner.get(url(found))
    text = html.unescape(response.text)
    for said in ("× the average", "They buy all the time", "Send a thank you", "33.3 %", "Exact"):
        assert said in text
    assert HOSTILE[:60] not in response.text
    assert f"{url_of(found, 'prototype_customers')}?segment=0" in text
    assert f"{url_of(found, 'prototype_download')}?format=csv&segment=2" in text
    assert f"{url_of(found, 'segment_edit', 1)}?next={url(found)}" in text


def url_of(found: Segmentation, name: str, *more: Any) -> str:
    assert found.current
    prototype = found.current.prototype
    use_case = prototype.experiment.use_case
    return reverse(name, args=[use_case.project_id, use_case.pk, prototype.pk, *more])


def test_noise_is_shown_but_not_named(owner: Client, use_case: UseCase) -> None:
    found = make_segmentation(trained(use_case, (30, 20), noise=10))
    text = page(owner, url(found))
    assert "Rows that are in no segment" in text
    assert "Edit Segment 2" in text
    assert "Edit Noise" not in text
    assert "The profiles cannot be read" in text


def test_a_viewer_looks_and_downloads_only(found: Segmentation) -> None:
    client = member(found.project, "viewer")
    text = page(client, url(found))
    assert "CSV" in text
    for button in ("Score a dataset", "Edit Segment 1", "Delete segmentation"):
        assert button not in text


def test_it_is_renamed_in_a_popup_with_errors_beside_the_fields(
    owner: Client, found: Segmentation
) -> None:
    assert found.current
    make_segmentation(found.current.prototype, "Taken")
    answer = owner.post(url(found, "segmentation_edit"), {"name": "taken"})
    assert answer.status_code == 422
    assert "already has a segmentation" in answer.text
    said = {"name": "Who buys", "description": "For the spring"}
    assert owner.post(url(found, "segmentation_edit"), said).status_code == 302
    found.refresh_from_db()
    assert (found.name, found.description) == ("Who buys", "For the spring")


def test_a_former_version_is_restored_as_a_new_one(owner: Client, found: Segmentation) -> None:
    assert found.current
    first = found.current.prototype
    found.current = found.versions.create(
        number=2, prototype=trained(first.experiment.use_case, (59, 1))
    )
    found.save()
    restore = url(found, "segmentation_restore", 1)
    assert restore in page(owner, url(found))
    assert owner.post(restore).status_code == 302
    found.refresh_from_db()
    assert (found.current.number, found.current.prototype) == (3, first)


def test_only_an_owner_deletes_and_only_what_scores_nothing(
    owner: Client, found: Segmentation
) -> None:
    delete = url(found, "segmentation_delete")
    assert "Delete segmentation" not in page(member(found.project, "editor"), url(found))
    recipe = Recipe.objects.create(
        project=found.project, kind="score", name="Score orders",
        params={"segmentation": str(found.pk)}, output=make_dataset(found.project, "scored"),
    )  # fmt: skip
    assert delete not in page(owner, url(found))
    assert owner.post(delete).status_code == 409
    recipe.delete()
    assert delete in page(owner, url(found))
    assert owner.post(delete).status_code == 302
    assert not Segmentation.objects.exists()


def test_what_it_scores_is_asked_for_until_the_run_has_ended(
    owner: Client, found: Segmentation
) -> None:
    output = make_dataset(found.project, "scored")
    Recipe.objects.create(
        project=found.project, kind="score", name="Score orders", output=output,
        params={"segmentation": str(found.pk)},
    )  # fmt: skip
    make_job(found.project, subject=f"dataset:{output.pk}", state=Job.State.RUNNING)
    assert "every 2s" in page(owner, url(found))
    part = owner.get(url(found), headers={"HX-Request": "true"}).text.strip()
    assert part.startswith('<section class="sp-card" id="scored"')
    assert "every 2s" in part
    Job.objects.update(state=Job.State.SUCCEEDED)
    assert "every 2s" not in owner.get(url(found), headers={"HX-Request": "true"}).text


def test_scoring_offers_what_fits_and_says_what_the_others_lack(
    owner: Client, found: Segmentation
) -> None:
    make_dataset(found.project, "prices")
    scored = customers(found.project, "scored before")
    Recipe.objects.create(project=found.project, kind="score", name="Score", output=scored)
    text = page(owner, url(found, "segmentation_score"))
    assert 'value="customers scored"' in text
    assert 'data-output="customers scored"' in text
    assert "prices (lacks Recency, Frequency, Monetary)" in text
    assert text.count("disabled") == 1


def test_scoring_leads_to_its_output_which_is_listed_with_its_state(
    owner: Client, use_case: UseCase, data_dir: Any
) -> None:
    found = make_segmentation(make_prototype(make_prepared(use_case), k=3))
    score, dataset = url(found, "segmentation_score"), use_case.dataset
    assert dataset
    taken = owner.post(score, {"dataset": dataset.pk, "output": "customers"})
    assert taken.status_code == 422
    assert 'id="id_output_error"' in taken.text
    answer = owner.post(score, {"dataset": dataset.pk, "output": "customers in March"})
    made = Dataset.objects.get(name="customers in March")
    assert answer["Location"] == reverse("dataset", args=[found.project_id, made.pk])
    text = page(owner, url(found))
    assert answer["Location"] in text
    assert "Running</span>" in text


def test_scoring_without_a_fitting_dataset_says_what_is_needed(
    owner: Client, found: Segmentation, use_case: UseCase
) -> None:
    use_case.dataset.current = None  # type: ignore[union-attr]
    use_case.dataset.save()  # type: ignore[union-attr]
    assert "Recency, Frequency, Monetary" in page(owner, url(found, "segmentation_score"))


def test_the_quick_search_finds_it(owner: Client, found: Segmentation) -> None:
    text = page(owner, reverse("search") + "?q=customer+gr")
    assert url(found) in text

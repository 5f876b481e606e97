"""The page of a prototype in its states, its figures' policy, training again, deleting."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mllab.models import Experiment, Prototype, UseCase
from mllab.services.files import path_of
from mllab.services.segments import segment_change
from projects.models import Job
from tests.factories import make_job, make_member
from tests.factories.mllab import RFM_INPUTS, make_experiment, make_prepared, make_prototype

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def experiment(use_case: UseCase, data_dir: Any) -> Experiment:
    return make_prepared(use_case)


def client_of(prototype: Prototype, role: str = "owner") -> Client:
    project = prototype.experiment.use_case.project
    client = Client()
    found = project.memberships.filter(role=role).first() or make_member(project, role)
    client.force_login(found.user)
    return client


def url_of(prototype: Prototype, name: str = "prototype") -> str:
    use_case = prototype.experiment.use_case
    return reverse(name, args=[use_case.project_id, use_case.pk, prototype.pk])


def failed(use_case: UseCase, **job: Any) -> Prototype:
    item = make_prototype(make_experiment(use_case), k=3)
    item.job = make_job(use_case.project, **job)
    item.save()
    return item


def test_a_trained_one_shows_facts_and_drafts_beside_its_scores(experiment: Experiment) -> None:
    item = make_prototype(experiment, k=3)
    page = client_of(item).get(url_of(item)).content.decode()
    assert "K-Means, 3 segments" in page
    assert "× the average" in page
    assert "Use draft" in page
    assert "Silhouette" in page
    assert "Use draft" not in client_of(item, "viewer").get(url_of(item)).content.decode()


TABS = {
    "tab=map": ('data-figure="figure-map-data"', "Mean of Component 1", "Select by values"),
    "tab=map&view=3d": ('data-figure="figure-space-data"', "Component 3"),
    "tab=profiles": ("data-heat=", "sp-seg sp-seg-3", "not trained on"),
    "tab=profiles&chart=radar": ("figure-radar-data",),
    "tab=profiles&chart=box&feature=Monetary": ("figure-box-data", "95 %", "Everyone"),
    "tab=profiles&chart=categories": ("Champions",),
    "tab=silhouette": ("figure-silhouette-data", "Those below 0"),
    "tab=rules": ("Precision", "WHERE &quot;", "data-copy="),
    "tab=by_hand": ("Merge into a new prototype", "Split into a new prototype"),
    "tab=settings": ("signed logarithm", "Delete prototype"),
    "tab=nonsense": ("× the average",),
}


def test_every_tab_shows_what_it_is_for_in_the_words_of_people(use_case: UseCase) -> None:
    others = [{"column": "R", "role": "display"}, {"column": "Group", "role": "ignored"}]
    item = make_prototype(make_prepared(use_case, features=[*RFM_INPUTS, *others]), k=3)
    segment_change(prototype=item, label=1, user=item.experiment.use_case.project.membership.user,
                   name="<b>Kind</b> ones")  # fmt: skip
    client = client_of(item)
    for query, wanted in TABS.items():
        page = client.get(f"{url_of(item)}?{query}").content.decode()
        for words in wanted:
            assert words in page, (query, words)
        assert "<b>Kind" not in page
        assert "Kind&lt;" in page or "Kind\\u003C" in page or "settings" in query
    sql = client.get(f"{url_of(item)}?tab=rules&download=sql")
    assert sql.headers["Content-Disposition"] == 'attachment; filename="rules-prototype-1.sql"'
    assert "SELECT * FROM customers\nWHERE" in sql.content.decode()


def test_a_draft_is_taken_by_one_click_and_own_words_win(experiment: Experiment) -> None:
    item = make_prototype(experiment, k=3)
    client = client_of(item)
    use_case = item.experiment.use_case
    url = reverse("segment_edit", args=[use_case.project_id, use_case.pk, item.pk, 0])
    page = client.get(url_of(item)).content.decode()
    sent = dict(re.findall(r'type="hidden" name="(name|color|description|action)" value="([^"]*)"',
                           page.split('class="sp-draft"')[1]))  # fmt: skip
    assert client.post(url, sent).status_code == 302
    page = client.get(url_of(item)).content.decode()
    assert page.count("Use draft") // 2 == 0 or sent["name"] in page
    assert f"for {sent['name']}" not in page


def test_prototypes_of_former_versions_have_no_rules_and_say_so(experiment: Experiment) -> None:
    item = make_prototype(experiment, k=2)
    for name in ("rules.json", "silhouettes.npy", "figures/silhouette.json"):
        (path_of(folder=item.folder) / name).unlink()
    for name in ("space.npy", "space.json"):
        (path_of(folder=item.experiment.folder) / name).unlink()
    client = client_of(item)
    assert "Train it again" in client.get(f"{url_of(item)}?tab=rules").content.decode()
    assert client.get(f"{url_of(item)}?tab=silhouette").status_code == 200
    assert "Select by values" not in client.get(f"{url_of(item)}?tab=map").content.decode()
    assert client.get(url_of(item, "prototype_customers") + "?row=3").status_code == 200


def test_only_style_attributes_are_let_through_and_only_where_figures_are(
    experiment: Experiment,
) -> None:
    item = make_prototype(experiment, k=2)
    client = client_of(item)
    policy = client.get(url_of(item)).headers["Content-Security-Policy"]
    assert "style-src-attr 'unsafe-inline'" in policy
    assert policy.count("unsafe") == 1
    board = client.get(
        reverse("use_case", args=[item.experiment.use_case.project_id, item.experiment.use_case_id])
    )
    assert "unsafe" not in board.headers["Content-Security-Policy"]


def test_files_that_are_gone_are_told_of(experiment: Experiment) -> None:
    item = make_prototype(experiment, k=2)
    (path_of(folder=item.folder) / "profiles.json").unlink()
    page = client_of(item).get(url_of(item)).content.decode()
    assert "The results cannot be read" in page


def test_while_it_trains_it_asks_again_and_reloads_at_the_end(use_case: UseCase) -> None:
    item = failed(use_case, state=Job.State.RUNNING, progress=0.5, message="Restart 5 of 10")
    client = client_of(item)
    part = client.get(url_of(item), headers=HX).content.decode()
    assert 'hx-trigger="every 1500ms"' in part
    assert "Restart 5 of 10" in part
    Job.objects.update(state=Job.State.FAILED)
    assert client.get(url_of(item), headers=HX).headers["HX-Refresh"] == "true"


def test_a_failed_one_says_why_and_trains_again(use_case: UseCase) -> None:
    item = failed(use_case, state=Job.State.FAILED, error="Found one segment only.")
    page = client_of(item).get(url_of(item)).content.decode()
    assert "Found one segment only." in page
    assert url_of(item, "prototype_retrain") in page


def test_a_viewer_changes_nothing(experiment: Experiment) -> None:
    item = make_prototype(experiment, k=2)
    client = client_of(item, "viewer")
    assert "Delete prototype" not in client.get(url_of(item)).content.decode()
    for name in ("prototype_delete", "prototype_retrain"):
        assert client.post(url_of(item, name)).status_code == 403


def test_deleting_leads_back_to_the_leaderboard(experiment: Experiment) -> None:
    item, other = make_prototype(experiment, k=2), make_prototype(experiment, k=3)
    response = client_of(item).post(url_of(item, "prototype_delete"))
    assert response.status_code == 302
    assert list(Prototype.objects.all()) == [other]


def test_a_prototype_of_another_use_case_is_not_there(experiment: Experiment) -> None:
    item = make_prototype(experiment, k=2)
    use_case = item.experiment.use_case
    other = UseCase.objects.create(project=use_case.project, name="Other")
    url = reverse("prototype", args=[use_case.project_id, other.pk, item.pk])
    assert client_of(item).get(url).status_code == 404

"""The button *Try the demo project*, and the page where one waits for it."""

import pytest
from django.test import Client

from projects import hooks
from projects.models import Job, Project, User
from projects.services.guide import guide_set
from tests.factories import make_job


@pytest.fixture
def making(project: Project) -> Job:
    """Let the project be a demo in the middle of its making."""
    job = make_job(project, title="Make the demo project", state="running", progress=0.3)
    guide_set(project=project, state="making", job=str(job.pk))
    return job


def test_an_empty_home_has_two_doors(page: Client) -> None:
    shown = page.get("/").text
    assert 'action="/demo/"' in shown
    assert "Try the demo project" in shown
    assert 'href="/projects/create/"' in shown


def test_a_home_with_projects_offers_it_still(page: Client, project: Project) -> None:
    assert "Try the demo project" in page.get("/").text


def test_without_a_maker_there_is_one_door(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "demo", None)
    assert "Try the demo project" not in page.get("/").text
    assert page.post("/demo/").status_code == 404


def test_the_button_starts_one_and_leads_to_where_it_is_made(page: Client, owner: User) -> None:
    first, second = page.post("/demo/"), page.post("/demo/")
    project = owner.project_set.get()
    assert first["Location"] == second["Location"] == f"/projects/{project.pk}/making/"
    job = Job.objects.get()
    assert (job.state, job.created_by) == ("queued", owner)


def test_one_sees_what_is_done_and_what_comes_now(
    page: Client, project: Project, making: Job
) -> None:
    response = page.get(f"/projects/{project.pk}/making/")
    states = [phase.state for phase in response.context["phases"]]
    assert states == ["done", "done", "now", "later", "later", "later"]
    assert "Train six models" in response.text


def test_the_end_leads_to_the_project(
    page: Client, project: Project, making: Job, htmx: dict[str, str]
) -> None:
    guide_set(project=project, state="open")
    shown = page.get(f"/projects/{project.pk}/making/", headers=htmx)
    assert shown["HX-Redirect"] == f"/projects/{project.pk}/flow/"


def test_a_failure_is_told_and_its_rest_removed_when_asked(
    page: Client, project: Project, making: Job, htmx: dict[str, str]
) -> None:
    url = f"/projects/{project.pk}/making/"
    assert page.post(f"{url}remove/").status_code == 409
    Job.objects.update(state="failed", error="The disk is full.")
    assert page.get(url, headers=htmx)["HX-Refresh"] == "true"
    assert "The demo project could not be made. The disk is full." in page.get(url).text
    assert page.get("/").context["cards"][0]["project"] == project
    assert page.post(f"{url}remove/")["Location"] == "/"
    assert not Project.objects.exists()


def test_trying_again_takes_the_place_of_what_failed(
    page: Client, project: Project, making: Job
) -> None:
    Job.objects.update(state="lost")
    assert "disappeared" in page.get(f"/projects/{project.pk}/making/").text
    page.post("/demo/")
    assert Project.objects.get() != project


def test_another_project_is_not_removed_so(page: Client, project: Project) -> None:
    assert page.post(f"/projects/{project.pk}/making/remove/").status_code == 409
    assert Project.objects.exists()


def test_only_an_open_guide_is_hidden(page: Client, project: Project, making: Job) -> None:
    page.post(f"/projects/{project.pk}/guide/dismiss/")
    project.refresh_from_db()
    assert project.guide["state"] == "making"

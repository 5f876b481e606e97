"""The demo project, made by the command in this process, as there are no workers here."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from datasets.services.states import graph_load
from mllab.models import Prototype, Segmentation
from mllab.services.demo import demo_failure, demo_remove, demo_start
from mllab.services.segments import segment_list
from projects.models import Job, Project, User
from projects.services.jobs import job_cancel
from projects.services.jobs_here import job_finish
from segplatform.kernel.errors import Conflict, UserError
from segplatform.kernel.progress import NullProgress
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)
SIZE = {"rows": 900, "customers": 90}


def command(**options: object) -> str:
    out = StringIO()
    call_command("demo", stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def owner() -> User:
    return make_user("owner@example.org", is_superuser=True)


@pytest.fixture
def visitor(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def test_it_holds_the_whole_main_job_and_a_guide_through_it(owner: User, visitor: Client) -> None:
    """The queue server is not running: the command says so nowhere, and needs none."""
    make_user()
    said = command(**SIZE, address="https://seg.example.com/")
    project = Project.objects.get()
    assert said.splitlines()[-1] == f"https://seg.example.com/projects/{project.pk}/flow/"
    assert list(project.members.all()) == [owner]
    assert not project.jobs.exclude(state=Job.State.SUCCEEDED).exists()

    rows = {each.name: each.current.rows for each in project.datasets.select_related("current")}
    assert rows["orders"] == 900
    assert 600 < rows["orders prepared"] < 720
    assert rows["customers"] == rows["customers scored"] == 90
    graph = graph_load(project=project)
    assert {state.key for state in graph.states.values()} == {"up_to_date"}
    assert Prototype.objects.filter(finished__isnull=False).count() == 6

    segments = _segments()
    assert len({each.name for each in segments}) == len(segments) >= 3
    assert all(each.description and each.action for each in segments if not each.is_noise)
    _follow(visitor, project)


def _segments() -> list[Any]:
    current = Segmentation.objects.get(name="Customer segments").current
    assert current
    return segment_list(prototype=current.prototype)


def _follow(visitor: Client, project: Project) -> None:
    """Go from step to step by the links that the pages show, then hide the guide."""
    home = f"/projects/{project.pk}/flow/"
    shown = visitor.get(home).context["frame"].guide
    urls = [place.step.url for place in shown.places]
    assert len(urls) == 6
    assert all(urls)
    for number, url in enumerate(urls, start=1):
        if number == 4:
            continue  # a worker compares them
        response = visitor.get(url)
        assert f"Step {number} of 6" in response.text
        after = shown.places[number].step.url if number < 6 else home
        assert f'href="{after.replace("&", "&amp;")}"' in response.text
    assert "Step " not in visitor.get(f"/projects/{project.pk}/lab/").text
    project.datasets.get(name="customers scored").recipe.delete()
    project.datasets.get(name="customers scored").delete()
    assert "This was deleted since." in visitor.get(home).text
    assert visitor.post(f"/projects/{project.pk}/guide/dismiss/").status_code == 302
    assert visitor.get(home).context["frame"].guide is None


def test_a_second_click_returns_the_one_that_is_being_made(owner: User) -> None:
    first, second = demo_start(user=owner), demo_start(user=owner)
    assert first == second
    assert Job.objects.count() == 1
    other = make_user()
    assert demo_start(user=other)[0] != first[0]


def test_a_name_that_is_taken_gets_a_number(owner: User) -> None:
    for wanted in ("Demo: online retail", "Demo: online retail 2"):
        project, _ = demo_start(user=owner)
        assert project.name == wanted
        Project.objects.update(guide={"state": "open"})


def test_what_fails_is_told_and_removed_when_asked(owner: User) -> None:
    project, job = demo_start(user=owner)
    Job.objects.filter(pk=job.pk).update(args={"rows": 1, "customers": 60, "seed": 1})
    with pytest.raises(Conflict, match="Something went wrong on our side"):
        job_finish(job=job, progress=NullProgress())
    assert demo_failure(project=project) == (
        "The demo project could not be made. Something went wrong on our side. "
        "Try again, or give the operator the error id."
    )
    demo_remove(project=project)
    assert not Project.objects.exists()


def test_what_was_cancelled_gives_way_to_the_next_one_of_the_same_person(
    owner: User, visitor: Client
) -> None:
    project, job = demo_start(user=owner)
    with pytest.raises(Conflict, match="no half-made demo"):
        demo_remove(project=project)
    job_cancel(job=job)
    making = visitor.get(f"/projects/{project.pk}/making/")
    assert "Making the demo project was cancelled." in making.text
    theirs, _ = demo_start(user=make_user())
    mine, _ = demo_start(user=owner)
    assert set(Project.objects.all()) == {theirs, mine}
    assert mine != project


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"rows": 100}, "800 customers need from 3,200 to 5,000,000 rows."),
        ({"customers": 3}, "Choose at least 50 customers."),
        ({"seed": -1}, "The seed is a whole number from 0"),
        ({"name": " "}, "Enter a name."),
    ],
)
def test_a_size_that_cannot_be_is_refused(
    wrong: dict[str, Any], sentence: str, owner: User
) -> None:
    with pytest.raises(UserError, match=sentence):
        demo_start(user=owner, **wrong)
    with pytest.raises(CommandError, match=sentence):
        command(**wrong)
    assert not Project.objects.exists()


def test_the_command_says_who_is_missing() -> None:
    with pytest.raises(CommandError, match="There is nobody to own the project"):
        command()
    with pytest.raises(CommandError, match="nobody with the address ann@"):
        command(owner="ann@example.org")

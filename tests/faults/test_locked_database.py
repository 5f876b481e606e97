"""SQLite held by another process for five seconds: who waits is served, who cannot is told when."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client

from projects.jobs import registry, runner
from projects.jobs.context import JobContext
from projects.models import Job, Project
from tests.factories import make_job
from tests.factories.datasets import make_dataset
from tests.factories.recipes import make_recipe
from tests.faults.web import Person, Web

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite locks all of it"),
]

HOLD = """
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.readline()
time.sleep(float(sys.argv[2]))
db.execute("ROLLBACK")
"""
FORM = "application/x-www-form-urlencoded"
PASSWORD = "corr3ct-horse-battery"


LOGIN = "/accounts/login/"


@pytest.fixture
def person(web: Web, project: Project) -> Person:
    """Give somebody with a recipe to run and a password."""
    make_recipe(project, [make_dataset(project)])
    user = project.members.get()
    user.set_password(PASSWORD)
    user.save()
    return Person(web, user)


@contextmanager
def held(seconds: float = 5) -> Iterator[Callable[[], None]]:
    """Hold the database from another process; give what ends that, some seconds later."""
    command = [sys.executable, "-c", HOLD, str(connection.settings_dict["NAME"]), str(seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        yield process.stdin.close
        assert process.wait(10) == 0


@contextmanager
def impatient() -> Iterator[None]:
    """Let this process wait a moment instead of twenty seconds for the database."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    yield
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 20000")


def requests(project: Project) -> list[tuple[str, str, dict[str, str]]]:
    """List what people do: pages to read, buttons to press, the API, signing in."""
    home, recipe = f"/projects/{project.pk}", project.recipes.get()
    dataset = project.datasets.get(name="orders")
    return [
        ("GET", "/", {}),
        ("GET", f"{home}/flow/", {}),
        ("GET", f"{home}/jobs/", {}),
        ("GET", f"{home}/datasets/{dataset.pk}/", {}),
        ("GET", f"/api/v1/projects/{project.pk}", {}),
        ("POST", f"{home}/recipes/{recipe.pk}/run/", {}),
        ("POST", f"{home}/datasets/{dataset.pk}/settings/", {"name": "renamed"}),
        ("POST", f"/api/v1/recipes/{recipe.pk}/run", {}),
        ("POST", LOGIN, {"login": project.members.get().email, "password": PASSWORD}),
    ]


def test_nobody_sees_an_error_of_ours(person: Person, project: Project) -> None:
    browser = Client(raise_request_exception=False)
    browser.force_login(project.members.get())
    asked = requests(project)
    with held() as release:
        with impatient():
            for method, path, form in asked:
                who = Client(raise_request_exception=False) if path == LOGIN else browser
                answer = who.generic(method, path, urlencode(form), FORM)
                assert answer.status_code == (503 if method == "POST" else 200), path
                assert method == "GET" or answer["Retry-After"] == "2"
        with ThreadPoolExecutor() as people:
            release()
            answers = [people.submit(person.ask, *each) for each in asked]
            statuses = [answer.result().status for answer in answers]
    assert set(statuses) <= {200, 202, 302}, statuses
    assert project.datasets.filter(name="renamed").exists()
    assert Job.objects.count() == 1


def test_a_job_that_ends_meanwhile_is_not_called_failed(
    project: Project, queue_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "END_PAUSES", (0.2,) * 50)
    job, work = make_job(project, name="faults.count"), ExitStack()

    def ends_locked(ctx: JobContext) -> dict[str, int]:
        work.enter_context(held(seconds=0.6))()
        return {"hours": 3}

    monkeypatch.setitem(
        registry._kinds, "faults.count",
        registry.JobKind("faults.count", ends_locked, "Count", "default", False, None),
    )  # fmt: skip
    with work, impatient():
        runner.run_job(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.result) == ("succeeded", {"hours": 3})

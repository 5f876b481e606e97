"""The same button pressed twenty times at once: one run, one dataset."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from datasets.models import Dataset, RecipeRun
from projects.models import Job, Project
from tests.factories.datasets import make_dataset
from tests.factories.recipes import make_recipe
from tests.factories.uploads import make_upload
from tests.faults.web import Person, Web

pytestmark = pytest.mark.django_db(transaction=True)

CLICKS = 20


def press(person: Person, path: str, **form: str) -> Counter[int]:
    """Press a button twenty times at once; count the answers by their status."""
    with ThreadPoolExecutor(CLICKS) as fingers:
        answers = fingers.map(lambda _: person.ask("POST", path, form), range(CLICKS))
        return Counter(answer.status for answer in answers)


def test_run(web: Web, project: Project) -> None:
    recipe = make_recipe(project, [make_dataset(project)])
    person = Person(web, project.members.get())
    assert press(person, f"/projects/{project.pk}/recipes/{recipe.pk}/run/") == {302: CLICKS}
    assert Job.objects.get().name == "datasets.run_recipe"
    assert RecipeRun.objects.count() == 1


def test_run_flow(web: Web, project: Project) -> None:
    make_recipe(project, [make_dataset(project)])
    person = Person(web, project.members.get())
    assert press(person, f"/projects/{project.pk}/flow/run/") == {302: CLICKS}
    assert Job.objects.get().name == "datasets.run_flow"
    assert RecipeRun.objects.count() == 1


def test_import(web: Web, project: Project) -> None:
    upload = make_upload(project)
    person = Person(web, project.members.get())
    path = f"/projects/{project.pk}/import/{upload.pk}/run/"
    assert press(person, path, name="orders") == {302: CLICKS}
    assert Job.objects.get().name == "datasets.import"
    assert Dataset.objects.count() == 1

"""Deleted datasets: gone from everything, and back again as they were."""

import pytest
from django.test import Client
from django.urls import reverse

from datasets.models import Dataset, DatasetImport, DatasetVersion, Recipe, RecipeInput, RecipeRun
from datasets.services.datasets import (
    dataset_counts,
    dataset_create,
    dataset_delete,
    dataset_find,
    dataset_get,
    datasets_named,
    job_subject,
)
from datasets.services.flow import flow, flow_run_start
from datasets.services.recipes import recipe_delete, recipe_find
from datasets.services.runs import recipes_run
from projects.jobs import attempts
from projects.jobs.context import JobContext
from projects.models import Job, Project, User
from projects.services.deleted import (
    deleted_list,
)
from projects.services.projects import project_delete
from projects.web.search import search_hits
from segplatform.kernel.errors import NotFound
from tests.datasets.deletion.acts import folders_of, restore
from tests.factories import make_job
from tests.factories.recipes import DOUBLED, make_recipe

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue_server")]


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def addresses(project: Project, recipe: Recipe) -> list[str]:
    """List pages and operations of a recipe's output, and of the recipe."""
    names = (
        "dataset", "dataset_settings", "dataset_columns", "dataset_chart", "dataset_history",
        "dataset_report", "dataset_download",
    )  # fmt: skip
    output, api = recipe.output_id, "/api/v1"
    pages = [reverse(name, args=[project.pk, output]) for name in names]
    return [
        *pages,
        reverse("recipe", args=[project.pk, recipe.pk]),
        *(f"{api}/datasets/{output}{end}" for end in ("", "/versions", "/rows", "/profile")),
        f"{api}/recipes/{recipe.pk}",
    ]


def quick(project: Project, recipe: Recipe) -> list[str]:
    """List those that need no worker to answer."""
    waits = ("/columns/", "/charts/", "/profile", "/report/", "/rows")
    return [url for url in addresses(project, recipe) if not url.endswith(waits)]


def test_a_deleted_dataset_shows_up_nowhere(project: Project, owner: User, recipe: Recipe) -> None:
    output, client = recipe.output, client_of(owner)
    live = {url: client.get(url).status_code for url in quick(project, recipe)}
    assert set(live.values()) == {200}, live
    everywhere = [
        reverse("flow", args=[project.pk]), reverse("dataset_list", args=[project.pk]),
        reverse("lab", args=[project.pk]), reverse("search") + "?q=resul",
        f"/api/v1/projects/{project.pk}/datasets", f"/api/v1/projects/{project.pk}/flow",
        f"/api/v1/projects/{project.pk}/recipes",
    ]  # fmt: skip
    recipe_delete(recipe=recipe)
    gone = {url: client.get(url).status_code for url in addresses(project, recipe)}
    assert set(gone.values()) == {404}, gone
    for url in everywhere:
        answer = client.get(url)
        if answer.status_code == 200:
            shown = answer.content.decode()
            assert str(output.pk) not in shown, url
            assert str(recipe.pk) not in shown, url
    with pytest.raises(NotFound):
        dataset_get(project=project, dataset_id=output.pk)
    with pytest.raises(NotFound):
        dataset_find(user=owner, dataset_id=output.pk)
    with pytest.raises(NotFound):
        recipe_find(user=owner, recipe_id=recipe.pk)
    assert dataset_counts(project_ids=[project.pk]) == {project.pk: 1}
    assert not datasets_named(user=owner, text="result").exists()
    assert search_hits(owner, "result") == []
    assert [node.title for node in flow(project=project).nodes] == ["orders"]
    for model in (Recipe, RecipeInput, RecipeRun):
        assert not model.objects.exists()
        assert model.every.exists()
    assert not DatasetVersion.objects.filter(dataset=output).exists()
    assert not project.recipes.exists()
    assert [each.pk for each in project.datasets.all()] == [recipe.inputs.get().pk]


def test_its_work_is_cancelled_and_never_publishes(
    project: Project, owner: User, recipe: Recipe
) -> None:
    other = make_recipe(project, [recipe.inputs.get()], output="other")
    job = flow_run_start(project=project, user=owner)
    subject = make_job(project, subject=job_subject(dataset=recipe.output))
    RecipeRun.objects.create(recipe=recipe, revision=1, job=job, params=DOUBLED)
    started = attempts.take(str(job.pk))
    assert started
    dataset_delete(dataset=recipe.output)
    subject.refresh_from_db()
    assert subject.state == Job.State.CANCELLED
    recipes_run(ctx=JobContext(started))  # the same job makes something else too
    other.output.refresh_from_db()
    assert other.output.current
    assert DatasetVersion.every.filter(dataset=recipe.output).count() == 1


def test_restored_it_is_as_it_was(project: Project, owner: User, recipe: Recipe) -> None:
    before = {node.title: (node.state, node.rows) for node in flow(project=project).nodes}
    folders = folders_of(recipe.output)
    client = client_of(owner)
    recipe_delete(recipe=recipe)
    (thing,) = deleted_list(project=project)
    assert (thing.name, thing.detail) == ("result", "with the recipe “Make result”")
    assert restore(recipe.output) == "result"
    assert {n.title: (n.state, n.rows) for n in flow(project=project).nodes} == before
    assert {client.get(url).status_code for url in quick(project, recipe)} == {200}
    assert all(folder.is_dir() for folder in folders)
    assert deleted_list(project=project) == []
    with pytest.raises(NotFound):
        restore(recipe.output)


def test_nothing_in_a_deleted_project_is_found(
    project: Project, owner: User, recipe: Recipe
) -> None:
    client = client_of(owner)
    urls = addresses(project, recipe)
    project_delete(project=project)
    gone = {url: client.get(url).status_code for url in urls}
    assert set(gone.values()) == {404}, gone
    assert not datasets_named(user=owner, text="").exists()
    assert search_hits(owner, "r") == []


def test_page_and_api_restore_and_tell_who_deleted(
    project: Project, owner: User, orders: Dataset
) -> None:
    client = client_of(owner)
    assert client.delete(f"/api/v1/datasets/{orders.pk}").status_code == 204
    listed = client.get(f"/api/v1/projects/{project.pk}/deleted").json()["items"]
    assert [(each["kind"], each["name"], each["deleted_by"]) for each in listed] == [
        ("dataset", "orders", str(owner))
    ]
    shown = client.get(reverse("project_deleted", args=[project.pk])).content.decode()
    assert "orders" in shown
    dataset_create(project=project, user=owner, name="orders")
    url = f"/api/v1/projects/{project.pk}/deleted/dataset/{orders.pk}"
    back = client.post(f"{url}/restore").json()
    assert (back["name"], back["former_name"]) == ("orders 2", "orders")
    assert client.delete(url).status_code == 404
    orders.refresh_from_db()
    dataset_delete(dataset=orders)
    assert client.delete(url).status_code == 204
    assert not Dataset.every.filter(pk=orders.pk).exists()


def test_an_import_of_a_deleted_dataset_ends_with_a_sentence(
    project: Project, orders: Dataset
) -> None:
    record = DatasetImport.objects.create(dataset=orders, connector="csv", source_name="a.csv")
    dataset_delete(dataset=orders)
    job = make_job(project, args={"import": str(record.pk)})
    from datasets.services.imports import import_run

    with pytest.raises(NotFound, match="was deleted meanwhile"):
        import_run(ctx=JobContext(job))

"""The demo project with a few things more: what most pictures show, and all of the README's."""

import tempfile
import time
from pathlib import Path
from typing import Any

from datasets.engine.demo_orders import orders_write
from datasets.models import Dataset
from datasets.services.checkups import roles_confirm, roles_proposed
from datasets.services.recipes import recipe_create, recipe_run_start
from datasets.services.uploads import upload_store
from mllab.models import UseCase
from mllab.services.demo import NAME
from mllab.services.experiments import draft_copy
from mllab.services.use_cases import use_case_create
from projects.models import Job, Project, Role, User
from projects.services.guide import guide_dismiss
from tests.e2e.server import App
from tests.factories import make_member

Places = dict[str, str]
GUIDED = "Demo with its guide"
WAIT_SECONDS = 60.0
SCRIPT = """products = inputs["orders prepared"]
top = products.groupby("Description", as_index=False)["TotalPrice"].sum()
print("Products:", len(top))
output = top.sort_values("TotalPrice", ascending=False).head(200)
"""


def make_shop(app: App, owner: User, user: User) -> Places:
    """Make the demo project of ``owner``, and a smaller one with its guide; ``user`` is in both.

    Gives their addresses.
    """
    small = ("--rows", "3000", "--customers", "150")
    app.command("demo", "--owner", owner.email, "--name", GUIDED, *small)
    app.command("demo", "--owner", owner.email)
    project = Project.objects.get(name=NAME)
    for made in Project.objects.filter(name__in=[NAME, GUIDED]):
        make_member(made, Role.OWNER, user)
    things: dict[str, Any] = project.guide["things"]
    guide_dismiss(project=project)
    named = {dataset.name: dataset for dataset in project.datasets.all()}
    home = f"/projects/{project.pk}/"
    sources = {
        "orders": "orders", "cleaned": "orders prepared", "customers": "customers",
        "scored": "customers scored", "products": "products",
    }  # fmt: skip
    roles_confirm(dataset=named["orders"], roles=roles_proposed(dataset=named["orders"]))
    named["products"] = _script(project, user, named["orders prepared"])
    recipes = {"prepare": "cleaned", "rfm": "customers", "scoring": "scored", "script": "products"}
    guided = Project.objects.get(name=GUIDED)
    return {
        "shop": home, "guided": f"/projects/{guided.pk}/",
        "file": f"{home}import/{_upload(project, user)}/",
        "segmentation": f"{home}segments/{things['segmentation']}/",
        **{key: f"{home}datasets/{named[name].pk}/" for key, name in sources.items()},
        **{key: f"{home}recipes/{named[sources[at]].recipe.pk}/" for key, at in recipes.items()},
        **_lab(project, user, things),
    }  # fmt: skip


def _upload(project: Project, user: User) -> str:
    """Upload a file that waits to be imported; give its id."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        orders_write(path, rows=2_000, customers=120, seed=3)
        data = path.read_bytes()
    name = "orders of next month.csv"
    upload = upload_store(project=project, user=user, name=name, size=len(data), chunks=[data])
    return str(upload.pk)


def _script(project: Project, user: User, source: Dataset) -> Dataset:
    """Make a Python recipe and run it on a worker of the server."""
    recipe = recipe_create(
        project=project, user=user, kind="python", inputs=[source], output="products",
        params={"code": SCRIPT},
    )  # fmt: skip
    _finish(recipe_run_start(recipe=recipe, user=user))
    return recipe.output


def _lab(project: Project, user: User, things: dict[str, Any]) -> Places:
    """Start a new experiment from that of the demo, and ask a second question."""
    use_case = UseCase.objects.get(pk=things["use_case"])
    experiment = use_case.experiments.get()
    draft_copy(experiment=experiment, user=user)
    fresh = use_case_create(
        project=project, user=user, name="Who comes back", dataset=experiment.version.dataset
    )
    best, second = things["compared"]
    others = experiment.prototypes.exclude(pk__in=[best, second]).order_by("number")
    four = [best, second, *(str(each.pk) for each in others[:2])]
    lab = f"/projects/{project.pk}/lab/{use_case.pk}/"
    return {
        "lab": lab, "draft": f"/projects/{project.pk}/lab/{fresh.pk}/",
        "prototype": f"{lab}prototypes/{best}/",
        "density": f"{lab}prototypes/{others.get(algorithm='hdbscan').pk}/",
        "tree": f"{lab}prototypes/{experiment.prototypes.get(algorithm='agglomerative').pk}/",
        "two": "&".join(f"p={each}" for each in four[:2]),
        "four": "&".join(f"p={each}" for each in four),
    }  # fmt: skip


def _finish(job: Job) -> None:
    """Wait for a job of the running server; it must succeed."""
    until = time.monotonic() + WAIT_SECONDS
    while job.is_active:
        assert time.monotonic() < until, f"{job} takes too long"
        time.sleep(0.1)
        job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED, f"{job}: {job.error}"

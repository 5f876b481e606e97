"""What pages must bear: nothing, too much, long names, work that goes on, things that failed."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from datasets.engine.types import Column
from datasets.models import Dataset, RecipeRun
from datasets.services.refresh import refresh_attach
from datasets.services.uploads import upload_store
from mllab.models import UseCase
from mllab.services.segments import segment_change
from projects.models import Job, Project, Role, User
from tests.factories import make_job, make_member, make_project, make_user
from tests.factories.connections import make_connection
from tests.factories.datasets import make_dataset, make_version
from tests.factories.mllab import (
    customers,
    make_experiment,
    make_prepared,
    make_prototype,
    make_segmentation,
    make_use_case,
)
from tests.factories.recipes import make_recipe, make_run
from tests.factories.uploads import make_upload

Places = dict[str, str]
LONG = "Customers of all our shops in 2010-2026, merged & cleaned <b> by hand"
WIDE = 300
NAME = "column_{:03}_of_a_table_with_names_as_long_as_they_may_ever_be"
ERROR = "The column “TotalPrice” is not in “orders” any more. It has: Invoice, Quantity, Price."
WORDS = "Everybody who bought at least twice, in whichever shop, and never returned a thing"
BROKEN_FILE = b'id,name\n1,"never closed\n' + b"2,more\n" * 40


def make_extremes(user: User) -> Places:
    """Make the projects of the extremes; give the addresses of what is in them."""
    empty = make_project(user, name="Spring campaign")
    places = {"empty": f"/projects/{empty.pk}/", "nowhere": f"/projects/{make_user().pk:032}/"}
    places |= _full(make_project(user, name=LONG))
    places |= _busy(make_project(user, name="Returns and complaints"))
    for number in range(2, 16):
        make_project(user, name=f"Region {number}", description="Kept for the yearly report.")
    return places


def _full(project: Project) -> Places:
    """Fill a project to the brim: wide and many datasets, many prototypes, members, tokens."""
    home = f"/projects/{project.pk}/"
    wide = make_dataset(
        project, name=f"{LONG} 1", columns=[Column(NAME.format(n), "integer") for n in range(WIDE)],
        rows=[[row * n for n in range(WIDE)] for row in range(60)],
    )  # fmt: skip
    none = make_dataset(project, name="no rows at all", rows=[])
    orders = make_dataset(project, name="orders")
    bad = [(n, "Quantity", f"many ({n})", "not a number") for n in range(1, 80)]
    for number in range(2, 9):
        rows = [("A1", 3, "2.50")] * 40 * number
        make_version(orders, rows=rows, rejected=bad, report=_report())
    for number in range(24):
        recipe = make_recipe(project, [orders], f"orders of region {number} by month and product")
        make_run(recipe)
    for number in range(30):
        role = (Role.VIEWER, Role.EDITOR)[number % 2]
        make_member(project, role, make_user(f"colleague.number.{number}@subsidiary.example.org"))
        make_job(
            project, title=f"Import {LONG} {number}", state=Job.State.SUCCEEDED, progress=1,
            started=timezone.now() - timedelta(minutes=number), finished=timezone.now(),
        )  # fmt: skip
    lab = _lab(make_use_case(project, customers(project, count=240), name=LONG))
    for number in range(12):
        make_use_case(project, orders, name=f"Question {number}")
    pages = {"wide": wide, "none": none, "long": orders, "several": _several(project)}
    places = {key: f"{home}datasets/{d.pk}/" for key, d in pages.items()}
    return {"full": home, **lab, **places, **_sources(project, home, orders)}


def _several(project: Project) -> Dataset:
    """Import 120 files, of which two are left out and some have cells that could not be read."""
    files = [
        {"name": f"{LONG} {number}.csv", "rows": 1_000, "read": 1_000 - number % 3, "empty": 0,
         "rejected": number % 3, "left_out": "", "lacks": [], "lacks_count": 0}
        for number in range(1, 121)
    ]  # fmt: skip
    for file in files[40:42]:
        file |= {"rows": 0, "read": 0, "rejected": 0, "left_out": "It is a PNG picture."}
    bad = [(row, "Price" if row % 7 else None, f"n/a {row}", "not an amount")
           for row in range(1, 9_000, 97)]  # fmt: skip
    told = {
        **_report(),
        "files": files,
        "columns": {"Price": {"unreadable": 80, "wanted": "decimal"}},
    }
    return make_dataset(project, name="orders of 120 days", rejected=bad, report=told)


def _sources(project: Project, home: str, orders: Dataset) -> Places:
    """Leave connections that nothing answers, a file of many columns, one that differs."""
    found = make_connection(project, name="Shop", host="127.0.0.1")
    for number in range(9):
        make_connection(project, name=f"{LONG} {number}", host=f"db{number}.shop.example.com")
    names = ",".join(NAME.format(n) for n in range(WIDE))
    rows = "".join(",".join(str(row * n) for n in range(WIDE)) + "\n" for row in range(60))
    upload = make_upload(project, f"{names}\n{rows}", name=f"{LONG}.csv")
    other = make_upload(project, "Invoice,Quantity,Cost,Country\n" + "A9,many,2.50,Namibia\n" * 40)
    user = project.membership.user
    refresh_attach(dataset=orders, user=user, mode="append", upload=other)
    return {
        "differs": f"{home}import/{other.pk}/",
        "imported": f"{home}datasets/{orders.pk}/",
        "connection": f"{home}connections/{found.pk}/",
        "wide_file": f"{home}import/{upload.pk}/",
    }


def _lab(use_case: UseCase) -> Places:
    """Train thirty prototypes; name twelve segments as long as names may be."""
    experiment = make_prepared(use_case)
    many = make_prototype(experiment, "kmeans", k=12)
    for k in (*range(2, 12), 13, 14, 15):
        make_prototype(experiment, "kmeans", k=k)
        make_prototype(experiment, "minibatch_kmeans", k=k)
    user = use_case.project.membership.user
    for label in range(12):
        segment_change(
            prototype=many, label=label, user=user, name=f"{WORDS[:57]} {label}",
            description=WORDS * 3, action=WORDS,
        )  # fmt: skip
    found = make_segmentation(many, name=LONG, description=WORDS * 2)
    home = f"/projects/{use_case.project.pk}/"
    for number in range(14):
        make_segmentation(many, name=f"Segmentation {number}")
    return {
        "full_lab": f"{home}lab/{use_case.pk}/",
        "full_prototype": f"{home}lab/{use_case.pk}/prototypes/{many.pk}/",
        "full_segmentation": f"{home}segments/{found.pk}/",
    }


def _busy(project: Project) -> Places:
    """Leave work as if it went on for ever, and work that failed."""
    home, user = f"/projects/{project.pk}/", project.membership.user
    orders = make_dataset(project, name="orders")
    pending = Dataset.objects.create(project=project, name="orders 2012")
    running = _running(project, f"dataset:{pending.pk}", "Import orders 2012", 0.4, "Reading rows")
    broken = Dataset.objects.create(project=project, name="orders 2009")
    failed = make_job(
        project, title="Import orders 2009", name="datasets.import", state=Job.State.FAILED,
        subject=f"dataset:{broken.pk}", error="Line 14 has 9 fields, the header has 8.",
        error_id="7f3a91c2", started=timezone.now(), finished=timezone.now(),
    )  # fmt: skip
    fresh, stale, lost = (
        make_recipe(project, [orders], name) for name in ("returns", "by month", "complaints")
    )
    make_run(fresh), make_run(stale)
    stale.revision += 1
    stale.save(update_fields=["revision"])
    run = make_job(
        project, title="Run Make complaints", name="datasets.run_recipe", state=Job.State.FAILED,
        subject=f"dataset:{lost.output.pk}", error=ERROR, finished=timezone.now(),
    )  # fmt: skip
    RecipeRun.objects.create(
        recipe=lost, revision=1, params=lost.params, inputs=[], error=ERROR, job=run
    )
    make_recipe(project, [fresh.output], "returns by month")
    upload = upload_store(
        project=project, user=user, name="broken.csv", size=len(BROKEN_FILE), chunks=[BROKEN_FILE]
    )
    data = {"pending": pending, "broken": broken, "stale": stale.output, "lost": lost.output}
    return {
        "busy": home, "running_job": f"{home}jobs/{running.pk}/",
        "failed_job": f"{home}jobs/{failed.pk}/", "upload": f"{home}import/{upload.pk}/",
        **{key: f"{home}datasets/{dataset.pk}/" for key, dataset in data.items()},
        **_training(project),
    }  # fmt: skip


def _training(project: Project) -> Places:
    """Stop the clock in the middle of training: some are done, one runs, one failed."""
    use_case = make_use_case(project, customers(project), name="Who returns what")
    experiment = make_prepared(use_case)
    for k in (2, 3):
        make_prototype(experiment, "kmeans", k=k)
    for algorithm, job in (("birch", "runs"), ("dbscan", "failed"), ("hdbscan", "")):
        prototype = make_prototype(experiment, algorithm, trained=False)
        subject = f"prototype:{prototype.pk}"
        if job == "runs":
            prototype.job = _running(project, subject, "Train BIRCH", 0.6, "Fitting")
        elif job == "failed":
            prototype.job = make_job(
                project, title="Train DBSCAN", subject=subject, state=Job.State.FAILED,
                error="Every customer would be noise. Make the radius larger.",
            )  # fmt: skip
        prototype.save(update_fields=["job"])
    home = f"/projects/{project.pk}/"
    lab = f"{home}lab/{use_case.pk}/"
    rows = {each.algorithm: each.pk for each in experiment.prototypes.all()}
    fresh = make_use_case(project, use_case.dataset, name="Just started")
    make_prototype(make_experiment(fresh), "kmeans", trained=False)
    return {
        "training": lab, "waiting_prototype": f"{lab}prototypes/{rows['birch']}/",
        "failed_prototype": f"{lab}prototypes/{rows['dbscan']}/",
        "just_started": f"{home}lab/{fresh.pk}/",
    }  # fmt: skip


def _running(project: Project, subject: str, title: str, share: float, message: str) -> Job:
    """Save a job that no worker has: its lease outlives the pictures."""
    return make_job(
        project, title=title, name="datasets.import", subject=subject, state=Job.State.RUNNING,
        attempt=1, progress=share, message=message, started=timezone.now(),
        lease_until=timezone.now() + timedelta(days=1),
    )  # fmt: skip


def _report() -> dict[str, Any]:
    return {
        "rows_read": 541_830, "rows_in_file": 541_909, "rows_rejected": 79, "rows_empty": 0,
        "warnings": ["The header has two columns “Price”; the second is called “Price 2”."],
    }  # fmt: skip

"""What the page of a dataset says of the recipe that makes it."""

from typing import Any

from datasets.models import Dataset, Recipe
from datasets.services.on_demand import rows_wanted
from datasets.services.plans import kind_get
from datasets.services.states import active_job, graph_load
from projects.models import Job
from projects.services.jobs import job_log


def script_log(recipe: Recipe | None, job: Job | None) -> list[str] | None:
    """Give what the script that makes a dataset has written in this job; None for other recipes."""
    if recipe is None or job is None or kind_get(key=recipe.kind).family != "code":
        return None
    return job_log(job=job)


def made_by(found: Dataset) -> dict[str, Any]:
    """Give ``recipe``, its ``recipe_state``, and ``job`` where one makes the dataset now.

    ``asks`` says whether opening it has its rows made. Both are None for an import. A run of the
    whole flow counts for each dataset that it makes.
    """
    if not hasattr(found, "recipe"):
        return {"recipe": None, "recipe_state": None, "asks": False}
    graph = graph_load(project=found.project)
    recipe = next(recipe for recipe in graph.recipes if recipe.output_id == found.pk)
    job = active_job(graph=graph, recipe=recipe)
    asks = rows_wanted(graph=graph, dataset=graph.datasets[found.pk])
    origin = {"recipe": recipe, "recipe_state": graph.states[found.pk], "asks": asks}
    return {**origin, "job": job} if job else origin

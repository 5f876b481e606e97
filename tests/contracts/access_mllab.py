"""Access to the ML Lab: use cases, experiments, prototypes and their leaderboard."""

from typing import Any

from mllab.models import Experiment, Prototype, UseCase
from tests.contracts.access_datasets import stored_dataset
from tests.contracts.access_words import (
    API_EDITOR,
    API_OWNER,
    API_PERSON,
    API_VIEWER,
    EDITOR,
    OWNER,
    VIEWER,
)
from tests.contracts.access_world import MARKER, World
from tests.factories.mllab import make_experiment, make_prototype, make_use_case

PAGES: dict[str, dict[str, str]] = {
    "lab": {"GET": VIEWER},
    "use_case_new": {"GET": EDITOR, "POST": EDITOR},
    "use_case": {"GET": VIEWER},
    "use_case_edit": {"GET": EDITOR, "POST": EDITOR},
    "use_case_delete": {"POST": OWNER},
    "experiment_new": {"GET": EDITOR, "POST": EDITOR},
    "experiment_sketch": {"POST": VIEWER},
    "prototype": {"GET": VIEWER},
    "prototype_retrain": {"POST": EDITOR},
    "prototype_delete": {"POST": EDITOR},
    "compare": {"GET": VIEWER},
}

ACCESS = {
    **PAGES,
    "api:list_algorithms": {"GET": API_PERSON},
    "api:list_metrics": {"GET": API_PERSON},
    "api:list_use_cases": {"GET": API_VIEWER},
    "api:create_use_case": {"POST": API_EDITOR},
    "api:get_use_case": {"GET": API_VIEWER},
    "api:change_use_case": {"PATCH": API_EDITOR},
    "api:delete_use_case": {"DELETE": API_OWNER},
    "api:get_features": {"GET": API_VIEWER},
    "api:list_experiments": {"GET": API_VIEWER},
    "api:start_experiment": {"POST": API_EDITOR},
    "api:get_experiment": {"GET": API_VIEWER},
    "api:get_leaderboard": {"GET": API_VIEWER},
    "api:get_prototype": {"GET": API_VIEWER},
    "api:delete_prototype": {"DELETE": API_EDITOR},
    "api:retrain_prototype": {"POST": API_EDITOR},
    "api:get_assignments": {"GET": API_VIEWER},
    "api:get_prototype_profile": {"GET": API_VIEWER},
    "api:get_figure": {"GET": API_VIEWER},
    "api:compare_prototypes": {"GET": API_VIEWER},
}


def stored_use_case(world: World) -> UseCase:
    """Give a use case of the project, over its dataset."""
    if "use_case" not in world.things:
        made = make_use_case(world.project, stored_dataset(world), name=f"Question {MARKER}")
        world.things["use_case"] = made
    found: UseCase = world.things["use_case"]
    return found


def stored_experiment(world: World) -> Experiment:
    """Give an experiment that has started."""
    if "experiment" not in world.things:
        world.things["experiment"] = make_experiment(stored_use_case(world))
    found: Experiment = world.things["experiment"]
    return found


def stored_prototype(world: World, key: str = "prototype") -> Prototype:
    """Give a prototype that is not trained yet."""
    if key not in world.things:
        world.things[key] = make_prototype(stored_experiment(world))
    found: Prototype = world.things[key]
    return found


def use_case_body(world: World) -> dict[str, Any]:
    return {"name": "From a script", "dataset": str(stored_dataset(world).pk)}


BODIES: dict[str, Any] = {
    "api:create_use_case": use_case_body,
    "api:change_use_case": {"name": "Renamed by a script"},
    "api:start_experiment": {
        "features": [{"column": "Quantity", "role": "input"}],
        "models": [{"algorithm": "kmeans"}],
    },
}

KWARGS = {
    "use_case_id": lambda world: stored_use_case(world).pk,
    "experiment_id": lambda world: stored_experiment(world).pk,
    "prototype_id": lambda world: stored_prototype(world).pk,
    "other_id": lambda world: stored_prototype(world, "other").pk,
    "figure": lambda world: "map",
}

"""Access to the ML Lab, from use cases to prototypes, and to the segmentations."""

from typing import Any

from django.utils import timezone

from mllab.models import Experiment, Prototype, Segmentation, UseCase
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
from tests.factories.mllab import (
    make_experiment,
    make_prepared,
    make_prototype,
    make_segmentation,
    make_use_case,
)

PAGES: dict[str, dict[str, str]] = {
    "lab": {"GET": VIEWER},
    "use_case_new": {"GET": EDITOR, "POST": EDITOR},
    "use_case": {"GET": VIEWER},
    "use_case_edit": {"GET": EDITOR, "POST": EDITOR},
    "use_case_delete": {"POST": OWNER},
    "use_case_act": {"POST": EDITOR},
    "use_case_combine": {"GET": EDITOR, "POST": EDITOR},
    "use_case_export": {"GET": VIEWER},
    "use_case_report": {"GET": VIEWER},
    "experiment_new": {"GET": EDITOR, "POST": EDITOR},
    "experiment_sketch": {"POST": VIEWER},
    "find_k": {"GET": EDITOR, "POST": EDITOR},
    "prototype": {"GET": VIEWER},
    "prototype_cut": {"GET": VIEWER},
    "prototype_vary": {"POST": EDITOR},
    "prototype_retrain": {"POST": EDITOR},
    "prototype_delete": {"POST": EDITOR},
    "prototype_by_hand": {"POST": EDITOR},
    "prototype_value": {"GET": VIEWER},
    "prototype_value_run": {"POST": EDITOR},
    "prototype_select": {"POST": EDITOR},
    "compare": {"GET": VIEWER},
    "segment_edit": {"GET": EDITOR, "POST": EDITOR},
    "segment_within": {"GET": EDITOR, "POST": EDITOR},
    "prototype_promote": {"GET": EDITOR, "POST": EDITOR},
    "prototype_customers": {"GET": VIEWER},
    "prototype_download": {"GET": VIEWER},
    "prototype_model": {"GET": VIEWER},
    "segmentation_list": {"GET": VIEWER},
    "segmentation": {"GET": VIEWER},
    "segmentation_edit": {"GET": EDITOR, "POST": EDITOR},
    "segmentation_delete": {"POST": OWNER},
    "segmentation_score": {"GET": EDITOR, "POST": EDITOR},
    "segmentation_restore": {"POST": EDITOR},
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
    "api:find_k": {"POST": API_EDITOR},
    "api:get_leaderboard": {"GET": API_VIEWER},
    "api:export_leaderboard": {"GET": API_VIEWER},
    "api:get_prototype": {"GET": API_VIEWER},
    "api:delete_prototype": {"DELETE": API_EDITOR},
    "api:retrain_prototype": {"POST": API_EDITOR},
    "api:get_assignments": {"GET": API_VIEWER},
    "api:get_prototype_profile": {"GET": API_VIEWER},
    "api:get_figure": {"GET": API_VIEWER},
    "api:get_prototype_rules": {"GET": API_VIEWER},
    "api:change_by_hand": {"POST": API_EDITOR},
    "api:combine_prototypes": {"POST": API_EDITOR},
    "api:dataset_of_customers": {"POST": API_EDITOR},
    "api:get_why": {"GET": API_VIEWER},
    "api:compare_prototypes": {"GET": API_VIEWER},
    "api:get_value_check": {"GET": API_VIEWER},
    "api:start_value_check": {"POST": API_EDITOR},
    "api:compare_with_groups": {"GET": API_VIEWER},
    "api:promote_prototype": {"POST": API_EDITOR},
    "api:list_prototype_segments": {"GET": API_VIEWER},
    "api:change_prototype_segment": {"PATCH": API_EDITOR},
    "api:download_prototype": {"GET": API_VIEWER},
    "api:get_prototype_model": {"GET": API_VIEWER},
    "api:get_prototype_sql": {"GET": API_VIEWER},
    "api:list_segmentations": {"GET": API_VIEWER},
    "api:get_segmentation": {"GET": API_VIEWER},
    "api:change_segmentation": {"PATCH": API_EDITOR},
    "api:delete_segmentation": {"DELETE": API_OWNER},
    "api:list_segmentation_versions": {"GET": API_VIEWER},
    "api:restore_segmentation_version": {"POST": API_EDITOR},
    "api:list_segments": {"GET": API_VIEWER},
    "api:get_segment": {"GET": API_VIEWER},
    "api:change_segment": {"PATCH": API_EDITOR},
    "api:score_dataset": {"POST": API_EDITOR},
    "api:download_segmentation": {"GET": API_VIEWER},
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


def stored_segmentation(world: World) -> Segmentation:
    """Give a segmentation of three segments; the files of its prototype are gone."""
    if "segmentation" not in world.things:
        prototype = make_prototype(stored_experiment(world))
        prototype.finished, prototype.details = timezone.now(), {"sizes": [3, 2, 1]}
        prototype.save()
        world.things["segmentation"] = make_segmentation(prototype, f"Groups {MARKER}")
    found: Segmentation = world.things["segmentation"]
    return found


def files_behind(world: World) -> dict[str, Any]:
    """Give the segmentation a prototype that has its files, for what sends them."""
    if "trained" not in world.things:
        experiment = make_prepared(make_use_case(world.project, name="Trained"))
        world.things["trained"] = make_prototype(experiment, k=2)
        version = stored_segmentation(world).current
        assert version
        version.prototype = world.things["trained"]
        version.save()
    return {}


def score_body(world: World) -> dict[str, Any]:
    files_behind(world)
    learned_from = world.things["trained"].experiment.use_case.dataset
    return {"dataset": str(learned_from.pk), "output": "Scored by a script"}


def combine_body(world: World) -> dict[str, Any]:
    ids = [stored_prototype(world, key).pk for key in ("prototype", "other")]
    return {"prototypes": [str(pk) for pk in ids]}


def use_case_body(world: World) -> dict[str, Any]:
    return {"name": "From a script", "dataset": str(stored_dataset(world).pk)}


BODIES: dict[str, Any] = {
    "api:dataset_of_customers": {"name": "Chosen by a script"},
    "api:change_by_hand": {"merge": [0, 1]},
    "api:combine_prototypes": combine_body,
    "api:create_use_case": use_case_body,
    "api:change_use_case": {"name": "Renamed by a script"},
    "api:start_experiment": {
        "features": [{"column": "Quantity", "role": "input"}],
        "models": [{"algorithm": "kmeans"}],
    },
    "api:find_k": {"features": [{"column": "Quantity", "role": "input"}]},
    "api:start_value_check": {"horizon": 90},
    "api:promote_prototype": {"name": "Promoted by a script"},
    "api:change_prototype_segment": {"name": "Named by a script"},
    "api:change_segmentation": {"name": "Renamed by a script"},
    "api:change_segment": {"name": "Named by a script"},
    "api:score_dataset": score_body,
    "api:download_segmentation": files_behind,
}

KWARGS = {
    "use_case_id": lambda world: stored_use_case(world).pk,
    "experiment_id": lambda world: stored_experiment(world).pk,
    "prototype_id": lambda world: stored_prototype(world).pk,
    "other_id": lambda world: stored_prototype(world, "other").pk,
    "figure": lambda world: "map",
    "segmentation_id": lambda world: stored_segmentation(world).pk,
    "label": lambda world: 0,
    "row": lambda world: 1,
}

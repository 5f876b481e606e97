"""Which experiments of a use case can be compared by their scores: those of one space."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from mllab.engine.settings import Settings
from mllab.models import Experiment

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Space:
    """Rows and columns that scores are measured in; ``letter`` stays while experiments are added.

    ``experiments`` are those that have them, the first one first.
    """

    letter: str
    experiments: list[Experiment] = field(default_factory=list)

    @property
    def latest(self) -> int:
        """The number of its newest experiment."""
        return max((each.number or 0 for each in self.experiments), default=0)


def spaces_of(*, experiments: Iterable[Experiment]) -> dict[Any, Space]:
    """Find the spaces of experiments, by the experiment's key."""
    found: dict[str, Space] = {}
    ordered = sorted(experiments, key=lambda each: each.number or 0)
    by_experiment = {}
    for experiment in ordered:
        space = found.setdefault(space_key(experiment=experiment), Space(_letter(len(found))))
        space.experiments.append(experiment)
        by_experiment[experiment.pk] = space
    return by_experiment


def space_key(*, experiment: Experiment) -> str:
    """Name the rows, the inputs and their preparation; a seed changes none of them."""
    inputs = sorted(each["column"] for each in experiment.features if each["role"] == "input")
    said = _settings(experiment)
    said["columns"] = {name: own for name, own in said["columns"].items() if name in inputs}
    if said["pca"] == "off":
        said.pop("pca_share", None)
    version = [str(experiment.version_id or ""), experiment.version_number]
    return json.dumps([version, inputs, said], sort_keys=True)


def _settings(experiment: Experiment) -> dict[str, Any]:
    try:
        found = Settings.model_validate(experiment.preprocessing or {})
    except ValidationError:  # of another version of the software
        return {"columns": {}, "pca": "", "raw": experiment.preprocessing}
    return found.model_dump(mode="json")


def _letter(place: int) -> str:
    """Name spaces A … Z, A2 …"""
    again, place = divmod(place, len(LETTERS))
    return f"{LETTERS[place]}{again + 1 if again else ''}"

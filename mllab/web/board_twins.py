"""Twins on the leaderboard: the same model with principal components, and without them."""

import json
from collections.abc import Iterable

from mllab.services.leaderboards import LeaderboardRow

WITH, WITHOUT = "with", "without"
WORDS = {WITH: "twin without PCA: #{}", WITHOUT: "without PCA; twin with PCA: #{}"}
"""The parameters of the one with them say so already."""
COMPONENTS = ("pca", "pca_share")


def twin_words(rows: Iterable[LeaderboardRow]) -> dict[int, str]:
    """Mark both twins, by their number: "without PCA; twin with PCA: #4"."""
    found: dict[str, dict[str, list[int]]] = {}
    for row in rows:
        side = WITH if row.experiment.preprocessing.get("pca") == "keep" else WITHOUT
        found.setdefault(_key(row), {}).setdefault(side, []).append(row.prototype.number)
    words: dict[int, str] = {}
    for sides in found.values():
        for side, other in ((WITH, WITHOUT), (WITHOUT, WITH)):
            if twins := sides.get(other):
                words |= dict.fromkeys(sides.get(side, []), WORDS[side].format(twins[0]))
    return words


def _key(row: LeaderboardRow) -> str:
    """Name all that a prototype was made with but for principal components."""
    experiment, prototype = row.experiment, row.prototype
    said = {k: v for k, v in experiment.preprocessing.items() if k not in COMPONENTS}
    model = [prototype.algorithm, prototype.params]
    data = [str(experiment.version_id), experiment.version_number, experiment.features]
    return json.dumps([data, said, experiment.seed, model], sort_keys=True)

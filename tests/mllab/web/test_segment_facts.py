"""What sets a segment apart, in words, and how far its scoring can be trusted."""

from typing import Any

import pytest

from mllab.engine.effects import Effect
from mllab.web.segment_facts import fact_of, segment_facts
from mllab.web.segmentations import scoring_words


@pytest.mark.parametrize(
    ("index", "size", "mean", "words"),
    [
        (410.2, 2.1, 8000, "Monetary is 4.1 × the average"),
        (2_345, 9.0, 1, "Monetary is 23 × the average"),
        (12.1, -0.8, 5, "Monetary is 0.1 × the average"),
        (0.02, -0.8, 5, "Monetary is 0.01 × the average"),
        (104.0, 1.2, 2011, "Monetary is above the average, at 2,011"),
        (None, -1.2, -0.4, "Monetary is below the average, at −0.4"),
    ],
)
def test_a_mean_is_written_beside_that_of_everyone(
    index: float | None, size: float, mean: float, words: str
) -> None:
    found = fact_of(Effect("Monetary", "input", "number", size, mean, 0.0, index))
    assert found.text == words


def test_facts_are_ranked_by_effect_size_and_what_is_near_is_left_out() -> None:
    def column(name: str, mean: float, std: float) -> dict[str, Any]:
        inside = {"label": 0, "n": 50, "mean": mean, "index": 100 * mean, "z": (mean - 1) / std}
        overall = {"n": 100, "mean": 1.0, "std": std}
        role = "display" if name.islower() else "input"
        return {"name": name, "kind": "numeric", "role": role, "overall": overall,
                "segments": [inside]}  # fmt: skip

    columns = [column("A", 1.5, 1), column("B", 2, 1.2), column("C", 1.05, 1), column("d", 2, 1.1)]
    found = segment_facts({"columns": columns, "segments": [{"label": 0, "size": 50}]})[0]
    assert [each.text.split()[0] for each in found] == ["B", "A", "d"]
    assert [each.strength for each in found] == ["large"] * 3


@pytest.mark.parametrize(
    ("details", "tone", "start"),
    [
        ({"scores_exactly": True, "agreement": 1.0}, "ok", "Exact"),
        ({"scores_exactly": False, "agreement": 0.934}, "ok", "Close: 93.4 %"),
        ({"scores_exactly": False, "agreement": 0.61}, "warn", "Rough: 61.0 %"),
        ({}, "", "Not measured"),
    ],
)
def test_it_says_how_far_scoring_can_be_trusted(
    details: dict[str, Any], tone: str, start: str
) -> None:
    found = scoring_words(details)
    assert found[0] == tone
    assert found[1].startswith(start)

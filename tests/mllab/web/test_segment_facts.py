"""What sets a segment apart, in words, and how far its scoring can be trusted."""

from typing import Any

import pytest

from mllab.web.segment_facts import fact, segment_facts
from mllab.web.segmentations import scoring_words


@pytest.mark.parametrize(
    ("index", "z", "mean", "words"),
    [
        (410.2, 2.1, 8000, "Monetary 4.1 × the average"),
        (2_345, 9.0, 1, "Monetary 23 × the average"),
        (12.1, -0.8, 5, "Monetary 0.1 × the average"),
        (3.4, -0.8, 5, "Monetary 0.03 × the average"),
        (0.02, -0.8, 5, "Monetary 0.01 × the average"),
        (104.0, 1.2, 2011, "Monetary above the average, at 2,011"),
        (None, -1.2, -0.4, "Monetary below the average, at -0.4"),
        (-50.0, -1.2, -3.21, "Monetary below the average, at -3.21"),
    ],
)
def test_a_mean_is_written_beside_that_of_everyone(
    index: float | None, z: float, mean: float, words: str
) -> None:
    assert fact("Monetary", {"index": index, "z": z, "mean": mean}) == words


def test_the_farthest_come_first_and_what_is_near_is_left_out() -> None:
    def column(name: str, *zs: float | None, index: float = 110) -> dict[str, Any]:
        segments = [
            {"label": label, "index": index, "z": z, "mean": 1} for label, z in enumerate(zs)
        ]
        role = "display" if name.islower() else "input"
        return {"name": name, "kind": "numeric", "role": role, "segments": segments}

    columns = [
        column("A", 0.3, 0.2), column("B", -2.0, None), column("C", 1.0, 0.1),
        column("D", 0.5, -0.24), {"name": "Land", "kind": "category", "segments": []},
    ]  # fmt: skip
    found = segment_facts({"columns": columns})
    assert [each.split()[0] for each in found[0]] == ["B", "C", "D"]
    assert 1 not in found
    scores = [column("r", -3.0), column("A", 0.3), column("f", 2.0)]
    assert [each.split()[0] for each in segment_facts({"columns": scores})[0]] == ["A", "r", "f"]
    wide = [column("A", 0.1, -0.2, index=300), column("B", 0.2, -0.1, index=20)]
    assert segment_facts({"columns": wide})[1] == [
        "A 3.0 × the average", "B 0.2 × the average",
    ]  # fmt: skip


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

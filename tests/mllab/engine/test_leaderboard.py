"""Ranks with near-ties, colours, verdicts in words, and the warning about the leader."""

from typing import Any

import pytest

from mllab.engine.leaderboard import Standing, leader_warning, rank
from mllab.engine.metrics.base import Score, metrics
from mllab.engine.verdicts import Entry, verdict

METRICS = metrics.all()


def entry(
    name: str, silhouette: float | None = 0.4, error: float | None = None, **more: Any
) -> Entry:
    values: dict[str, Any] = {"sizes": [40, 35, 25], "state": "succeeded"} | more
    scores = {"silhouette": Score(silhouette, 100, error)} | values.pop("scores", {})
    return Entry(id=name, scores=scores, segments=len(values["sizes"]), **values)


def standings(*entries: Entry, by: str = "silhouette") -> dict[str, Standing]:
    return rank(entries, METRICS, by)


def ranks(*entries: Entry, by: str = "silhouette") -> list[int | None]:
    found = standings(*entries, by=by)
    return [found[one.id].rank for one in entries]


def tones(*entries: Entry) -> list[str]:
    found = standings(*entries)
    return [found[one.id].tones.get("silhouette", "none") for one in entries]


def reasons(one: Entry) -> str:
    found = verdict(one)
    return " ".join(found.reasons) if found else ""


def level(one: Entry) -> str:
    found = verdict(one)
    return found.level if found else ""


def test_the_highest_silhouette_is_first() -> None:
    assert ranks(entry("a", 0.3), entry("b", 0.5), entry("c", 0.4)) == [3, 1, 2]


def test_the_lowest_davies_bouldin_is_first() -> None:
    low = entry("a", scores={"davies_bouldin": Score(0.5, 100)})
    high = entry("b", scores={"davies_bouldin": Score(1.5, 100)})
    assert ranks(high, low, by="davies_bouldin") == [2, 1]


def test_failed_and_unscored_have_no_rank_nor_colour() -> None:
    entries = entry("a", 0.3), entry("b", 0.9, state="failed"), entry("c", None), entry("d", 0.2)
    assert ranks(*entries) == [1, None, None, 2]
    assert tones(*entries) == ["best", "none", "none", "worst"]


def test_estimates_within_two_standard_errors_share_a_rank() -> None:
    entries = entry("a", 0.40, 0.01), entry("b", 0.39, 0.01), entry("c", 0.36, 0.01)
    found = standings(*entries)
    assert ranks(*entries) == [1, 1, 3]
    assert [found[name].is_tie for name in "abc"] == [True, True, False]


def test_exact_scores_tie_only_where_they_are_equal() -> None:
    assert ranks(entry("a", 0.4), entry("b", 0.4 + 1e-12), entry("c", 0.3999)) == [1, 1, 3]


def test_a_chain_of_near_ties_does_not_tie_its_ends() -> None:
    values = [entry(str(i), 0.5 - 0.02 * i, 0.01) for i in range(4)]
    assert ranks(*values) == [1, 1, 3, 3]


def test_a_metric_without_direction_ranks_nobody() -> None:
    share = {"largest_share": Score(0.4, 100)}
    entries = entry("a", scores=share), entry("b", scores=share)
    assert ranks(*entries, by="largest_share") == [None, None]
    assert "largest_share" not in standings(*entries)["a"].tones
    assert not standings(*entries, by="largest_share")["a"].is_tie


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, [""]),
        (2, ["best", "worst"]),
        (3, ["best", "middle", "worst"]),
        (4, ["best", "good", "poor", "worst"]),
        (5, ["best", "good", "middle", "poor", "worst"]),
    ],
)
def test_colours_go_by_rank(count: int, expected: list[str]) -> None:
    assert tones(*(entry(str(i), 0.9 - 0.1 * i) for i in range(count))) == expected


def test_no_colours_where_all_are_equal() -> None:
    assert tones(entry("a"), entry("b"), entry("c")) == ["", "", ""]


def test_even_segments_are_good_to_act_on() -> None:
    assert level(entry("a")) == "good"
    assert reasons(entry("a")) == ""


@pytest.mark.parametrize(
    ("one", "expected", "words"),
    [
        (entry("a", sizes=[100]), "unusable", "one segment only"),
        (entry("a", None, sizes=[], noise=9), "unusable", "every row is noise"),
        (entry("a", sizes=[986, 14]), "unusable", "98.6 %"),
        (entry("a", sizes=[85, 15]), "look", "One segment holds 85.0 % of the rows."),
        (entry("a", sizes=[600, 396, 4]), "look", "4 rows only (0.4 %)"),
        (entry("a", sizes=[10, 9, 1]), "look", "1 row only (5.0 %)"),
        (entry("a", sizes=[600, 400, 9, 5]), "look", "2 segments are very small"),
        (entry("a", sizes=[20, 20], noise=60), "look", "60.0 % of the rows are noise."),
        (entry("a", 0.12), "look", "the silhouette is 0.12"),
        (entry("a", sizes=[10] * 25), "look", "25 segments are many"),
    ],
)
def test_verdicts_say_why(one: Entry, expected: str, words: str) -> None:
    assert level(one) == expected
    assert words in reasons(one)


def steady(mean: float, *segments: float, error: float = 0.01, **more: Any) -> Entry:
    scores = {"stability": Score(mean, 60, error)}
    return entry("a", more.pop("silhouette", 0.4), scores=scores, steadiness=list(segments), **more)


@pytest.mark.parametrize(
    ("one", "expected", "words"),
    [
        (steady(0.9, 0.95, 0.9, 0.85), "good", ""),
        (steady(0.8, 0.95, 0.9, 0.55), "look", "Segment 3 (0.55) does not last"),
        (steady(0.7, 0.55, 0.9, 0.45), "look", "Segments 1 (0.55) and 3 (0.45) do not last"),
        (steady(0.55, *[0.55] * 4), "look", "4 of 4 segments do not last"),
        (steady(0.7, 0.7, 0.7, 0.7), "look", "change somewhat with the rows: stability 0.70"),
        (steady(0.4, 0.4, 0.4, 0.4), "unusable", "come out differently: stability 0.40"),
        (steady(0.49, 0.7, 0.7, 0.2, error=0.05), "look", "Segment 3 (0.20)"),
    ],
)
def test_verdicts_ask_whether_segments_last(one: Entry, expected: str, words: str) -> None:
    assert level(one) == expected
    assert words in reasons(one)


def test_each_space_has_ranks_colours_and_ties_of_its_own() -> None:
    entries = (
        entry("a", 0.3, space="x"), entry("b", 0.5, space="x"),
        entry("c", 0.9, space="y"), entry("d", 0.9, space="y"), entry("e", None, space="y"),
    )  # fmt: skip
    found = standings(*entries)
    assert [found[name].rank for name in "abcde"] == [2, 1, 1, 1, None]
    assert [found[name].is_tie for name in "abcde"] == [False, False, True, True, False]
    assert found["c"].ties == {"silhouette"}
    assert [found[name].tones.get("silhouette") for name in "abc"] == ["worst", "best", ""]
    assert [found[name].compared for name in "ac"] == [2, 3]


@pytest.mark.parametrize(
    ("leader", "words"),
    [
        (steady(0.3, 0.3, 0.3, 0.3, silhouette=0.8), "come out differently: stability 0.30."),
        (entry("a", 0.8, sizes=[20, 20], noise=60), "60.0 % of the rows are noise."),
    ],
)
def test_a_leader_of_noise_or_chance_is_warned_of(leader: Entry, words: str) -> None:
    entries = leader, entry("b", 0.4)
    found = leader_warning(entries, standings(*entries), "silhouette")
    assert found.startswith("The first by silhouette is not what it seems. ")
    assert found.endswith(words)


def test_the_share_counts_noise_too() -> None:
    assert level(entry("a", sizes=[85, 15], noise=20)) == "good"


def test_nothing_is_judged_before_it_is_trained() -> None:
    assert verdict(entry("a", state="running")) is None


def test_a_leader_that_splits_nobody_off_is_warned_of() -> None:
    entries = entry("a", 0.8, sizes=[986, 14]), entry("b", 0.4)
    assert leader_warning(entries, standings(*entries), "silhouette") == (
        "The first by silhouette puts 98.6 % of the rows in one segment; look at the shares."
    )


def test_a_tied_leader_is_warned_of_too() -> None:
    entries = entry("a", 0.4, 0.1), entry("b", 0.39, 0.1, sizes=[95, 5])
    found = leader_warning(entries, standings(*entries), "silhouette")
    assert found.startswith("One of the first by silhouette puts 95.0 %")


def test_no_warning_for_a_fair_leader_or_none() -> None:
    entries = entry("a", 0.8), entry("b", 0.4, sizes=[986, 14])
    assert leader_warning(entries, standings(*entries), "silhouette") == ""
    assert leader_warning([], {}, "silhouette") == ""

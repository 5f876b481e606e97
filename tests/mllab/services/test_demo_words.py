"""Words proposed for segments: by recency, frequency and monetary against everyone."""

from typing import Any

from mllab.services.demo_words import ARCHETYPES, words_propose

EVERYONE = (100.0, 6.0, 800.0)


def profiles(*segments: tuple[float, float, float]) -> dict[str, Any]:
    columns = [
        {
            "name": name,
            "overall": {"mean": EVERYONE[place]},
            "segments": [
                {"label": label, "mean": means[place], "median": means[place]}
                for label, means in enumerate(segments)
            ],
        }
        for place, name in enumerate(("Recency", "Frequency", "Monetary"))
    ]
    labels = [{"label": label} for label in range(len(segments))]
    return {"columns": columns, "segments": [*labels, {"label": -1}]}


def test_each_kind_of_customer_gets_its_name() -> None:
    found = words_propose(
        profiles((250, 1, 50), (8, 22, 5000), (20, 1, 80), (180, 7, 700), (25, 10, 900))
    )
    names = [found[label].name for label in range(5)]
    assert names == ["Lost", "Champions", "New", "At risk", "Loyal"]
    assert set(found) == set(range(5))  # the noise gets no name


def test_the_description_says_the_numbers() -> None:
    found = words_propose(profiles((8, 22, 5000.4), (250, 1, 50)))
    assert found[0].description.endswith("last order 8 days ago, 22 orders, £5,000 in all.")
    assert found[1].description.endswith("last order 250 days ago, 1 order, £50 in all.")
    assert all(words.action for words in found.values())


def test_two_alike_get_different_names_and_too_many_get_none() -> None:
    found = words_propose(profiles(*[(8, 22, 5000)] * (len(ARCHETYPES) + 2)))
    names = [words.name for words in found.values()]
    assert sorted(names) == sorted(kind.name for kind in ARCHETYPES)

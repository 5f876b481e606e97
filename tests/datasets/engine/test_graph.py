"""The order of the flow."""

import pytest

from datasets.engine.graph import Cycle, downstream, topological, upstream

PARENTS = {"end": ["left", "right"], "left": ["start"], "right": ["start"], "alone": ["other"]}


def test_it_puts_everything_after_what_feeds_it() -> None:
    order = topological(PARENTS)
    assert sorted(order) == sorted({"start", "left", "right", "end", "alone", "other"})
    for node, feeding in PARENTS.items():
        assert all(order.index(parent) < order.index(node) for parent in feeding)


def test_it_refuses_a_circle() -> None:
    with pytest.raises(Cycle, match="circle"):
        topological({"a": ["b"], "b": ["c"], "c": ["a"]})
    with pytest.raises(Cycle):
        topological({"a": ["a"]})


def test_it_finds_what_is_above_and_below() -> None:
    assert upstream(PARENTS, ["end"]) == {"left", "right", "start"}
    assert upstream(PARENTS, ["start"]) == set()
    assert downstream(PARENTS, ["start"]) == {"left", "right", "end"}
    assert downstream(PARENTS, ["end", "other"]) == {"alone"}


def test_it_orders_nothing() -> None:
    assert topological({}) == []

"""Ribbons between splits: as high as their rows, without a gap or an overlap."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mllab.web.ribbons import GAP, HEAD, HEIGHT, LINE, NEUTRAL, Ribbons, ribbons

NUMBER = r"-?\d+(?:\.\d+)?"
Table = list[list[int]]


def names(count: int) -> list[tuple[str, str]]:
    return [(f"Segment {place}", f"sp-seg-{place % 12 + 1}") for place in range(count)]


def drawn(*tables: Table) -> Ribbons:
    stages = [names(len(table)) for table in tables] + [names(len(tables[-1][0]))]
    return ribbons([f"Split {place}" for place in range(len(stages))], stages, tables)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 12).flatmap(
        lambda across: st.lists(
            st.lists(st.integers(0, 10**6), min_size=across, max_size=across),
            min_size=1, max_size=12,
        )
    )
)  # fmt: skip
def test_everything_is_inside_and_in_proportion(table: Table) -> None:
    turned = [list(column) for column in zip(*table, strict=True)]
    found = drawn(table, turned)
    down, across = [sum(line) for line in table], [sum(line) for line in turned]
    unit = (HEIGHT - GAP * (max(len(down), len(across)) - 1)) / max(sum(down), 1)
    for stage, sizes in zip(found.stages, (down, across, down), strict=True):
        below = float(HEAD)
        for end, size in zip(stage.ends, sizes, strict=True):
            assert float(end.y) >= below - 1.2
            below = float(end.y) + float(end.height)
            assert float(end.height) == pytest.approx(max(size * unit, 1.0), abs=0.1)
        assert below <= HEAD + HEIGHT + 1.2
        middles = [float(end.middle) for end in stage.ends]
        assert all(high - low >= LINE - 0.2 for low, high in pairwise(middles))
        assert middles[-1] <= HEAD + HEIGHT
    assert len(found.ribbons) <= 2 * sum(cell > 0 for line in table for cell in line)


def test_a_ribbon_is_as_wide_at_both_ends() -> None:
    found = drawn([[30, 10], [0, 60]])
    for ribbon, rows in zip(found.ribbons, (30, 10, 60), strict=True):
        at = [float(number) for number in re.findall(NUMBER, ribbon.path)]
        left, right, right_below, left_below = at[1], at[7], at[8], at[14]
        assert right_below - right == pytest.approx(left_below - left, abs=0.2)
        assert left_below - left == pytest.approx(rows * (HEIGHT - 6) / 100, abs=0.2)
    assert found.ribbons[0].words == "30 rows, 75 % of Segment 0, are in Segment 0"


def test_what_has_no_colour_takes_that_of_where_it_goes() -> None:
    found = ribbons(["Groups", "Segments"], [[("New", NEUTRAL)], names(2)], [[[3, 7]]])
    assert [ribbon.css for ribbon in found.ribbons] == ["sp-seg-1", "sp-seg-2"]


def test_nobody_makes_no_picture_but_breaks_nothing() -> None:
    assert drawn([[0]]).ribbons == []

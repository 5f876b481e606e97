"""Ribbons between two prototypes: as high as their rows, without a gap or an overlap."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mllab.web.ribbons import GAP, HEIGHT, ribbons

NUMBER = r"-?\d+(?:\.\d+)?"


def names(count: int) -> list[tuple[str, str]]:
    return [(f"Segment {place}", f"sp-seg-{place % 12 + 1}") for place in range(count)]


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 12).flatmap(
        lambda across: st.lists(
            st.lists(st.integers(0, 10**6), min_size=across, max_size=across),
            min_size=1, max_size=12,
        )
    )
)  # fmt: skip
def test_everything_is_inside_and_in_proportion(table: list[list[int]]) -> None:
    found = ribbons(names(len(table)), names(len(table[0])), table)
    down, across = [sum(line) for line in table], [sum(line) for line in zip(*table, strict=True)]
    unit = (HEIGHT - GAP * (max(len(down), len(across)) - 1)) / max(sum(down), 1)
    for ends, sizes in ((found.before, down), (found.after, across)):
        below = 0.0
        for end, size in zip(ends, sizes, strict=True):
            assert float(end.y) >= below - 1.2
            below = float(end.y) + float(end.height)
            assert float(end.height) == pytest.approx(max(size * unit, 1.0), abs=0.1)
        assert below <= HEIGHT + 1.2
    assert len(found.ribbons) <= sum(cell > 0 for line in table for cell in line)


def test_a_ribbon_is_as_wide_at_both_ends() -> None:
    found = ribbons(names(2), names(2), [[30, 10], [0, 60]])
    for ribbon, rows in zip(found.ribbons, (30, 10, 60), strict=True):
        at = [float(number) for number in re.findall(NUMBER, ribbon.path)]
        left, right, right_below, left_below = at[1], at[7], at[8], at[14]
        assert right_below - right == pytest.approx(left_below - left, abs=0.2)
        assert left_below - left == pytest.approx(rows * (HEIGHT - 6) / 100, abs=0.2)
    assert found.ribbons[0].words == "30 rows, 75 % of Segment 0, are in Segment 0"


def test_nobody_makes_no_picture_but_breaks_nothing() -> None:
    assert ribbons(names(1), names(1), [[0]]).ribbons == []

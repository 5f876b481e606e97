"""Column names: visible, short, different."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.engine.bounds import MAX_NAME_CHARACTERS
from datasets.engine.names import clean_names


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        (["  a ", "b\n c"], ["a", "b  c"]),
        (["a", "A", "a"], ["a", "A_2", "a_3"]),
        (["", " ", "\u200b"], ["column_1", "column_2", "column_3"]),
        (["column_2", ""], ["column_2", "column_2_2"]),
        (["a", "a", "a_2"], ["a", "a_3", "a_2"]),
        (["__row", "__ROW"], ["__row_2", "__ROW_3"]),
        (["Cafe\u0301"], ["Caf\u00e9"]),
        (["\u202eevil", "a\x00b"], ["evil", "ab"]),
        (["x" * 300], ["x" * 200]),
        (["x" * 300, "x" * 250], ["x" * 200, "x" * 198 + "_2"]),
    ],
)
def test_it_cleans_names(raw: list[str], clean: list[str]) -> None:
    assert clean_names(raw) == clean


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(st.text(max_size=5), st.sampled_from(["a", "A", "a_2", "", "__row"]))))
def test_names_are_always_different_and_never_hidden(raw: list[str]) -> None:
    names = clean_names(raw)
    assert len(names) == len(raw)
    assert len({name.casefold() for name in names} - {"__row"}) == len(raw)
    assert all(0 < len(name) <= MAX_NAME_CHARACTERS for name in names)
    assert clean_names(names) == names

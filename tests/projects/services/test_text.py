"""Names as people type them."""

import pytest

from projects.services.text import clean_name, clean_text
from segplatform.kernel.errors import UserError


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Retail ", "Retail"),
        ("a\tb\nc\u2028d", "a b c d"),
        ("cafe\u0301", "café"),
        ("nul\0 bell\x07", "nul bell"),
        ("\u202egnirts\u202c", "gnirts"),
        ("lone\ud800", "lone"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("<b>", "<b>"),
        ("x" * 120, "x" * 120),
    ],
)
def test_it_cleans_a_name(typed: str, name: str) -> None:
    assert clean_name(typed) == name


@pytest.mark.parametrize("typed", ["", "  ", "\u200b\u200d", "\0", "\u202e", "x" * 121])
def test_it_refuses_a_name(typed: str) -> None:
    with pytest.raises(UserError) as error:
        clean_name(typed, field="title")
    assert set(error.value.fields) == {"title"}


def test_it_keeps_the_lines_of_a_text() -> None:
    assert clean_text(" a\r\nb\rc\td\x1b ", field="text", limit=20) == "a\nb\nc    d"
    with pytest.raises(UserError):
        clean_text("x" * 21, field="text", limit=20)

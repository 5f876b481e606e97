"""The watch itself: what it must see on a page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.browser import Problems

INLINE = "const s = document.createElement('script'); s.text = '1'; document.body.append(s)"


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("console.error('broken')", "broken"),
        ("setTimeout(() => { throw new Error('thrown') })", "thrown"),
        (INLINE, "Content Security Policy"),
    ],
)
def test_it_sees_errors_and_refusals(page: Page, problems: Problems, code: str, seen: str) -> None:
    page.goto("/accounts/login/")
    page.evaluate(code)
    for _ in range(600):
        if any(seen in text for text in problems.unexpected()):
            break
        page.wait_for_timeout(100)
    assert any(seen in text for text in problems.unexpected())
    problems.allow(seen)


def test_axe_sees_a_field_without_a_label(page: Page, axe: Callable[[Page], None]) -> None:
    page.goto("/accounts/login/")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    with pytest.raises(AssertionError, match="label"):
        axe(page)

"""The list of pages that the browser tests open is whole."""

from tests.contracts.access_table import ACCESS
from tests.e2e.pages import ALSO, NO_PAGES, PAGES

HTML_OF_THE_API = {"api:openapi-view", "api:openapi-json"}


def test_every_address_that_can_be_opened_is_a_page_or_says_why_not() -> None:
    opened = {
        name
        for name, row in ACCESS.items()
        if "GET" in row and (name in HTML_OF_THE_API or not name.startswith("api:"))
    }
    assert PAGES.keys().isdisjoint(NO_PAGES)
    assert PAGES.keys() | NO_PAGES.keys() == opened
    assert {name for name, _, _ in ALSO} <= PAGES.keys()

"""Every page that a signed-in person meets: accessible in light and dark, fits a phone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.e2e.browser import Problems
from tests.e2e.test_import import create_project, import_file
from tests.samples import orders_csv

Axe = Callable[[Page], None]
PHONE = {"width": 375, "height": 760}
PAGES = [
    "/", "/account/", "/projects/create/", "{project}", "{project}datasets/", "{project}import/",
    "{project}jobs/", "{project}members/", "{project}settings/", "{dataset}",
    "{dataset}?rows=all&sort=-Quantity", "{dataset}report/", "{dataset}settings/",
    "{dataset}columns/", "{dataset}charts/", "{dataset}history/",
    "{project}lab/", "{project}lab/new/",
]  # fmt: skip
LONG = "Everything we know of the customers of all our shops, in all years 2010-2026 & more <b>"


@pytest.fixture(scope="module")
def places(
    browser: Browser, signed_in_state: StorageState, base_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, str]]:  # fmt: skip
    """Make one project with a long name and one dataset; give their addresses."""
    path: Path = tmp_path_factory.mktemp("pages") / "orders.csv"
    orders_csv(path, rows=300)
    window = browser.new_context(storage_state=signed_in_state, base_url=base_url)
    page = window.new_page()
    create_project(page, LONG)
    import_file(page, path)
    dataset = page.url.split("?")[0]
    yield {"dataset": dataset, "project": dataset.split("datasets/")[0]}
    window.close()


@pytest.mark.parametrize("address", PAGES)
def test_it_is_accessible_and_fits_a_phone(
    address: str, signed_in_page: Page, places: dict[str, str], axe: Axe, problems: Problems
) -> None:
    page = signed_in_page
    page.goto(address.format(**places))
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    axe(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0, f"{overflow} px wider than the phone"
    axe(page)


def test_what_does_not_exist_says_so(signed_in_page: Page, problems: Problems, axe: Axe) -> None:
    problems.allow("404")
    signed_in_page.goto("/projects/00000000-0000-0000-0000-000000000000/")
    expect(signed_in_page.get_by_role("heading", level=1)).to_be_visible()
    axe(signed_in_page)

"""The ML Lab: every algorithm on the leaderboard, what a draft keeps, what is told."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.api import Api
from tests.e2e.browser import Problems
from tests.e2e.conftest import Shop
from tests.e2e.test_recipes import REPLACED

Axe = Callable[[Page], None]
WAIT = 60_000  # milliseconds for training on a busy machine


@pytest.fixture
def places(shop: Shop) -> tuple[str, str]:
    """Give the project that tests share, and its customers."""
    return shop.project, shop.customers


def new_use_case(page: Page) -> None:
    """Ask a question of the dataset that is open."""
    page.get_by_role("link", name="ML Lab", exact=True).last.click()
    page.get_by_role("link", name="New use case").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Type")).to_have_value("clustering")
    dialog.get_by_label("Name").fill("Who buys how")
    dialog.get_by_role("button", name=re.compile("Create")).click()
    expect(page.get_by_role("heading", level=1, name="Create Prototypes")).to_be_visible()


def role_of(page: Page, column: str) -> Locator:
    """Find the chosen role of a column."""
    return page.get_by_role("group", name=column, exact=True).locator("input:checked")


def train(page: Page) -> None:
    """Press *Train*; wait until every prototype of the leaderboard has ended."""
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.locator("#leaderboard")).to_be_visible()
    expect(page.locator("#leaderboard[hx-trigger]")).to_have_count(0, timeout=WAIT)


def test_every_algorithm_stands_on_the_leaderboard(
    signed_in_page: Page, api: Api, places: tuple[str, str], axe: Axe
) -> None:
    page = signed_in_page
    project, dataset = places
    algorithms = [each["key"] for each in api.get("/algorithms")["items"]]
    use_case = api.use_case(project, dataset, "Every algorithm")
    api.train(use_case, algorithms)
    page.goto(f"/projects/{project}/lab/{use_case}/")
    rows = page.locator(".sp-board tbody tr")
    expect(rows).to_have_count(len(algorithms))
    expect(page.locator("#leaderboard[hx-trigger]")).to_have_count(0, timeout=WAIT)
    expect(page.locator(".sp-board tbody tr[data-state=succeeded]").nth(2)).to_be_visible()
    axe(page)
    page.get_by_title("Sort by Davies-Bouldin").click()
    expect(page).to_have_url(re.compile("sort=davies_bouldin"))
    expect(page.locator("th[aria-sort]")).to_contain_text("Davies")


def test_a_draft_survives_leaving_and_wrong_settings_are_told(
    signed_in_page: Page, api: Api, places: tuple[str, str], problems: Problems
) -> None:
    page = signed_in_page
    problems.allow(REPLACED)
    project, dataset = places
    use_case = api.use_case(project, dataset, "A draft")
    page.goto(f"/projects/{project}/lab/{use_case}/prototypes/new/")
    page.get_by_role("group", name="Recency", exact=True).get_by_label("Ignored").check(
        timeout=WAIT
    )
    page.get_by_role("button", name="Next: models").click()
    switches = page.get_by_role("switch")
    expect(switches).to_have_count(api.get("/algorithms")["count"])
    for switch in switches.all():
        switch.uncheck()
    expect(page.get_by_text("Turn at least one algorithm on").first).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    page.get_by_role("link", name="A draft").click()
    page.get_by_role("link", name=re.compile("Create (the first p|P)rototypes")).first.click()
    expect(role_of(page, "Recency")).to_have_value("ignored", timeout=WAIT)

"""From groups of customers to compared segments: use case, prototypes, leaderboard, compare."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import Problems
from tests.e2e.test_import import create_project, import_file
from tests.e2e.test_recipes import REPLACED, new_recipe, prepare, run
from tests.samples import orders_csv

Axe = Callable[[Page], None]
ROWS = 3_000
WAIT = 60_000  # milliseconds for training on a busy machine
ALGORITHMS = {
    "K-Means", "Mini-batch K-Means", "Bisecting K-Means", "Gaussian mixture", "Hierarchical",
    "BIRCH", "DBSCAN", "HDBSCAN", "Mean Shift",
}  # fmt: skip


@pytest.fixture
def customers(signed_in_page: Page, tmp_path: Path, problems: Problems) -> Page:
    """Bring generated orders to one row per customer; give the page of that dataset."""
    problems.allow(REPLACED)
    path = tmp_path / "orders.csv"
    orders_csv(path, rows=ROWS)
    create_project(signed_in_page, "Segments in the browser")
    import_file(signed_in_page, path)
    prepare(signed_in_page)
    run(signed_in_page)
    new_recipe(signed_in_page, "RFM")
    run(signed_in_page)
    return signed_in_page


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


def test_customers_become_compared_segments(customers: Page, axe: Axe) -> None:
    page = customers
    new_use_case(page)
    for column in ("Recency", "Frequency", "Monetary"):
        expect(role_of(page, column)).to_have_value("input", timeout=WAIT)
    for column in ("CustomerID", "RFM", "Group"):
        expect(role_of(page, column)).not_to_have_value("input")
    expect(page.get_by_text("3 inputs")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Next: models").click()
    switches = page.get_by_role("switch")
    expect(switches).to_have_count(len(ALGORITHMS))
    for switch in switches.all():
        switch.check()
    axe(page)
    train(page)
    rows = page.locator(".sp-board tbody tr")
    expect(rows).to_have_count(len(ALGORITHMS))
    expect(page.locator(".sp-board tbody tr[data-state=succeeded]").nth(2)).to_be_visible()
    axe(page)
    page.get_by_title("Sort by Davies-Bouldin").click()
    expect(page).to_have_url(re.compile("sort=davies_bouldin"))
    ticks = page.locator(".sp-board").get_by_role("checkbox")
    ticks.nth(0).check()
    ticks.nth(1).check()
    page.get_by_role("button", name=re.compile("^Compare")).click()
    expect(page.locator("#compare .js-plotly-plot")).to_have_count(2, timeout=WAIT)
    expect(page.get_by_text("ARI").first).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Leaderboard", exact=True).click()
    page.locator(".sp-board-name a[id^=open]").first.click()
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=WAIT)
    expect(page.get_by_text("Segment 1").first).to_be_visible()
    axe(page)


def test_a_draft_survives_leaving_and_wrong_settings_are_told(customers: Page) -> None:
    page = customers
    new_use_case(page)
    page.get_by_role("group", name="Recency", exact=True).get_by_label("Ignored").check(
        timeout=WAIT
    )
    page.get_by_role("button", name="Next: models").click()
    for switch in page.get_by_role("switch").all():
        switch.uncheck()
    expect(page.get_by_text("Turn at least one algorithm on").first).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    page.get_by_role("link", name="Who buys how").click()
    page.get_by_role("link", name=re.compile("Create (the first p|P)rototypes")).first.click()
    expect(role_of(page, "Recency")).to_have_value("ignored", timeout=WAIT)

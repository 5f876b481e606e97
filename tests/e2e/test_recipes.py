"""The flow: what is out of date, what runs, where a recipe starts; how tests click a recipe."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.api import KEEP, Api
from tests.e2e.browser import Problems
from tests.e2e.conftest import Shop

Axe = Callable[[Page], None]
ROWS = 2_000
WAIT = 30_000  # milliseconds for a job on a busy machine
DATASET = re.compile(r"/datasets/[0-9a-f-]{36}/$")
# htmx logs a preview that a newer one replaced as an error.
REPLACED = "htmx:(afterRequest|sendAbort)"
RESULT = ["CustomerID", "Recency", "Frequency", "Monetary", "R", "F", "M", "RFM", "Group"]


def new_recipe(page: Page, kind: str) -> None:
    """Choose a recipe in the menu of the dataset's page."""
    page.locator("summary", has_text="New recipe").click()
    page.get_by_role("link", name=re.compile(rf"^{kind}")).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def add_step(page: Page, kind: str) -> Locator:
    """Add a step to Prepare; give its card."""
    steps = page.locator(".sp-step")
    count = steps.count()
    page.locator("summary", has_text="Add step").click()
    page.get_by_role("button", name=re.compile(rf"^{kind}")).click()
    expect(steps).to_have_count(count + 1)
    return steps.last


def run(page: Page) -> None:
    """Press *Run*; wait for the grid of the result."""
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url(DATASET)
    expect(page.locator("#grid")).to_be_visible(timeout=WAIT)


def prepare(page: Page) -> None:
    """Make TotalPrice, keep sales of known customers."""
    new_recipe(page, "Prepare")
    step = add_step(page, "Formula")
    step.get_by_label("Column", exact=True).fill("TotalPrice")
    step.get_by_label("Formula", exact=True).fill("Quantity * UnitPrice")
    add_step(page, "Filter").get_by_label("Condition", exact=True).fill(KEEP)


def headers(page: Page) -> list[str]:
    """List the columns of the grid."""
    names = page.locator("#grid .sp-grid-name")
    expect(names.first).to_be_visible()
    return names.all_inner_texts()


def in_preview(page: Page, column: str) -> Locator:
    """Find a column in the live preview."""
    name = re.compile(rf"^{column}\b")
    return page.locator("#recipe-preview").get_by_role("columnheader", name=name).first


def open_flow(page: Page) -> None:
    """Go to the flow by the rail, as a list."""
    page.get_by_role("navigation", name="Project").get_by_role("link", name="Flow").click()
    page.get_by_role("link", name="List", exact=True).click()
    expect(page.locator(".sp-flow-view:not(.is-drawn)")).to_be_visible()


def row(page: Page, name: str) -> Locator:
    """Find the row of the flow with this title."""
    title = page.locator(".sp-flow-link").get_by_text(name, exact=True)
    return page.locator(".sp-flow-row").filter(has=title)


def states(page: Page, word: str) -> Locator:
    """Find the states of the flow that read like this."""
    return page.locator(".sp-flow-row .sp-state", has_text=word)


def test_the_flow_says_what_is_out_of_date_and_runs_it(
    signed_in_page: Page, api: Api, tmp_path: Path, axe: Axe, problems: Problems
) -> None:
    page = signed_in_page
    problems.allow(REPLACED)
    project = api.project("A flow in the browser")
    sales = api.prepare(project, api.orders(project, tmp_path, rows=ROWS))
    api.rfm(project, sales["output"]["id"])
    page.goto(f"/projects/{project}/flow/?view=list")
    expect(page.locator(".sp-flow-row")).to_have_count(5)
    expect(states(page, "Up to date")).to_have_count(5)
    expect(page.get_by_role("button", name="Run flow")).to_have_count(0)
    axe(page)
    row(page, "Prepare orders").locator(".sp-flow-link").click()
    page.get_by_label("Formula", exact=True).fill("Quantity * UnitPrice * 2")
    page.get_by_role("button", name="Save and run").click()
    page.wait_for_url(DATASET)
    expect(page.get_by_text("version 2")).to_be_visible(timeout=WAIT)
    open_flow(page)
    expect(row(page, "RFM orders prepared")).to_contain_text("Out of date")
    expect(row(page, "RFM orders prepared")).to_contain_text(
        "“orders prepared” has a newer version"
    )
    axe(page)
    row(page, "orders prepared RFM").locator(".sp-flow-link").click()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    open_flow(page)
    page.get_by_role("button", name="Run flow").click()
    expect(states(page, "Up to date")).to_have_count(5, timeout=WAIT)
    expect(page.get_by_role("button", name="Run flow")).to_have_count(0)
    row(page, "orders prepared RFM").locator(".sp-flow-link").click()
    expect(page.get_by_text("version 2")).to_be_visible()


def test_a_recipe_starts_from_the_menus_of_the_flow(signed_in_page: Page, shop: Shop) -> None:
    page = signed_in_page
    page.goto(shop.address)
    open_flow(page)
    row(page, "orders").locator("summary").click()
    row(page, "orders").get_by_role("link", name=re.compile("^RFM")).click()
    expect(page.get_by_label("Customer", exact=True)).to_have_value("CustomerID")
    open_flow(page)
    page.locator("#flow-add").click()
    page.get_by_role("link", name="Prepare recipe").click()
    page.get_by_label("Input", exact=True).select_option(label="orders")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("summary", has_text="Add step")).to_be_visible()

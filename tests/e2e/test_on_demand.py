"""A project that recomputes on demand: who opens a dataset has its rows made."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.api import RFM, SALES, Api


def test_opening_a_dataset_makes_its_rows_with_all_that_it_needs(
    signed_in_page: Page, api: Api, axe: Callable[..., None], tmp_path: Path
) -> None:
    page = signed_in_page
    project = api.project("On demand", persistency="on_demand")
    orders = api.orders(project, tmp_path, rows=500)
    made = {}
    for kind, source, params in (("prepare", orders, SALES), ("rfm", "", RFM)):
        read = source or made["prepare"]["output"]["id"]
        body = {"kind": kind, "inputs": [read], "output": kind, "params": params}
        made[kind] = api.post(f"/projects/{project}/recipes", body)
    # Neither has run; a chart of the second needs both.
    customers = f"/projects/{project}/datasets/{made['rfm']['output']['id']}/"
    page.goto(customers)
    expect(page.locator("#grid")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="Charts", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="rfm")).to_be_visible()

    # Now what it is made of changes: opened again, it says so and makes itself anew.
    api.change(f"/recipes/{made['prepare']['id']}", {"params": {"steps": SALES["steps"][:1]}})
    page.goto(customers)
    expect(page.get_by_text("Up to date")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("version 2")).to_be_visible()
    axe(page)

    # What cannot be made is not asked for again and again: a person decides. The old rows stay.
    api.change(f"/recipes/{made['prepare']['id']}", {"params": {"steps": []}})
    page.goto(customers)
    expect(page.get_by_text("The last run failed")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    expect(page.locator("#grid")).to_be_visible()
    axe(page)

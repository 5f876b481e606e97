"""A prototype explains itself: customers drawn around become a dataset, segments are merged."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.api import Api
from tests.e2e.test_lab import WAIT, places

__all__ = ["places"]


def drawn_around(page: Page) -> None:
    """Draw a lasso around the middle of the map."""
    expect(page.locator("[data-figure][data-drawn]")).to_be_visible(timeout=WAIT)
    box = page.locator(".nsewdrag").first.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    corners = [(x - 150, y - 90), (x + 150, y - 90), (x + 150, y + 90), (x - 150, y + 90)]
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in (*corners[1:], corners[0]):
        page.mouse.move(*corner, steps=4)
    page.mouse.up()


def test_drawn_around_listed_kept_and_merged(
    signed_in_page: Page, api: Api, places: tuple[str, str]
) -> None:
    page = signed_in_page
    project, dataset = places
    use_case = api.use_case(project, dataset, "Drawn around")
    made = api.done(api.train(use_case, ["kmeans"]))["experiment"]["prototypes"][0]["id"]
    page.goto(f"/projects/{project}/lab/{use_case}/prototypes/{made}/?tab=map")
    drawn_around(page)
    page.get_by_role("link", name="Show these customers").click()
    expect(page.get_by_text("An area of the map")).to_be_visible()
    page.locator("#customers-dataset").click()
    page.get_by_label("Name of the dataset").fill("Drawn around")
    page.get_by_role("button", name=re.compile("Make a dataset")).click()
    expect(page.get_by_role("heading", name="Drawn around")).to_be_visible()
    expect(page.locator("#grid")).to_be_visible(timeout=WAIT)
    page.goto(f"/projects/{project}/lab/{use_case}/prototypes/{made}/?tab=by_hand")
    for place in (0, 1):
        page.get_by_role("checkbox").nth(place).check()
    page.get_by_role("button", name="Merge into a new prototype").click()
    expect(page.get_by_role("heading", name="By hand, 3 segments")).to_be_visible(timeout=WAIT)

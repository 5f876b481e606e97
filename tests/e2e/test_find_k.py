"""How many segments: proposed and taken over, and moved on a dendrogram by mouse and keys."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.api import Api

Axe = Callable[[Page], None]
WAIT = 60_000  # milliseconds for a sweep on a busy machine


def segments(line: Locator) -> int:
    """Read how many segments the line gives."""
    return int((line.get_attribute("aria-valuetext") or "0").split()[0])


def drag(page: Page, line: Locator, by: int) -> None:
    """Drag the line down by so many pixels."""
    box = line.bounding_box()
    assert box
    x, y = box["x"] + 200, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + by, steps=3)
    page.mouse.up()


def test_a_number_is_found_and_a_cut_is_moved(
    signed_in_page: Page, api: Api, tmp_path: Path, axe: Axe
) -> None:
    page = signed_in_page
    project = api.project("How many")
    sales = api.prepare(project, api.orders(project, tmp_path, rows=1_000))
    use_case = api.use_case(project, api.rfm(project, sales["output"]["id"])["output"]["id"])
    started = api.train(use_case, ["agglomerative"])
    lab = f"/projects/{project}/lab/{use_case}"

    page.goto(f"{lab}/prototypes/new/")
    page.get_by_role("button", name="Next: models").click(timeout=WAIT)
    page.get_by_role("button", name="Find k").click()
    proposed = page.get_by_role("heading", name="segments are proposed")
    expect(proposed).to_be_visible(timeout=WAIT)
    expect(page.locator("[data-figure][data-drawn]")).to_have_count(3)
    axe(page)
    page.get_by_role("button", name="Choose 6 segments").click()
    page.get_by_role("spinbutton", name="Number of segments").press("ArrowUp")
    page.get_by_role("button", name="Use 7 segments").click()
    expect(page.locator("[name=m-kmeans-k]")).to_have_value("7")

    prototype = api.done(started)["experiment"]["prototypes"][0]["id"]
    page.goto(f"{lab}/prototypes/{prototype}/cut/")
    line = page.get_by_role("slider", name="Height of the cut")
    assert segments(line) == 4
    expect(page.get_by_role("button", name="Move the line to train anew")).to_be_disabled()
    line.press("ArrowDown")
    assert segments(line) == 5
    drag(page, line, 60)
    assert segments(line) > 5
    page.get_by_label("Segments", exact=True).fill("3")
    assert segments(line) == 3
    expect(page.locator("[data-cut-rows] tr")).to_have_count(3)
    axe(page)
    page.get_by_role("button", name="Train with 3 segments").click()
    expect(page.get_by_text(re.compile("Hierarchical, 3 segments"))).to_be_visible(timeout=WAIT)

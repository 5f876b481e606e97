"""The flow, drawn: boxes and arrows, the keys that walk along them, the panel and its address."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.api import Api

Axe = Callable[..., None]
PHONE = {"width": 375, "height": 800}


def link(page: Page, name: str) -> Locator:
    """Find the link of the node with this title."""
    return page.locator(".is-drawn .sp-flow-link").filter(has_text=re.compile(f"^{name}$"))


def left(page: Page, name: str) -> float:
    """Say how far right the title of this node starts."""
    box = link(page, name).bounding_box()
    assert box is not None
    return box["x"]


def test_the_flow_is_drawn_walked_and_looked_into(
    signed_in_page: Page, api: Api, tmp_path: Path, axe: Axe
) -> None:
    page = signed_in_page
    project = api.project("A drawn flow")
    api.prepare(project, api.orders(project, tmp_path, rows=50))
    page.goto(f"/projects/{project}/flow/")
    expect(page.locator(".sp-flow-edges g")).to_have_count(2)
    assert left(page, "orders") < left(page, "Prepare orders") < left(page, "orders prepared")

    link(page, "orders").focus()
    page.keyboard.press("ArrowRight")
    expect(link(page, "Prepare orders")).to_be_focused()
    expect(page.locator(".sp-flow-link[tabindex='0']")).to_have_count(1)
    page.keyboard.press("Enter")
    panel = page.get_by_role("complementary", name="Selected")
    expect(panel.get_by_role("heading", name="Prepare orders")).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?node="))
    axe(page)

    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(link(page, "Prepare orders")).to_be_focused()
    link(page, "orders prepared").click()
    expect(panel.get_by_role("columnheader", name="Quantity")).to_be_visible()
    page.reload()
    expect(panel.get_by_role("heading", name="orders prepared")).to_be_visible()
    page.go_back()
    expect(panel).to_be_hidden()
    link(page, "orders").focus()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/datasets/"))

    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"/projects/{project}/flow/")
    expect(page.locator(".sp-flow-link")).to_have_count(3)
    expect(page.locator(".is-drawn")).to_have_count(0)
    expect(page.get_by_role("link", name="List", exact=True)).to_have_attribute(
        "aria-current", "true"
    )

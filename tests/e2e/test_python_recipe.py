"""A script in the browser: the template runs as it is, an error shows its line, Stop stops.

(The page as it opens is looked at by test_pages.)
"""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.api import Api
from tests.e2e.conftest import Shop
from tests.e2e.test_recipes import DATASET, WAIT, headers, new_recipe, open_flow

Axe = Callable[..., None]
RECIPE = re.compile(r"/recipes/[0-9a-f-]{36}/$")
ROWS = 2_000
BROKEN = 'orders = inputs["orders"]\nprint("rows:", len(orders))\noutput = orders["Prise"]'


def editor(page: Page) -> Locator:
    """Find where code is typed."""
    return page.locator(".cm-editor").get_by_role("textbox", name="Code", exact=True)


def write(page: Page, code: str) -> None:
    """Put this code in the place of what is there, as a person would paste it."""
    editor(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)


def result(page: Page) -> Locator:
    """Find the preview beside the editor."""
    return page.locator("#recipe-preview")


def open_new(page: Page, orders: str) -> None:
    """Start a Python recipe from the orders at this address."""
    page.goto(orders)
    new_recipe(page, "Python recipe")
    expect(editor(page)).to_be_visible()


def test_the_template_is_previewed_and_run_as_it_is(
    signed_in_page: Page, api: Api, tmp_path: Path, axe: Axe
) -> None:
    page = signed_in_page
    open_new(page, api.home_of_orders("A script in the browser", tmp_path, rows=ROWS))
    page.get_by_role("button", name="Preview").click()
    head = result(page).get_by_role("columnheader", name=re.compile("^TotalPrice"))
    expect(head).to_be_visible(timeout=WAIT)
    expect(result(page).get_by_label("What the script printed")).to_contain_text("Total:")
    axe(page)
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url(DATASET)
    expect(page.locator("#grid")).to_be_visible(timeout=WAIT)
    assert headers(page)[-1] == "TotalPrice"
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_label("What the script printed")).to_contain_text("Total:")
    axe(page)


def test_an_error_is_marked_on_its_line(signed_in_page: Page, shop: Shop, axe: Axe) -> None:
    page = signed_in_page
    open_new(page, shop.address)
    write(page, BROKEN)
    page.keyboard.press("Control+Enter")
    expect(result(page)).to_contain_text("The script stopped on line 3", timeout=WAIT)
    expect(result(page)).to_contain_text("Prise")
    expect(result(page)).to_contain_text("rows: 1000")
    expect(page.locator(".cm-line.cm-broken")).to_have_text('output = orders["Prise"]')
    axe(page)
    result(page).get_by_role("button", name="Go to line 3").click()
    expect(editor(page)).to_be_focused()
    page.keyboard.type("  # soon right")
    expect(page.locator(".cm-line.cm-broken")).to_have_count(0)


def test_stop_stops_the_preview(signed_in_page: Page, shop: Shop, axe: Axe) -> None:
    page = signed_in_page
    open_new(page, shop.address)
    write(page, "while True:\n    pass")
    page.keyboard.press("Control+Enter")
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    axe(page, busy=True)
    stop.click()
    expect(result(page)).to_contain_text("stopped", timeout=WAIT)
    expect(stop).to_be_hidden()


def test_templates_ask_before_they_replace_and_undo_brings_back(
    signed_in_page: Page, shop: Shop, axe: Axe
) -> None:
    page = signed_in_page
    open_new(page, shop.address)
    write(page, "mine = 1")
    page.locator("summary", has_text="Templates").click()
    page.get_by_role("button", name=re.compile("^RFM")).click()
    ask = page.get_by_role("dialog", name="Replace your code?")
    expect(ask).to_be_visible()
    axe(page)
    ask.get_by_role("button", name="Replace").click()
    expect(editor(page)).to_contain_text("Recency")
    page.keyboard.press("Control+z")
    expect(editor(page)).to_have_text("mine = 1")


def test_a_recipe_without_inputs_is_written_with_keys_alone_and_saved(
    signed_in_page: Page, api: Api, tmp_path: Path, axe: Axe
) -> None:
    page = signed_in_page
    page.goto(api.home_of_orders("From nothing", tmp_path, rows=ROWS))
    open_flow(page)
    page.locator("#flow-add").click()
    page.get_by_role("link", name="Python recipe").click()
    page.locator("summary", has_text="Add input").click()
    page.get_by_role("button", name="orders").click()
    page.get_by_role("button", name="Remove orders").click()
    expect(page.get_by_text("None: the script makes its table from nothing.")).to_be_visible()
    write(page, 'output = pd.DataFrame({"a": [1, 2]})')
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(editor(page)).not_to_be_focused()
    page.keyboard.press("Control+s")
    page.wait_for_url(RECIPE)
    expect(page.get_by_text("The recipe is saved.")).to_be_visible()
    expect(editor(page)).to_contain_text("pd.DataFrame")
    axe(page)

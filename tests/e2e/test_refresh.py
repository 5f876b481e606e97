"""A dataset gets the rows of another file: compared, decided about, added."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.api import Api

PREVIEW = re.compile(r"/import/[0-9a-f-]{36}/$")


def test_rows_are_added_once_it_is_decided_what_differs(
    signed_in_page: Page, api: Api, tmp_path: Path, axe: Callable[[Page], None]
) -> None:
    page, first, more = signed_in_page, tmp_path / "january.csv", tmp_path / "february.csv"
    first.write_text("Invoice,Quantity\nA1,3\nA2,4\n")
    more.write_text("Invoice,Pieces,Country\nA3,5,Namibia\n")
    project = api.project("New rows")
    dataset = api.dataset(project, first)
    page.goto(f"/projects/{project}/datasets/{dataset}/")
    page.get_by_label("New rows").click()
    page.get_by_role("link", name=re.compile("Add rows")).click()
    page.set_input_files("input[type=file]", more)
    page.wait_for_url(PREVIEW)
    asked = page.get_by_label("“Country” (text) is new in february.csv.")
    expect(asked).to_be_visible()
    axe(page)
    page.get_by_label(re.compile("“Quantity” is not in")).select_option("is:Pieces")
    expect(page.get_by_label("“Quantity” is called “Pieces” in february.csv.")).to_be_visible()
    expect(page.locator("input[name^=name-][value=Quantity]")).to_have_count(1)
    asked.select_option("add")
    page.get_by_role("button", name="Add rows").click()
    expect(page.locator(".sp-subtitle")).to_contain_text("3 rows · 3 columns", timeout=60_000)

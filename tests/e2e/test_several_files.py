"""Many files at once in the browser: sent together, one of them again, one preview, one dataset."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.e2e.api import Api
from tests.e2e.browser import Problems
from tests.e2e.test_import import DATASET, PREVIEW

Axe = Callable[[Page], None]
THIRD = "ZGF5XzMuY3N2"  # day_3.csv in base64, as an upload's creation names it


def test_many_files_become_one_dataset(
    signed_in_page: Page, api: Api, problems: Problems, axe: Axe, tmp_path: Path
) -> None:
    page, refused = signed_in_page, []

    def refuse_once(route: Route) -> None:
        if THIRD in route.request.headers.get("upload-metadata", "") and not refused:
            refused.append(route)
            route.fulfill(status=413, content_type="text/plain", body="There is no room for it.")
        else:
            route.continue_()

    problems.allow("413")
    for number in range(1, 13):
        (tmp_path / f"day_{number}.csv").write_text(f"Invoice,Amount\n{number},2.50\n")
    (tmp_path / "notes.png").write_bytes(b"\x89PNG")
    page.goto(api.home("Many files"))
    page.route("**/uploads/", refuse_once)
    page.set_input_files("input[type=file]", sorted(tmp_path.iterdir()))
    faults = page.locator("[data-part=faults]")
    expect(faults).to_contain_text("“day_3.csv”: There is no room for it.")
    expect(faults).to_contain_text("“notes.png” cannot be imported.")
    axe(page)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("[data-part=status]")).to_contain_text("12 files arrived. 1 file left out")
    page.get_by_role("button", name="Continue without them").click()
    page.wait_for_url(PREVIEW)
    expect(page.get_by_role("heading", level=1)).to_have_text("12 files")
    page.get_by_label("Source file").select_option(label="Yes")
    expect(page.get_by_label("Name of source_file")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url(DATASET)
    expect(page.locator(".sp-grid tbody tr")).to_have_count(12)
    names = page.locator(".sp-grid tbody tr td:last-child").all_inner_texts()
    assert names == [f"day_{number}.csv" for number in range(1, 13)]
    page.get_by_role("link", name="Report").click()
    expect(page.locator("#files")).to_contain_text(re.compile(r"all 12 read"))
    axe(page)

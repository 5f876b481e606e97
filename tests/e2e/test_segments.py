"""From a prototype to scored customers: name a segment, add to flow, score, download."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import Problems
from tests.e2e.test_import import create_project, import_file
from tests.e2e.test_lab import WAIT, new_use_case, train
from tests.e2e.test_recipes import DATASET, REPLACED, headers
from tests.factories.mllab import RFM_COLUMNS, rfm_rows

Axe = Callable[[Page], None]
COLUMNS = 4
"""Of the customers' table: the id and three numbers."""
FILES = ("customers", "new customers")


@pytest.fixture
def prototype(signed_in_page: Page, tmp_path: Path, problems: Problems) -> Page:
    """Import customers twice and train K-Means on the first; give the page of the prototype."""
    problems.allow(REPLACED)
    page = signed_in_page
    create_project(page, "Segmentations in the browser")
    home = re.match(r".*/projects/[0-9a-f-]{36}/", page.url)
    assert home
    for name in reversed(FILES):
        with (tmp_path / f"{name}.csv").open("w", newline="") as file:
            rows = [[column.name for column in RFM_COLUMNS], *rfm_rows()]
            csv.writer(file).writerows(row[:COLUMNS] for row in rows)
        page.goto(f"{home[0]}import/")
        import_file(page, tmp_path / f"{name}.csv")
    new_use_case(page)
    page.get_by_role("button", name="Next: models").click(timeout=WAIT)
    for switch in page.get_by_role("switch").all():
        switch.uncheck()
    page.get_by_role("switch", name="K-Means", exact=True).check()
    train(page)
    page.locator(".sp-board-name a[id^=open]").first.click()
    return page


def test_a_prototype_becomes_segments_that_score(prototype: Page, axe: Axe) -> None:
    page, dialog = prototype, prototype.get_by_role("dialog")
    page.get_by_role("link", name="Edit Segment 1").first.click()
    dialog.get_by_label("Name").fill("Champions")
    axe(page)
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Champions").first).to_be_visible()
    page.get_by_role("link", name="Add to flow").click()
    dialog.get_by_label("Name").fill("Customer groups")
    axe(page)
    dialog.get_by_role("button", name="Add to flow").click()
    page.wait_for_url(re.compile(r"/segments/[0-9a-f-]{36}/$"))
    expect(page.get_by_role("link", name="Champions", exact=True)).to_be_visible()
    axe(page)
    page.get_by_role("navigation", name="Project").get_by_role("link", name="Segments").click()
    axe(page)
    page.get_by_role("link", name="Customer groups").click()
    page.get_by_role("link", name="Score a dataset").click()
    dialog.get_by_label("Dataset").select_option(label="new customers")
    expect(dialog.get_by_label("Output")).to_have_value("new customers scored")
    axe(page)
    dialog.get_by_role("button", name="Score", exact=True).click()
    page.wait_for_url(DATASET)
    expect(page.locator("#grid")).to_be_visible(timeout=WAIT)
    assert headers(page)[-3:] == ["segment", "segment_name", "segment_confidence"]
    expect(page.locator("#grid").get_by_text("Champions").first).to_be_visible()
    page.locator("summary", has_text="Download").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("CSV for machines")).click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        names = {row["segment_name"] for row in csv.DictReader(file)}
    assert "Champions" in names
    assert len(names) > 1

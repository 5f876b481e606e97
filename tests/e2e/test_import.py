"""A file of transactions gets in: project, drop, preview, import, grid, download."""

import csv
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from tests.e2e.browser import Problems
from tests.samples import orders_csv

Axe = Callable[[Page], None]
ROWS = 5_000
PREVIEW = re.compile(r"/import/[0-9a-f-]{36}/$")
DATASET = re.compile(r"/datasets/[0-9a-f-]{36}/$")


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """Write a file of generated orders, as a shop's export would be."""
    path = tmp_path / "orders 2011.csv"
    orders_csv(path, rows=ROWS)
    return path


def create_project(page: Page, name: str) -> None:
    """Make a project as a person does, from the home page."""
    page.goto("/")
    page.get_by_role("link", name="Create Project").or_(
        page.get_by_role("button", name="Create Project")
    ).first.click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Create", exact=True).click()
    page.wait_for_url(re.compile(r"/projects/[0-9a-f-]{36}/"))


def upload(page: Page, path: Path) -> None:
    """Choose a file on the project's home; wait for its preview."""
    page.set_input_files("input[type=file]", path)
    page.wait_for_url(PREVIEW)


def import_file(page: Page, path: Path) -> None:
    """Upload a file and take every guess; wait for the grid."""
    upload(page, path)
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url(DATASET)
    expect(page.get_by_role("table").first).to_be_visible(timeout=30_000)


def test_a_file_becomes_a_dataset(signed_in_page: Page, orders: Path, axe: Axe) -> None:
    page = signed_in_page
    create_project(page, "Import in the browser")
    expect(page.get_by_text("Drop a file here")).to_be_visible()
    axe(page)
    upload(page, orders)
    expect(page.get_by_label("Name", exact=True)).to_have_value("orders 2011")
    expect(page.get_by_label("Type of InvoiceDate")).to_have_value(re.compile("datetime|^$"))
    axe(page)
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url(DATASET)
    expect(page.get_by_text(f"{ROWS:,} rows").first).to_be_visible(timeout=30_000)
    axe(page)


def test_the_preview_follows_an_option_at_once(signed_in_page: Page, tmp_path: Path) -> None:
    page = signed_in_page
    path = tmp_path / "prices.csv"
    path.write_text("sku;price\nA;1.50\nB;2.75\n")
    create_project(page, "Options of a preview")
    upload(page, path)
    headers = page.locator("#import-result thead th")
    expect(headers).to_have_count(3)  # with the row number
    page.get_by_label("Separator").select_option(label="Comma ,")
    expect(page.locator("#import-result thead")).to_contain_text("sku;price")
    page.get_by_label("Separator").select_option(index=0)
    expect(headers).to_have_count(3)


def test_the_grid_sorts_all_rows_and_keeps_it_in_the_address(
    signed_in_page: Page, orders: Path
) -> None:
    page = signed_in_page
    create_project(page, "Sorting a grid")
    import_file(page, orders)
    page.get_by_role("link", name="All rows").click()
    expect(page.get_by_role("link", name="All rows")).to_have_attribute("aria-current", "true")
    page.get_by_role("columnheader", name="Quantity").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("sort="))
    expect(page.get_by_role("columnheader", name="Quantity")).to_have_attribute(
        "aria-sort", "ascending"
    )
    page.reload()
    expect(page.get_by_role("columnheader", name="Quantity")).to_have_attribute(
        "aria-sort", "ascending"
    )
    page.go_back()
    expect(page.get_by_role("columnheader", name="Quantity")).not_to_have_attribute(
        "aria-sort", "ascending"
    )


def test_a_sheet_of_a_workbook_is_chosen(signed_in_page: Page, tmp_path: Path, axe: Axe) -> None:
    page = signed_in_page
    book = Workbook()
    book.active.title = "Notes"
    book.active.append(["remark"])
    book.active.append(["nothing to see here"])
    sheet = book.create_sheet("Customers")
    for row in (["id", "name", "since"], [17_850, "Ann", date(2011, 1, 2)], [None, "Bob", None]):
        sheet.append(row)
    path = tmp_path / "customers.xlsx"
    book.save(path)
    create_project(page, "A workbook")
    upload(page, path)
    head = page.locator("#import-result thead")
    expect(head).to_contain_text("remark")
    page.get_by_label("Sheet", exact=True).select_option(label="Customers")
    expect(head).to_contain_text("since")
    expect(page.get_by_label("Type of since")).to_contain_text("Date")
    axe(page)
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url(DATASET)
    table = page.get_by_role("table").first
    expect(table).to_contain_text("17850", timeout=30_000)
    expect(table).to_contain_text("Bob")


def test_what_comes_out_is_what_went_in(signed_in_page: Page, orders: Path) -> None:
    page = signed_in_page
    create_project(page, "There and back")
    import_file(page, orders)
    page.locator("summary", has_text="Download").click()
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile("CSV for machines")).click()
    with open(started.value.path(), newline="", encoding="utf-8-sig") as out:
        back = list(csv.reader(out))
    with open(orders, newline="", encoding="utf-8") as source:
        sent = list(csv.reader(source))
    assert len(back) == len(sent) == ROWS + 1
    assert back[0] == sent[0]
    assert [row[0] for row in back] == [row[0] for row in sent]


def test_a_picture_is_refused_in_one_sentence(
    signed_in_page: Page, tmp_path: Path, problems: Problems
) -> None:
    page = signed_in_page
    path = tmp_path / "holiday.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2000))
    create_project(page, "Not a table")
    problems.allow("400|422")
    page.set_input_files("input[type=file]", path)
    expect(page.get_by_role("main")).to_contain_text(re.compile("PNG|picture|image", re.IGNORECASE))

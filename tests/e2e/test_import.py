"""A file gets in: what its preview offers, what the grid shows of it, what comes out again."""

import csv
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from playwright.sync_api import Page, Route, expect

from tests.e2e.api import Api
from tests.e2e.browser import Problems
from tests.e2e.conftest import Shop

Axe = Callable[[Page], None]
ROWS = 5_000
PREVIEW = re.compile(r"/import/[0-9a-f-]{36}/$")
DATASET = re.compile(r"/datasets/[0-9a-f-]{36}/$")


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


def test_the_preview_follows_an_option_at_once(
    signed_in_page: Page, api: Api, tmp_path: Path
) -> None:
    page = signed_in_page
    path = tmp_path / "prices.csv"
    path.write_text("sku;price\nA;1.50\nB;2.75\n")
    page.goto(api.home("Options of a preview"))
    upload(page, path)
    headers = page.locator("#import-result thead th")
    expect(headers).to_have_count(3)  # with the row number
    page.get_by_label("Separator").select_option(label="Comma ,")
    expect(page.get_by_label("Name of sku;price")).to_be_visible()
    page.get_by_label("Separator").select_option(index=0)
    expect(headers).to_have_count(3)


def test_a_file_chosen_before_the_page_is_ready_is_sent(
    signed_in_page: Page, api: Api, tmp_path: Path
) -> None:
    page = signed_in_page
    held: list[Route] = []
    path = tmp_path / "early.csv"
    path.write_text("sku,price\nA,1.50\n")
    module = re.compile(r"/js/upload\.[^/]*js")
    page.route(module, lambda route: held.append(route))
    with page.expect_request(module):
        page.goto(api.home("An early choice"), wait_until="commit")
    page.set_input_files("input[type=file]", path)
    held[0].continue_()
    page.wait_for_url(PREVIEW)


def test_an_option_that_fails_leaves_the_last_preview(
    signed_in_page: Page, api: Api, tmp_path: Path, axe: Axe
) -> None:
    page = signed_in_page
    path = tmp_path / "prices.csv"
    path.write_text("sku;price\nA;1.50\nB;2.75\n")
    page.goto(api.home("An option that fails"))
    upload(page, path)
    page.get_by_label("Encoding").select_option("utf-16")
    fault = page.get_by_role("alert").filter(has_text="Below is the last one that worked")
    expect(fault).to_be_visible()
    expect(page.get_by_label("Name of price")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(fault).to_be_focused()
    page.get_by_label("Encoding").select_option(index=0)
    expect(fault).to_be_hidden()


def test_a_wide_table_is_drawn_anew_where_it_changed(
    signed_in_page: Page, api: Api, tmp_path: Path
) -> None:
    page = signed_in_page
    path = tmp_path / "wide.csv"
    names = [f"c{number}" for number in range(60)]
    path.write_text(f"{';'.join(names)}\n{';'.join(['1,5'] * 59)};word\n")
    page.goto(api.home("A wide table"))
    upload(page, path)
    kind = page.get_by_label("Type of c59")
    last = page.get_by_label("Name of c59")
    kind.scroll_into_view_if_needed()
    place = page.locator(".sp-import-scroll").evaluate("box => box.scrollLeft")
    page.get_by_label("Name of c58").evaluate("field => { field.kept = true; }")
    page.get_by_label("Type of c0", exact=True).select_option("text")
    expect(page.locator("th[data-type=text]")).to_have_count(2)
    assert page.get_by_label("Name of c58").evaluate("field => field.kept")
    assert page.locator(".sp-import-scroll").evaluate("box => box.scrollLeft") == place > 0
    page.get_by_label("Decimal sign").select_option(index=1)  # every column changes
    expect(page.locator("th[data-type=text]")).to_have_count(60)
    expect(kind.locator("option")).to_have_count(1)
    kind.focus()
    expect(kind.locator("option")).to_have_count(7)
    kind.select_option("date")
    expect(page.get_by_label("Type of c59")).to_be_focused()
    expect(page.get_by_label("Type of c59")).to_have_value("date")
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("Find a column").fill("c59")
    expect(last).to_be_visible()
    expect(page.get_by_label("Name of c0", exact=True)).to_be_hidden()


def test_the_grid_sorts_all_rows_and_keeps_it_in_the_address(
    signed_in_page: Page, shop: Shop
) -> None:
    page = signed_in_page
    page.goto(shop.address)
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


def test_a_sheet_of_a_workbook_is_chosen(
    signed_in_page: Page, api: Api, tmp_path: Path, axe: Axe
) -> None:
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
    page.goto(api.home("A workbook"))
    upload(page, path)
    expect(page.get_by_label("Name of remark")).to_be_visible()
    page.get_by_label("Sheet", exact=True).select_option(label="Customers")
    expect(page.get_by_label("Name of since")).to_be_visible()
    expect(page.get_by_label("Type of since")).to_contain_text("Date")
    axe(page)
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url(DATASET)
    table = page.get_by_role("table").first
    expect(table).to_contain_text("17850", timeout=30_000)
    expect(table).to_contain_text("Bob")


def test_what_a_type_loses_is_said_before_and_after_the_import(
    signed_in_page: Page, api: Api, tmp_path: Path, axe: Axe
) -> None:
    page = signed_in_page
    path = tmp_path / "codes.csv"
    rows = "".join(f"{'C' if n == 1200 else ''}{n};{n},50;no\n" for n in range(1300))
    path.write_text(f"Code;Amount;Note\n{rows}")
    project = api.project("Losses")
    page.goto(f"/projects/{project}/import/{api.upload(project, path)}/")
    kind = page.get_by_label("Type of Code")
    expect(page.get_by_text("1 of 1,300 do not fit")).to_be_visible()  # where the file decides
    expect(kind.locator("option", has_text="Decimal: 1 would be lost")).to_be_attached()
    kind.focus()
    kind.select_option("decimal")
    expect(kind).to_be_focused()
    page.get_by_text("1 of 1,300 would be lost").click()
    expect(page.get_by_role("cell", name="C1200")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("Find a column").fill("note")
    expect(page.get_by_label("Import Code")).to_be_hidden()
    page.get_by_role("button", name="None").click()
    expect(page.get_by_text("Left out", exact=True)).to_be_visible()
    page.get_by_label("Find a column").fill("")
    page.get_by_label("Name of Amount").fill("Total")
    page.keyboard.press("Tab")
    expect(page.get_by_text("In the file: ")).to_be_attached()
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url(DATASET)
    heads = page.get_by_role("columnheader")
    expect(heads.filter(has_text="Total")).to_be_visible(timeout=30_000)
    expect(heads.filter(has_text="Note")).to_have_count(0)
    page.get_by_role("link", name="Report", exact=True).click()
    page.get_by_role("link", name="1 of 1,300 values are not amounts").click()
    expect(page.locator("#rejected")).to_contain_text("C1200")
    axe(page)


def test_what_comes_out_is_what_went_in(signed_in_page: Page, api: Api, tmp_path: Path) -> None:
    page = signed_in_page
    page.goto(api.home_of_orders("There and back", tmp_path, rows=ROWS))
    page.locator("summary", has_text="Download").click()
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile("CSV for machines")).click()
    with open(started.value.path(), newline="", encoding="utf-8-sig") as out:
        back = list(csv.reader(out))
    with open(tmp_path / "orders.csv", newline="", encoding="utf-8") as source:
        sent = list(csv.reader(source))
    assert len(back) == len(sent) == ROWS + 1
    assert back[0] == sent[0]
    assert [row[0] for row in back] == [row[0] for row in sent]


def test_a_picture_is_refused_in_one_sentence(
    signed_in_page: Page, api: Api, tmp_path: Path, problems: Problems
) -> None:
    page = signed_in_page
    path = tmp_path / "holiday.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2000))
    page.goto(api.home("Not a table"))
    problems.allow("400|422")
    page.set_input_files("input[type=file]", path)
    expect(page.get_by_role("main")).to_contain_text(re.compile("PNG|picture|image", re.IGNORECASE))

"""The whole of the main job by one person: a file of orders becomes named, scored customers.

axe looks at what no address shows: dialogs, what is empty yet, what is not saved. What has an
address is looked at by test_pages.
"""

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from tests.e2e.api import Api
from tests.e2e.browser import Problems
from tests.e2e.test_import import DATASET, PREVIEW, create_project
from tests.e2e.test_lab import new_use_case, role_of, train
from tests.e2e.test_recipes import REPLACED, RESULT, headers, in_preview, new_recipe, prepare, run
from tests.samples import HEADER, orders_csv

Axe = Callable[[Page], None]
ROWS = 2_000
WAIT = 60_000  # milliseconds for a job on a busy machine
ALGORITHMS = ("K-Means", "Bisecting K-Means", "Gaussian mixture")
INPUTS = ["Recency", "Frequency", "Monetary"]
ADDED = ["segment", "segment_name", "segment_confidence"]
NAME, HUE, ABOUT = "Champions", "Rose", "They buy often, and bought a short while ago."
FORMULA = "=1+1"
"""What a customer may have written into a field of a shop's form."""


def test_orders_become_named_customers(
    signed_in_page: Page, api: Api, tmp_path: Path, axe: Axe, problems: Problems
) -> None:
    problems.allow(REPLACED)
    page = signed_in_page
    orders = tmp_path / "orders 2011.csv"
    orders_csv(orders, rows=ROWS)
    create_project(page, "The main job")
    home = page.url
    import_orders(page, orders, axe)
    make_customers(page, orders, axe)
    customers = rows_of(api, page.url)
    make_prototypes(page, api.get("/algorithms")["count"], axe)
    compare_two(page)
    name_a_segment(page, axe)
    later = write_later(tmp_path, customers)
    api.dataset(home.split("/projects/")[1].split("/")[0], later)
    add_to_flow(page, axe)
    score(page, axe)
    expect(page.get_by_text(f"{len(customers):,} rows").first).to_be_visible()
    check_csv(download(page, "CSV for spreadsheets"), customers)
    check_xlsx(download(page, "Excel"), customers)


def import_orders(page: Page, path: Path, axe: Axe) -> None:
    """Drop the file on the project's home; take every guess."""
    expect(page.get_by_text("Drop files here")).to_be_visible()
    axe(page)
    dropped = page.evaluate_handle(
        """([name, text]) => {
            const dropped = new DataTransfer();
            dropped.items.add(new File([text], name, { type: "text/csv" }));
            return dropped;
        }""",
        [path.name, path.read_text()],
    )
    page.dispatch_event(".sp-dropzone", "drop", {"dataTransfer": dropped})
    page.wait_for_url(PREVIEW)
    expect(page.get_by_label("Name", exact=True)).to_have_value("orders 2011")
    expect(page.get_by_label("Type of InvoiceDate")).to_have_value(re.compile("datetime|^$"))
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url(DATASET)
    expect(page.get_by_text(f"{ROWS:,} rows").first).to_be_visible(timeout=WAIT)
    assert headers(page) == list(HEADER)


def make_customers(page: Page, orders: Path, axe: Axe) -> None:
    """Make TotalPrice and keep sales (Prepare), then one row per customer (RFM)."""
    prepare(page)
    expect(in_preview(page, "TotalPrice")).to_be_visible(timeout=WAIT)
    axe(page)
    run(page)
    with orders.open(newline="") as file:
        sold = [
            row["CustomerID"]
            for row in csv.DictReader(file)
            if row["CustomerID"] and int(row["Quantity"]) > 0
        ]
    expect(page.get_by_text(f"{len(sold):,} rows").first).to_be_visible()
    assert headers(page) == [*HEADER, "TotalPrice"]
    new_recipe(page, "RFM")
    expect(page.get_by_label("Customer", exact=True)).to_have_value("CustomerID")
    expect(page.get_by_label("Amount", exact=True)).to_have_value("TotalPrice")
    expect(in_preview(page, "Recency")).to_be_visible(timeout=WAIT)
    run(page)
    expect(page.get_by_text(f"{len(set(sold)):,} rows").first).to_be_visible()
    assert headers(page) == RESULT
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_text("Champions").first).to_be_visible()


def rows_of(api: Api, dataset_url: str) -> list[list[Any]]:
    """Read the customers' id, recency, frequency and monetary value."""
    dataset = dataset_url.split("/datasets/")[1].split("/")[0]
    found = api.get(f"/datasets/{dataset}/rows?limit=1000")
    names = [column["name"] for column in found["columns"]]
    places = [names.index(name) for name in ("CustomerID", *INPUTS)]
    return [[row[place] for place in places] for row in found["rows"]]


def make_prototypes(page: Page, offered: int, axe: Axe) -> None:
    """Ask a question of the customers; both steps, with all algorithms ``offered``; train some."""
    page.get_by_role("link", name="ML Lab", exact=True).last.click()
    axe(page)
    new_use_case(page)
    for column in INPUTS:
        expect(role_of(page, column)).to_have_value("input", timeout=WAIT)
    for column in ("CustomerID", "RFM", "Group"):
        expect(role_of(page, column)).not_to_have_value("input")
    expect(page.get_by_text("3 inputs")).to_be_visible()
    page.get_by_role("button", name="Next: models").click()
    switches = page.get_by_role("switch")
    expect(switches).to_have_count(offered)
    for switch in switches.all():
        switch.uncheck()
    for name in ALGORITHMS:
        page.get_by_role("switch", name=name, exact=True).check()
    train(page)
    done = page.locator(".sp-board tbody tr[data-state=succeeded]")
    expect(done).to_have_count(len(ALGORITHMS))


def compare_two(page: Page) -> None:
    """Tick two of the leaderboard; look at both; go back."""
    ticks = page.locator(".sp-board").get_by_role("checkbox")
    ticks.nth(0).check()
    ticks.nth(1).check()
    page.get_by_role("button", name=re.compile("^Compare")).click()
    expect(page.locator("#compare .js-plotly-plot")).to_have_count(2, timeout=WAIT)
    expect(page.get_by_text("ARI").first).to_be_visible()
    page.get_by_role("link", name="Leaderboard", exact=True).click()


def name_a_segment(page: Page, axe: Axe) -> None:
    """Open the best prototype; give its largest segment a name, a colour and a description."""
    page.locator(".sp-board-name a[id^=open]").first.click()
    tabs = page.get_by_role("navigation", name="Prototype")
    tabs.get_by_role("link", name="Map").click()
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=WAIT)
    tabs.get_by_role("link", name="Summary").click()
    expect(page.get_by_role("heading", name="Segment 1")).to_be_visible()
    page.get_by_role("link", name="Edit Segment 1").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(NAME)
    dialog.get_by_title(re.compile(f"^{HUE}")).click()
    dialog.get_by_label("Description").fill(ABOUT)
    axe(page)
    dialog.get_by_role("button", name="Save").click()
    expect(coloured(page)).to_be_visible()


def coloured(page: Page) -> Locator:
    """Find the segment's name in its colour: Rose is the seventh."""
    return page.locator(".sp-seg-7", has_text=NAME).first


def write_later(folder: Path, customers: list[list[Any]]) -> Path:
    """Write the customers of a later day, with a remark each that looks like a formula."""
    path = folder / "later.csv"
    with path.open("w", newline="") as file:
        header = ["CustomerID", *INPUTS, "Remark"]
        csv.writer(file).writerows([header, *([*row, FORMULA] for row in customers)])
    return path


def add_to_flow(page: Page, axe: Axe) -> None:
    """Make the prototype a segmentation of the flow."""
    dialog = page.get_by_role("dialog")
    page.get_by_role("link", name="Add to flow").click()
    dialog.get_by_label("Name").fill("Customer groups")
    axe(page)
    dialog.get_by_role("button", name="Add to flow").click()
    page.wait_for_url(re.compile(r"/segments/[0-9a-f-]{36}/$"))
    expect(page.get_by_role("link", name=NAME, exact=True)).to_be_visible()
    expect(coloured(page)).to_be_visible()
    expect(page.get_by_text(ABOUT)).to_be_visible()
    axe(page)


def score(page: Page, axe: Axe) -> None:
    """Come back by the list of segmentations; give the other customers their segments."""
    page.get_by_role("navigation", name="Project").get_by_role("link", name="Segments").click()
    page.get_by_role("link", name="Customer groups").click()
    dialog = page.get_by_role("dialog")
    page.get_by_role("link", name="Score a dataset").click()
    dialog.get_by_label("Dataset").select_option(label="later")
    expect(dialog.get_by_label("Output")).to_have_value("later scored")
    axe(page)
    dialog.get_by_role("button", name="Score", exact=True).click()
    page.wait_for_url(DATASET)
    expect(page.locator("#grid")).to_be_visible(timeout=WAIT)
    assert headers(page) == ["CustomerID", *INPUTS, "Remark", *ADDED]
    expect(page.locator("#grid").get_by_text(NAME).first).to_be_visible()
    axe(page)


def download(page: Page, kind: str) -> Path:
    """Take the dataset as a file, by the menu of its page."""
    page.locator("summary", has_text="Download").first.click()
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile(kind)).click()
    return started.value.path()


def check_table(table: list[list[Any]], customers: list[list[Any]]) -> None:
    """Expect every customer in the order of the file, and the segment by its name."""
    header, *rows = table
    assert header == ["CustomerID", *INPUTS, "Remark", *ADDED]
    assert [str(row[0]) for row in rows] == [str(row[0]) for row in customers]
    names = {row[header.index("segment")]: row[header.index("segment_name")] for row in rows}
    assert names.pop(type(rows[0][5])(0)) == NAME
    assert names
    assert all(re.fullmatch(r"Segment \d+", name) for name in names.values())


def check_csv(path: Path, customers: list[list[Any]]) -> None:
    """Open the file as a program does; a formula has a quote before it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    check_table(table, customers)
    assert {row[4] for row in table[1:]} == {f"'{FORMULA}"}


def check_xlsx(path: Path, customers: list[list[Any]]) -> None:
    """Open the workbook; a formula is a text."""
    workbook = path.rename(path.with_suffix(".xlsx"))
    cells = list(load_workbook(workbook).active.iter_rows())
    check_table([[cell.value for cell in row] for row in cells], customers)
    assert {(row[4].data_type, row[4].value.lstrip("'")) for row in cells[1:]} == {("s", FORMULA)}

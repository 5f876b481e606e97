"""Every page that a signed-in person meets: accessible in light and dark, fits a phone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import get_resolver, reverse
from playwright.sync_api import Browser, Page, StorageState, ViewportSize, expect

from tests.e2e.api import Api
from tests.e2e.browser import TOUCH, Problems, violations
from tests.e2e.pages import ALSO, PAGES
from tests.samples import orders_csv

Axe = Callable[[Page], None]
Places = dict[str, Any]
DESK, PHONE = ViewportSize(width=1280, height=720), ViewportSize(width=375, height=760)
FITS = "() => document.documentElement.scrollWidth <= innerWidth"
FIT_MS = 60_000  # a drawing takes its new size a moment later
LONG = "Everything we know of the customers of all our shops, in all years 2010-2026 & more <b>"
SCRIPT = 'output = inputs["orders"].head()'
ALL = [(name, query, {}) for name, queries in PAGES.items() for query in queries] + ALSO
IDS = [" ".join([name + query, *other.values()]) for name, query, other in ALL]

WEB_FILE = {
    "kind": "http_file", "name": "A file of this machine", "secrets": {"secret": "not shown"},
    "settings": {"url": "https://127.0.0.1/orders.csv", "sign_in": "bearer"},
}  # fmt: skip


@pytest.fixture(scope="module")
def watched() -> Problems:
    """Collect what goes wrong on the one page of this module."""
    return Problems()


@pytest.fixture
def problems(watched: Problems) -> Iterator[Problems]:
    """Start anew for each test: what an earlier one saw or allowed is its own."""
    watched.seen.clear()
    watched.allowed.clear()
    yield watched
    assert watched.unexpected() == []


@pytest.fixture(scope="module")
def window(
    browser: Browser, signed_in_state: StorageState, base_url: str, watched: Problems
) -> Iterator[Page]:
    """Open one page for the tests of this module: it loads quicker what it has loaded before."""
    made = browser.new_context(storage_state=signed_in_state, base_url=base_url)
    watched.watch(made)
    yield made.new_page()
    made.close()


@pytest.fixture
def page(window: Page, problems: Problems) -> Page:
    """Give that page in the size of a desk's screen."""
    window.goto("about:blank")  # the flow of the test before would load itself anew for the size
    window.set_viewport_size(DESK)
    return window


@pytest.fixture(scope="module")
def places(window: Page, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Fill a project with a long name, by the API; give what stands in addresses."""
    folder = tmp_path_factory.mktemp("pages")
    api = Api(window.context)
    project = api.project(LONG)
    found = {"project_id": project, **data(api, project, folder), "kind": "prepare", "label": 0}
    found |= models(api, project, found["customers_id"])
    window.goto(address("experiment_new", "", {}, found))
    window.get_by_role("button", name="Next: models").click()
    window.wait_for_url("**?step=models")
    return found | {"uidb36": "1", "key": "set-password"}


def data(api: Api, project: str, folder: Path) -> Places:
    """Import orders, leave another file at its preview, and make a recipe of each kind."""
    orders = api.orders(project, folder, rows=1_000)
    orders_csv(folder / "later.csv", rows=20)
    prepared = api.prepare(project, orders)
    rfm = api.rfm(project, prepared["output"]["id"])
    api.recipe(project, "python", orders, "orders computed", {"code": SCRIPT})
    return {
        "dataset_id": orders,
        "upload_id": api.upload(project, folder / "later.csv"),
        "connection_id": api.post(f"/projects/{project}/connections", WEB_FILE)["id"],
        "source": "postgresql",
        "job_id": api.get(f"/projects/{project}/jobs")["items"][0]["id"],
        "recipe_id": prepared["id"],
        "rfm_id": rfm["id"],
        "customers_id": rfm["output"]["id"],
    }


def models(api: Api, project: str, customers: str) -> Places:
    """Train two models, add one to the flow, and score with it."""
    use_case = api.use_case(project, customers)
    api.done(api.train(use_case, ["kmeans", "bisecting_kmeans"]))
    ranked = api.get(f"/use-cases/{use_case}/leaderboard")["items"]
    board = [row["prototype"] for row in ranked]
    promoted = api.post(f"/prototypes/{board[0]}/promote", {})["id"]
    asked = {"dataset": customers, "output": "scored"}
    scored = api.done(api.post(f"/segmentations/{promoted}/score", asked))
    return {
        "use_case_id": use_case,
        "prototype_id": board[0],
        "other_id": board[1],
        "segmentation_id": promoted,
        "score_id": scored["recipe"],
        "scored_id": scored["output"],
    }


def address(name: str, query: str, other: dict[str, str], places: Places) -> str:
    """Write the address of a page, with the arguments that its pattern asks for."""
    values = places | {key: value.format(**places) for key, value in other.items()}
    found = get_resolver().reverse_dict.getlist(name)  # nothing for the names of the API
    needed = found[0][0][0][1] if found else []
    return reverse(name, kwargs={key: values[key] for key in needed}) + query.format(**places)


def shown(page: Page) -> None:
    """Wait until the page has its title, and its drawings are drawn."""
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.locator("[data-figure]:not([data-drawn])")).to_have_count(0)


def take_a_phone(page: Page, name: str) -> None:
    """Make the page as narrow as a phone; the flow then loads itself anew, as a list."""
    if name == "flow":
        with page.expect_navigation():
            page.set_viewport_size(PHONE)
        shown(page)
    else:
        page.set_viewport_size(PHONE)
    page.wait_for_function(FITS, timeout=FIT_MS)


@pytest.mark.parametrize(("name", "query", "other"), ALL, ids=IDS)
def test_it_is_accessible_and_fits_a_phone(
    name: str, query: str, other: dict[str, str], page: Page, places: Places, axe: Axe
) -> None:
    answer = page.goto(address(name, query, other, places))
    assert answer
    assert (answer.status, answer.request.redirected_from) == (200, None)
    shown(page)
    axe(page)
    take_a_phone(page, name)
    assert violations(page, TOUCH) == []


def test_what_does_not_exist_says_so(page: Page, problems: Problems, axe: Axe) -> None:
    problems.allow("404")
    page.goto("/projects/00000000-0000-0000-0000-000000000000/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    axe(page)


def test_what_is_refused_says_so(page: Page, problems: Problems, axe: Axe) -> None:
    problems.allow("403")
    page.goto("/accounts/reauthenticate/")  # who never set a password has none to confirm
    expect(page.get_by_role("heading", name="You may not do this")).to_be_visible()
    axe(page)

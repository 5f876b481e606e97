"""Browser tests: one server for all, a clean browser for each, no error may pass unseen."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from tests.e2e.api import Api
from tests.e2e.browser import PATIENCE, Problems, check_accessible
from tests.e2e.server import App, shared

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
expect.set_options(timeout=PATIENCE)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the tests of this folder (tests/scheduling.py runs them last)."""
    item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[App]:
    """Run Segplatform as `make run` does, once for all test processes."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "server"
    folder.mkdir(mode=0o700, exist_ok=True)
    with shared(folder) as found:
        yield found


@pytest.fixture(scope="session")
def base_url(app: App) -> str:
    """Let ``page.goto("/")`` mean the server."""
    return app.base_url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the machine's Chromium; root has to do without its sandbox."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    assert found, "The browser tests need Chromium: run `apt install chromium`."
    args = ["--no-sandbox"] if os.getuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": found, "args": args}


@pytest.fixture
def problems() -> Iterator[Problems]:
    """Collect what goes wrong in the browser; anything not allowed fails the test."""
    found = Problems()
    yield found
    assert found.unexpected() == []


@pytest.fixture
def context(
    problems: Problems, browser: Browser, browser_context_args: dict[str, Any]
) -> Iterator[BrowserContext]:
    """Open a clean browser window, watched."""
    made = browser.new_context(**browser_context_args)
    problems.watch(made)
    yield made
    made.close()


@pytest.fixture(scope="session")
def sign_in_link(app: App) -> Callable[[str], str]:
    """Create a person by e-mail; give the one-time link with which they sign in."""
    return app.sign_in_link


def sign_in(page: Page, link: str) -> None:
    """Follow a one-time link to the end."""
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/start/" not in url)


@pytest.fixture(scope="session")
def signed_in_state(
    app: App, browser: Browser, browser_context_args: dict[str, Any], worker_id: str
) -> StorageState:
    """Sign one person in for this process's tests that only need somebody; give their cookies."""
    made = browser.new_context(**browser_context_args)
    sign_in(made.new_page(), app.sign_in_link(f"analyst-{worker_id}@example.com"))
    state = made.storage_state()
    made.close()
    return state


@pytest.fixture
def signed_in_page(
    problems: Problems,
    browser: Browser,
    browser_context_args: dict[str, Any],
    signed_in_state: StorageState,
) -> Iterator[Page]:
    """Open a page as somebody who is signed in."""
    made = browser.new_context(**{**browser_context_args, "storage_state": signed_in_state})
    problems.watch(made)
    yield made.new_page()
    made.close()


@dataclass(frozen=True)
class Shop:
    """A project that tests share: its id, and those of the datasets in it."""

    project: str
    orders: str
    customers: str

    @property
    def address(self) -> str:
        """Return where the orders are looked at."""
        return f"/projects/{self.project}/datasets/{self.orders}/"


@pytest.fixture(scope="session")
def shop(
    browser: Browser,
    browser_context_args: dict[str, Any],
    signed_in_state: StorageState,
    tmp_path_factory: pytest.TempPathFactory,
) -> Shop:
    """Make a project with 2,000 orders, and their customers by Prepare and RFM.

    For tests that read these, and add use cases or recipes of their own: the project and its
    datasets stay as they are.
    """
    made = browser.new_context(**{**browser_context_args, "storage_state": signed_in_state})
    api = Api(made)
    project = api.project("A shop that tests share")
    orders = api.orders(project, tmp_path_factory.mktemp("shop"), rows=2_000)
    customers = api.rfm(project, api.prepare(project, orders)["output"]["id"])
    made.close()
    return Shop(project, orders, customers["output"]["id"])


@pytest.fixture
def api(signed_in_page: Page) -> Api:
    """Call the API as the person of ``signed_in_page``."""
    return Api(signed_in_page.context)


@pytest.fixture
def axe() -> Callable[..., None]:
    """Check a page with axe, light and dark."""
    return check_accessible

"""The way in: the first link, the sign-in page, and out again."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.browser import Problems
from tests.e2e.server import App

Axe = Callable[[Page], None]


def test_the_printed_link_signs_the_first_owner_in_once(
    app: App, page: Page, problems: Problems, axe: Axe
) -> None:
    page.goto(app.first_link)
    page.reload()  # a mail program's preview must not use it up
    axe(page)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{app.base_url}/")
    expect(page).to_have_title("Projects · Segplatform")
    page.context.clear_cookies()
    problems.allow("404")
    page.goto(app.first_link)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("main")).to_contain_text("link")
    page.goto("/")
    expect(page).to_have_url(f"{app.base_url}/accounts/login/?next=/")


def test_a_stranger_is_asked_to_sign_in(page: Page, axe: Axe) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    axe(page)


def test_a_wrong_password_says_so_and_keeps_the_address(page: Page, axe: Axe) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("nobody@example.com")
    page.get_by_label("Password", exact=True).fill("not the one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("main")).to_contain_text("not correct")
    expect(page.get_by_label("Email")).to_have_value("nobody@example.com")
    axe(page)

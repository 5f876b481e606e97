"""The form of a connection: fields come with a choice, faults at their fields, nothing is lost."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.api import Api


def test_what_is_refused_is_marked_and_what_was_typed_stays(
    signed_in_page: Page, api: Api, axe: Callable[[Page], None]
) -> None:
    page, project = signed_in_page, api.project("Connections")
    page.goto(f"/projects/{project}/connections/new/rest_api/")
    address, user = page.get_by_label("Address"), page.get_by_label("User")
    secret = page.get_by_label("Token or password")
    expect(user).to_be_hidden()
    page.get_by_label("Sign-in").select_option("basic")
    secret.fill("typed once")
    page.get_by_role("button", name="Test").click()
    expect(address).to_be_focused()
    expect(address).to_have_attribute("aria-invalid", "true")
    expect(address).to_have_accessible_description(re.compile(r"Fill this in\."))
    axe(page)
    address.fill("https://api.example.com/")
    page.get_by_role("button", name="Save").click()
    expect(user).to_be_focused()
    expect(address).not_to_have_attribute("aria-invalid", "true")
    expect(secret).to_have_value("typed once")
    user.fill("ann")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Settings", exact=True).last.click()
    expect(page.get_by_label("User")).to_have_value("ann")
    expect(page.get_by_placeholder("Stored; type to replace")).to_have_value("")

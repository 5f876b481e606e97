"""What a person does on a page before its picture is taken."""

import re
from collections.abc import Callable
from typing import Literal

from playwright.sync_api import Page

Act = Callable[[Page], None]


def opened(summary: str) -> Act:
    """Open the menu or fold with this word, the first that is seen."""
    return lambda page: page.locator("summary:visible", has_text=summary).first.click()


def pressed(name: str) -> Act:
    """Press the first button that is called so."""
    return lambda page: page.get_by_role("button", name=re.compile(name)).first.click()


def followed(name: str) -> Act:
    """Follow the first link that is called so; a popup opens, or another page."""
    return lambda page: page.get_by_role("link", name=re.compile(name)).first.click()


def awaited(name: str, role: Literal["heading", "link"] = "heading") -> Act:
    """Wait until a heading, or a link, with these words is there."""
    return lambda page: page.get_by_role(role, name=name).first.wait_for()


def chosen(name: str) -> Act:
    """Choose one of a few looks of the same thing."""
    return lambda page: page.get_by_role("radio", name=name, exact=True).check()


def selected(label: str, choice: str) -> Act:
    """Choose one of a list, and wait for what it changes."""

    def act(page: Page) -> None:
        fold = page.locator(".sp-import-options:not([open]) > summary")
        if fold.count():
            fold.click()
        page.get_by_label(label, exact=True).select_option(label=choice)
        page.get_by_role("alert").filter(visible=True).first.wait_for()

    return act


def typed(label: str, text: str, enter: bool = False) -> Act:
    """Fill a field, and send it with Enter where that is asked for."""

    def act(page: Page) -> None:
        field = page.get_by_label(label, exact=True).first
        field.fill(text)
        if enter:
            field.press("Enter")

    return act


def keys(*names: str) -> Act:
    """Press keys one after the other."""

    def act(page: Page) -> None:
        for name in names:
            page.keyboard.press(name)

    return act


def searched(text: str) -> Act:
    """Look for something in the popup of the search."""
    return lambda page: page.get_by_role("searchbox").last.press_sequentially(text)


def dropped(name: str, data: bytes) -> Act:
    """Choose a file where files are dropped."""
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    return lambda page: page.set_input_files("input[type=file]", file)  # type: ignore[arg-type]


def jobs_opened(page: Page) -> None:
    """Open the menu of running jobs."""
    page.locator("details:has(#sp-jobs) > summary").click()


def narrow_rail(page: Page) -> None:
    """Leave the room to the page, this time only."""
    page.evaluate("document.documentElement.dataset.rail = 'narrow'")


def rightmost(page: Page) -> None:
    """Show the last columns of the grid."""
    page.locator("#grid [role=region]").first.evaluate(
        "box => { box.scrollLeft = box.scrollWidth; }"
    )


def then(*acts: Act) -> Act:
    """Do one after the other, each when the page is still again."""

    def act(page: Page) -> None:
        for one in acts:
            one(page)
            page.wait_for_timeout(400)

    return act

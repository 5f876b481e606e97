"""Takes the pictures: one browser, a window for each person and width, light and dark."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from playwright.sync_api import Browser, Error, Page, Route, sync_playwright

from tests.e2e.browser import Theme, wear
from tests.e2e.conftest import CHROMIUMS, sign_in
from tests.screenshots.shots import Shot

SIZES = {1440: 900, 1024: 768, 375: 760}
TALLEST = 2400  # of a page of which more is only more of the same
PATIENCE = 10_000  # milliseconds; what is not still then is taken as it is
STILL = """hold => {
  const seen = (what) => [...document.querySelectorAll(what)].some((one) => one.checkVisibility());
  const busy = seen('.htmx-request, .htmx-swapping, .htmx-settling') || seen('.sp-skeleton');
  return (hold || !busy) && document.fonts.status === 'loaded';
}"""
# Figures are drawn when they come near the window.
LOOK_DOWN = """async () => {
  const soon = () => new Promise((done) => setTimeout(done, 60));
  for (let top = 0; top < document.documentElement.scrollHeight; top += innerHeight) {
    scrollTo({ top, behavior: "instant" });
    await soon();
  }
  scrollTo({ top: 0, behavior: "instant" });
}"""
TALL = "() => document.documentElement.scrollHeight"


@dataclass
class Camera:
    """What all pictures of one run share."""

    base_url: str
    places: Mapping[str, str]
    links: Mapping[str, str]
    """One-time sign-in links of the people, by the names that shots use."""
    folder: Path
    sizes: Mapping[int, int] = field(default_factory=lambda: SIZES)
    """Heights of the window, by its widths."""
    themes: Sequence[Theme] = ("light", "dark")
    name: str = "{shot.page}-{shot.state}-{width}-{theme}.png"
    notes: list[str] = field(default_factory=list)
    """What was still moving when its picture was taken, or could not be taken."""

    def take(self, shots: Sequence[Shot]) -> None:
        """Take all shots in all widths and themes."""
        with chromium() as browser:
            states = {who: self._signed_in(browser, link) for who, link in self.links.items()}
            for width, height in self.sizes.items():
                size = {"width": width, "height": height}
                windows = {
                    who: browser.new_context(
                        base_url=self.base_url, viewport=size, storage_state=states.get(who),
                        reduced_motion="reduce", locale="en-GB",
                    )
                    for who in {shot.who for shot in shots}
                }  # fmt: skip
                for shot in shots:
                    self._take(windows[shot.who].new_page(), shot, width)
                for window in windows.values():
                    window.close()

    def _signed_in(self, browser: Browser, link: str) -> dict:
        window = browser.new_context(base_url=self.base_url)
        sign_in(window.new_page(), link)
        state = window.storage_state()
        window.close()
        return cast(dict, state)

    def _take(self, page: Page, shot: Shot, width: int) -> None:
        try:
            page.set_default_timeout(PATIENCE)
            if shot.hold:
                page.route(shot.hold, _never)
            page.goto(shot.address.format(**self.places), wait_until="load")
            still = settle(page, bool(shot.hold), shot.window)
            if shot.act:
                shot.act(page)
                still = settle(page, bool(shot.hold), shot.window)
            if not still:
                self._note(shot, width, "is not still")
            for theme in self.themes:
                wear(page, theme)
                name = self.name.format(shot=shot, width=width, theme=theme)
                self._save(page, shot, self.folder / name.replace(" ", "_"))
        except Error as error:
            self._note(shot, width, str(error).splitlines()[0])
        page.unroute_all(behavior="ignoreErrors")
        page.close()

    def _save(self, page: Page, shot: Shot, path: Path) -> None:
        page.wait_for_timeout(150)  # charts take over the colours of the theme
        if shot.window:
            page.screenshot(path=path)
            return
        width = page.viewport_size["width"] if page.viewport_size else 0
        tall = min(page.evaluate(TALL), TALLEST)
        clip = {"x": 0, "y": 0, "width": width, "height": tall}
        page.screenshot(path=path, full_page=True, clip=clip)  # type: ignore[arg-type]

    def _note(self, shot: Shot, width: int, what: str) -> None:
        self.notes.append(f"{shot.page} {shot.state} {width}: {what}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the machine's Chromium; root has to do without its sandbox."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    assert found, "Screenshots need Chromium: run `apt install chromium`."
    args = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=args)
        yield browser
        browser.close()


def settle(page: Page, hold: bool, window: bool) -> bool:
    """Wait until nothing is on its way any more; say whether that came to be."""
    try:
        if not window:
            page.evaluate(LOOK_DOWN)
        page.wait_for_function(STILL, arg=hold, timeout=PATIENCE)
    except Error:
        return False
    page.wait_for_timeout(100)
    return True


def _never(route: Route) -> None:
    """Leave a request without an answer."""

"""What the browser tests look for on every page: errors in the console, and accessibility."""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from tests.e2e.server import ROOT

PATIENCE = 60_000  # milliseconds, for a machine with much to do
AXE = ROOT / "static_vendor" / "axe" / "axe.min.js"
SERIOUS = {"serious", "critical"}
# WCAG 2.2 AA, as axe names its rule sets.
SETS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALL = {"type": "tag", "values": SETS}
TOUCH = {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]}
"""What a narrow window may break: things move closer together, and more boxes scroll."""
CONTRAST = {"type": "rule", "values": ["color-contrast"]}
"""What another theme may break: it changes colours and nothing else."""
STILL = "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"
MANY = "tbody tr:nth-child(n+13)"
"""The rows of a grid are one like the other: axe looks at a dozen of them."""
Theme = Literal["light", "dark"]
OTHER: dict[Theme, Theme] = {"light": "dark", "dark": "light"}


@dataclass
class Problems:
    """Console errors (refusals by the content security policy are such) and script errors."""

    seen: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def allow(self, pattern: str) -> None:
        """Expect problems that match, as the 404 that a test provokes."""
        self.allowed.append(pattern)

    def watch(self, context: BrowserContext) -> None:
        """Collect from every page of the context, which may also be slow."""
        context.set_default_timeout(PATIENCE)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.seen.append(f"script: {error.error}"))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.seen.append(f"console: {message.text} ({message.location.get('url', '')})")

    def unexpected(self) -> list[str]:
        """Return what no test allowed."""
        return [text for text in self.seen if not any(re.search(p, text) for p in self.allowed)]


def violations(page: Page, rules: dict[str, Any], *, busy: bool = False) -> list[str]:
    """Run axe's ``rules`` on the page; give its serious and critical findings in words.

    It waits until the page is still, unless the test looks at a page that is ``busy``.
    """
    if not busy:
        page.wait_for_function(STILL)  # a part that is being asked for anew is dimmed
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())  # once a document: what has run before runs faster
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    result: dict[str, Any] = page.evaluate(
        "([parts, options]) => axe.run(parts, options)", [{"exclude": [[MANY]]}, options]
    )
    return [
        f"{found['id']}: {found['help']}: {node['target']} {node.get('failureSummary', '')}"
        for found in result["violations"]
        if found["impact"] in SERIOUS
        for node in found["nodes"]
    ]


def wear(page: Page, theme: Theme) -> None:
    """Show the page in a theme, without the transition to it."""
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.wait_for_function("theme => document.documentElement.dataset.bsTheme === theme", arg=theme)


def check_accessible(page: Page, *, busy: bool = False) -> None:
    """Fail on what axe calls serious or critical, light and dark; see ``violations``.

    It begins with the theme that the page wears, and leaves it in the other one.
    """
    worn: Theme = page.evaluate("document.documentElement.dataset.bsTheme")
    found: list[str] = []
    for theme, rules in ((worn, ALL), (OTHER[worn], CONTRAST)):
        wear(page, theme)
        found += [f"{theme}: {text}" for text in violations(page, rules, busy=busy)]
    assert not found, "\n".join(found)

"""See that a Segplatform serves its sign-in page with every style, script and icon it names."""

import re
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

WAIT_SECONDS = 120.0
LEAST_STYLES = 20


def page(url: str) -> str:
    """Read a page, waiting until the server is there."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            with urlopen(url, timeout=30) as answer:  # noqa: S310 - our own address
                return str(answer.read().decode())
        except URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


def main() -> None:
    """Look at everything that the page loads."""
    base = sys.argv[1]
    shown = page(f"{base}/accounts/login/")
    named = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', shown))
    styles = [name for name in named if ".css" in name]
    assert len(styles) >= LEAST_STYLES, f"the page names {len(styles)} styles only"
    assert any("vendor/tabler" in name for name in styles), "the page names no style of Tabler"
    for name in sorted(named):
        with urlopen(base + name, timeout=30) as answer:  # noqa: S310 - our own address
            assert answer.status == 200, name
            assert answer.read(), f"{name} is empty"
    print(f"{len(named)} files, all there")


if __name__ == "__main__":
    main()

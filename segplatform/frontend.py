"""Browser packages: npm fetches them, an allow-listed copy of single files is what we serve."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from segplatform.plotly_css import plotly_css

# File in node_modules -> file in static_vendor (served as /static/vendor/...).
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
    "htmx-ext-sse/sse.js": "htmx/sse.js",
    "@alpinejs/csp/dist/cdn.min.js": "alpine/alpine-csp.js",
    "plotly.js-strict-dist-min/plotly-strict.min.js": "plotly/plotly.min.js",
    "plotly.js-strict-dist-min/LICENSE": "plotly/LICENSE",
    "@dagrejs/dagre/dist/dagre.esm.js": "dagre/dagre.js",
    "@dagrejs/dagre/LICENSE": "dagre/LICENSE",
    "tus-js-client/dist/tus.min.js": "tus/tus.min.js",
    "tus-js-client/LICENSE": "tus/LICENSE",
    **{
        f"@fontsource-variable/inter/files/inter-{alphabet}-wght-normal.woff2": (
            f"inter/inter-{alphabet}-wght-normal.woff2"
        )
        for alphabet in ("latin", "latin-ext", "greek", "cyrillic")
    },
    "@fontsource-variable/inter/LICENSE": "inter/LICENSE",
    **{
        f"{package}/{file}": f"codemirror/{name}"
        for package, module in {
            "@codemirror/autocomplete": "dist/index.js",
            "@codemirror/commands": "dist/index.js",
            "@codemirror/lang-python": "dist/index.js",
            "@codemirror/language": "dist/index.js",
            "@codemirror/lint": "dist/index.js",
            "@codemirror/search": "dist/index.js",
            "@codemirror/state": "dist/index.js",
            "@codemirror/streamparser": "dist/index.js",
            "@codemirror/view": "dist/index.js",
            "@lezer/common": "dist/index.js",
            "@lezer/highlight": "dist/index.js",
            "@lezer/lr": "dist/index.js",
            "@lezer/python": "dist/index.js",
            "@marijn/find-cluster-break": "src/index.js",
            "crelt": "index.js",
            "style-mod": "src/style-mod.js",
            "w3c-keyname": "index.js",
        }.items()
        for file, name in (
            (module, f"{package.lstrip('@').replace('/', '-')}.js"),
            ("LICENSE", f"{package.lstrip('@').replace('/', '-')}.LICENSE"),
        )
    },
    "axe-core/axe.min.js": "axe/axe.min.js",
    "axe-core/LICENSE": "axe/LICENSE",
}
# File in static_vendor -> file in node_modules that it is cut out of, and by what.
MADE: dict[str, tuple[str, Callable[[str], str]]] = {
    "plotly/plotly.css": ("plotly.js-strict-dist-min/plotly-strict.min.js", plotly_css),
}
STAMP = ".stamp"


class FrontendError(RuntimeError):
    """The browser files are not there; the message says what to do."""


def wanted(root: Path) -> str:
    """Return a hash of all that decides which files are copied."""
    digest = hashlib.sha256(json.dumps([FILES, sorted(MADE)], sort_keys=True).encode())
    digest.update((root / "package-lock.json").read_bytes())
    return digest.hexdigest()


def is_current(root: Path) -> bool:
    """Say whether static_vendor holds what package-lock.json and the list above ask for."""
    target = root / "static_vendor"
    stamp = target / STAMP
    if not stamp.is_file() or stamp.read_text() != wanted(root):
        return False
    return all((target / name).is_file() for name in [*FILES.values(), *MADE])


def copy(root: Path) -> None:
    """Replace static_vendor by the listed files of node_modules, whole or not at all."""
    target = root / "static_vendor"
    with tempfile.TemporaryDirectory(dir=root, prefix=".static_vendor-") as made:
        for source, name in FILES.items():
            place = Path(made) / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(read(root / "node_modules" / source))
        for name, (source, cut) in MADE.items():
            (Path(made) / name).write_text(made_of(root / "node_modules" / source, cut))
        (Path(made) / STAMP).write_text(wanted(root))
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made, target)


def read(path: Path) -> bytes:
    """Read one file of a package; a missing one means that the list and the lock disagree."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise FrontendError(
            f"{path} is missing: remove node_modules and run `make run` again; "
            "if it stays away, the list in segplatform/frontend.py is out of date."
        ) from None


def made_of(path: Path, cut: Callable[[str], str]) -> str:
    """Cut our file out of one of a package; says so where the package has changed its shape."""
    try:
        return cut(read(path).decode())
    except ValueError:
        raise FrontendError(
            f"{path} has another shape than the locked version: run `npm ci`, then try again."
        ) from None

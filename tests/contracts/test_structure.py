"""Rules about files and imports; each limit is measured, not remembered."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

ROOT = Path(__file__).parents[2]
APPS = ("segplatform", "projects", "datasets", "mllab")
CODE = sorted(
    path
    for top in (*APPS, "tests")
    for path in (ROOT / top).rglob("*.py")
    if "migrations" not in path.parts
)
MAX_LINES = 300
PLUGIN_FOLDERS = (
    "datasets.engine.checks:checks",
    "datasets.engine.connectors:connectors",
    "datasets.engine.recipes:recipes",
    "datasets.engine.steps:steps",
    "mllab.engine.algorithms:algorithms",
    "mllab.engine.charts:charts",
    "mllab.engine.metrics:metrics",
)
# numpy is not among them: pyarrow itself imports it.
HEAVY = ("pandas", "sklearn", "kmedoids", "plotly", "sqlglot", "openpyxl", "fastexcel")
TOP_LEVEL = {
    *APPS, "templates", "static", "tests", "docs", "benchmarks", "manage.py", "pyproject.toml",
    "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "Makefile",
    "package.json", "package-lock.json", "requirements.lock", "requirements-dev.lock",
}  # fmt: skip


# Django's own help texts of passwords are lists in HTML; a person's words never get there.
SAFE_FILTER_ALLOWED = {"templates/django/forms/field.html"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def run(code: str) -> str:
    """Run code in a fresh interpreter; give what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_no_module_is_over_the_limit() -> None:
    lines = {name_of(path): len(path.read_text().splitlines()) for path in CODE}
    assert {name: count for name, count in lines.items() if count > MAX_LINES} == {}


def test_every_module_with_code_says_what_it_is() -> None:
    trees = {name_of(path): ast.parse(path.read_text()) for path in CODE}
    silent = [name for name, tree in trees.items() if tree.body and not ast.get_docstring(tree)]
    assert silent == []


@pytest.mark.parametrize("spec", PLUGIN_FOLDERS)
def test_one_file_is_one_plugin(spec: str) -> None:
    package, name = spec.split(":")
    registry = getattr(import_module(f"{package}.base"), name)
    files = {
        module.name
        for module in iter_modules(import_module(package).__path__)
        if module.name != "base" and not module.name.startswith("_")
    }
    # Higher apps may register plug-ins of their own, from their own files.
    ours = {plugin.key for plugin in registry.all() if plugin.__module__.startswith(f"{package}.")}
    assert ours == files
    assert files


def test_engines_import_without_django_and_the_heavy_libraries() -> None:
    printed = run(
        "import sys\n"
        "from datasets.engine.connectors.base import connectors\n"
        "from datasets.engine.recipes.base import recipes\n"
        "from datasets.engine.steps.base import steps\n"
        "connectors.all(), recipes.all(), steps.all()\n"
        "from mllab.engine.algorithms.base import algorithms\n"
        "from mllab.engine.charts.base import charts\n"
        "from mllab.engine.metrics.base import metrics\n"
        "algorithms.all(), charts.all(), metrics.all()\n"
        f"print([m for m in ('django', 'rq', 'redis', *{HEAVY!r}) if m in sys.modules])"
    )
    assert printed == "[]"


def test_the_web_process_never_imports_the_heavy_libraries(data_dir: Path) -> None:
    printed = run(
        "import os, sys\n"
        f"os.environ['SEGPLATFORM_DATA_DIR'] = {str(data_dir)!r}\n"
        "import segplatform.asgi\n"
        "from django.urls import get_resolver\n"
        "get_resolver().url_patterns\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    assert printed == "[]"


def test_the_top_level_holds_only_what_the_architecture_names() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode or not listed.stdout:
        pytest.skip("not a git checkout: nothing tells our files from others'")
    tops = {line.split("/")[0] for line in listed.stdout.splitlines()}
    assert {top for top in tops if not top.startswith(".")} <= TOP_LEVEL


def is_unsafe(path: Path, line: str) -> bool:
    """Say whether a line of a template needs what the content security policy forbids."""
    inline = "<script" in line and not any(word in line for word in ("src=", "json", "importmap"))
    words = (" style=", " onclick=", "hx-on", "<style")
    unescaped = "|safe" in line and name_of(path) not in SAFE_FILTER_ALLOWED
    return inline or unescaped or any(word in line for word in words)


def test_no_inline_script_style_or_handler_in_templates() -> None:
    bad = [
        f"{name_of(path)}: {line.strip()[:80]}"
        for path in (ROOT / "templates").rglob("*.html")
        for line in path.read_text().splitlines()
        if is_unsafe(path, line)
    ]
    assert bad == []

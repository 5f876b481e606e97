"""The allow-listed copy of browser files."""

from pathlib import Path

import pytest

from segplatform import frontend
from segplatform.plotly_css import plotly_css

BUNDLE = (
    """code();var a={"X,X div":'direction:ltr;font-family:"Open Sans",serif;',"""
    """"X a:hover":"fill:red;","""
    """"Y .note":"content:'\\\\2190';",Y:"margin:0;"};for(b in a)c(b,a[b])"""
)
ALL = {*frontend.FILES.values(), *frontend.MADE, frontend.STAMP}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "package-lock.json").write_text("{}")
    for source in frontend.FILES:
        path = tmp_path / "node_modules" / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    for source, _ in frontend.MADE.values():
        (tmp_path / "node_modules" / source).write_text(BUNDLE)
    (tmp_path / "node_modules" / "htmx.org" / "other.js").write_text("not listed")
    return tmp_path


def copied(root: Path) -> set[str]:
    target = root / "static_vendor"
    return {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}


def test_it_copies_the_listed_files_and_nothing_else(root: Path) -> None:
    frontend.copy(root)
    assert copied(root) == ALL
    assert (root / "static_vendor/htmx/htmx.min.js").read_text() == "htmx.org/dist/htmx.min.js"


def test_it_removes_what_is_no_longer_listed(root: Path) -> None:
    frontend.copy(root)
    (root / "static_vendor" / "old.js").write_text("old")
    frontend.copy(root)
    assert "old.js" not in copied(root)


def test_it_is_current_until_the_lock_or_a_file_changes(root: Path) -> None:
    assert not frontend.is_current(root)
    frontend.copy(root)
    assert frontend.is_current(root)
    (root / "static_vendor/htmx/sse.js").unlink()
    assert not frontend.is_current(root)
    frontend.copy(root)
    (root / "package-lock.json").write_text("{ }")
    assert not frontend.is_current(root)


def test_a_missing_file_is_named_and_the_old_copy_stays(root: Path) -> None:
    frontend.copy(root)
    (root / "node_modules/axe-core/axe.min.js").unlink()
    with pytest.raises(frontend.FrontendError, match=r"axe\.min\.js is missing"):
        frontend.copy(root)
    assert copied(root) == ALL


def test_a_bundle_without_the_rules_is_named(root: Path) -> None:
    source, _ = frontend.MADE["plotly/plotly.css"]
    (root / "node_modules" / source).write_text("another version")
    with pytest.raises(frontend.FrontendError, match="another shape"):
        frontend.copy(root)


def test_it_writes_plotlys_rules_in_the_order_that_plotly_inserts_them() -> None:
    assert plotly_css(BUNDLE) == (
        ".plotly-notifier{margin:0;}\n"
        ".plotly-notifier .note{content:'\\2190';}\n"
        ".js-plotly-plot .plotly a:hover{fill:red;}\n"
        ".js-plotly-plot .plotly,.js-plotly-plot .plotly div"
        '{direction:ltr;font-family:"Open Sans",serif;}\n'
    )

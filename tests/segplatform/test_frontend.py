"""The allow-listed copy of browser files."""

from pathlib import Path

import pytest

from segplatform import frontend


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "package-lock.json").write_text("{}")
    for source in frontend.FILES:
        path = tmp_path / "node_modules" / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    (tmp_path / "node_modules" / "htmx.org" / "other.js").write_text("not listed")
    return tmp_path


def copied(root: Path) -> set[str]:
    target = root / "static_vendor"
    return {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}


def test_it_copies_the_listed_files_and_nothing_else(root: Path) -> None:
    frontend.copy(root)
    assert copied(root) == {*frontend.FILES.values(), frontend.STAMP}
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
    assert copied(root) == {*frontend.FILES.values(), frontend.STAMP}

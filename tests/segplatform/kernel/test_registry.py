"""A registry walks its folder and refuses, loudly, what is wrong in it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from segplatform.kernel.registry import Registry

BASE = """
from segplatform.kernel.registry import Registry

class Thing:
    key: str = ""

things = Registry("{package}", Thing)
"""
PLUGIN = """
from {package}.base import Thing, things

@things.register
class One(Thing):
    key = "{key}"
    order = {order}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give an importable, empty plug-in folder of its own name."""
    package = f"plugins_{tmp_path.name.replace('-', '_')}"
    path = tmp_path / package
    path.mkdir()
    (path / "__init__.py").write_text("")
    (path / "base.py").write_text(BASE.format(package=package))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield path
    for name in [name for name in sys.modules if name.startswith(package)]:
        del sys.modules[name]


def add(folder: Path, file: str, key: str, order: int = 100) -> None:
    (folder / f"{file}.py").write_text(PLUGIN.format(package=folder.name, key=key, order=order))


def registry(folder: Path) -> Registry:
    from importlib import import_module

    return import_module(f"{folder.name}.base").things


def test_it_finds_a_new_file_without_a_list_to_edit(folder: Path) -> None:
    add(folder, "beta", "beta")
    add(folder, "alpha", "alpha")
    add(folder, "last", "last", order=200)
    assert [cls.key for cls in registry(folder).all()] == ["alpha", "beta", "last"]


def test_it_refuses_a_key_that_is_not_the_file_name(folder: Path) -> None:
    add(folder, "alpha", "beta")
    with pytest.raises(ValueError, match="not the file's name"):
        registry(folder).all()


def test_it_stops_at_an_import_error(folder: Path) -> None:
    (folder / "broken.py").write_text("import no_such_module_at_all")
    with pytest.raises(ModuleNotFoundError):
        registry(folder).all()


def test_it_refuses_a_class_of_another_kind(folder: Path) -> None:
    with pytest.raises(TypeError, match="is not a Thing"):
        registry(folder).register(dict)


def test_it_refuses_a_key_taken_twice(folder: Path) -> None:
    things = registry(folder)
    thing = things.contract
    things.register(type("A", (thing,), {"key": "same", "__module__": "elsewhere"}))
    with pytest.raises(ValueError, match="taken twice"):
        things.register(type("B", (thing,), {"key": "same", "__module__": "elsewhere"}))


def test_it_leaves_private_modules_alone(folder: Path) -> None:
    (folder / "_helper.py").write_text("raise RuntimeError('imported')")
    assert registry(folder).all() == []

"""A run's output is hostile until it has been checked: what is refused, and why."""

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datasets.engine.cage.pick import PickError, fetch, pick

NAME = "output.parquet"
Make = Callable[[Path], object]


def table(path: Path, columns: dict[str, object]) -> None:
    """Write a table without the Arrow schema, as our own writer does."""
    pq.write_table(pa.table(columns), path, store_schema=False)


def cut(path: Path, keep: slice) -> None:
    """Write a table and keep a part of its bytes only."""
    table(path, {"a": list(range(1000))})
    path.write_bytes(path.read_bytes()[keep])


def hardlink(path: Path) -> None:
    """Give a good table a second name, as a file of somebody else would have."""
    table(path.with_name("other"), {"a": [1]})
    os.link(path.with_name("other"), path)


def lying_footer(path: Path) -> None:
    """Claim a footer longer than the file."""
    path.write_bytes(b"PAR1" + bytes(64) + (2**31 - 1).to_bytes(4, "little") + b"PAR1")


def secret(path: Path) -> Path:
    """Give a good table that lies outside the scratch folder."""
    found = path.parent.parent / "secret.parquet"
    table(found, {"a": [1]})
    return found


def bind(path: Path) -> None:
    """Put a socket where the output should be."""
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(path))


REFUSED: dict[str, tuple[Make, str]] = {
    "nothing": (lambda path: None, "left no output"),
    "a symlink to a good file": (lambda path: path.symlink_to(secret(path)), "not a plain file"),
    "a symlink to a device": (lambda path: path.symlink_to("/dev/zero"), "not a plain file"),
    "a symlink to itself": (lambda path: path.symlink_to(path), "not a plain file"),
    "a broken symlink": (lambda path: path.symlink_to("nowhere"), "not a plain file"),
    "a named pipe": (lambda path: os.mkfifo(path), "not a plain file"),
    "a folder": (lambda path: path.mkdir(), "is a folder"),
    "a socket": (bind, "not a plain file"),
    "a file with two names": (hardlink, "not a plain file"),
    "an empty file": (lambda path: path.write_bytes(b""), "not a Parquet file"),
    "garbage": (lambda path: path.write_bytes(b"\x00garbage" * 99), "not a Parquet file"),
    "a pickle": (lambda path: path.write_bytes(b"\x80\x04cos\nsystem\n."), "not a Parquet file"),
    "the start of a file": (lambda path: cut(path, slice(0, -9)), "not a Parquet file"),
    "the end of a file": (lambda path: cut(path, slice(9, None)), "not a Parquet file"),
    "a footer that lies": (lying_footer, "not a Parquet file"),
    "a footer of noise": (
        lambda path: path.write_bytes(
            b"PAR1" + b"\xff" * 64 + (64).to_bytes(4, "little") + b"PAR1"
        ),
        "damaged",
    ),
    "a list": (lambda path: table(path, {"a": [[1, 2]]}), "nested"),
    "a structure": (lambda path: table(path, {"a": [{"b": 1}]}), "nested"),
    "5,000 columns": (
        lambda path: table(path, {f"c{place}": [1] for place in range(5000)}),
        "5,000 columns",
    ),
    "no column": (lambda path: table(path, {}), "0 columns"),
    "a type we do not store": (lambda path: table(path, {"a": [b"bytes"]}), "type we do not store"),
    "a small integer": (
        lambda path: table(path, {"a": pa.array([1], pa.int8())}),
        "type we do not store",
    ),
    "our own column as text": (lambda path: table(path, {"__row": ["1"], "a": [1]}), "not store"),
    "an empty name": (lambda path: table(path, {" ": [1]}), "not usable"),
    "a name with a line in it": (lambda path: table(path, {"a\nb": [1]}), "not usable"),
    "a name that turns the text round": (lambda path: table(path, {"a\u202eb": [1]}), "not usable"),
    "an endless name": (lambda path: table(path, {"a" * 5000: [1]}), "not usable"),
    "two columns of one name": (
        lambda path: pq.write_table(pa.table([[1], [2]], names=["a", "a"]), path),
        "same name",
    ),
    "too many rows": (lambda path: table(path, {"a": list(range(101))}), "too many rows"),
    "too many bytes": (lambda path: path.write_bytes(b"PAR1" + bytes(2**22)), "larger than"),
}


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Give the folder a run wrote to."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(scratch: Path, tmp_path: Path, name: str) -> None:
    make, words = REFUSED[name]
    make(scratch / NAME)
    target = tmp_path / "picked.parquet"
    with pytest.raises(PickError, match=words):
        pick(scratch, NAME, target, max_bytes=2**22, max_rows=100)
    assert not target.exists()


@pytest.mark.parametrize("name", ["../secret.parquet", "/etc/passwd", "a/b", "", ".."])
def test_it_lies_in_the_scratch_folder_itself(scratch: Path, tmp_path: Path, name: str) -> None:
    secret(scratch / NAME)
    with pytest.raises(PickError):
        fetch(scratch, name, tmp_path / "picked", 2**20)


def test_the_scratch_folder_itself_may_not_be_a_link(scratch: Path, tmp_path: Path) -> None:
    table(scratch / NAME, {"a": [1]})
    link = tmp_path / "link"
    link.symlink_to(scratch)
    with pytest.raises(OSError, match="link"):
        fetch(link, NAME, tmp_path / "picked", 2**20)


def test_nothing_is_overwritten(scratch: Path, tmp_path: Path) -> None:
    table(scratch / NAME, {"a": [1]})
    target = tmp_path / "picked"
    target.write_text("ours")
    with pytest.raises(FileExistsError):
        fetch(scratch, NAME, target, 2**20)
    assert target.read_text() == "ours"


def test_a_good_file_is_taken_and_only_ours_to_read(scratch: Path, tmp_path: Path) -> None:
    table(scratch / NAME, {"__row": [0, 1], "name": ["a", None], "spent": [1.5, 2.5]})
    target = tmp_path / "picked"
    picked = pick(scratch, NAME, target, max_bytes=2**20)
    assert [(column.name, column.type) for column in picked.columns] == [
        ("name", "text"),
        ("spent", "float"),
    ]
    assert (picked.rows, picked.bytes) == (2, target.stat().st_size)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600

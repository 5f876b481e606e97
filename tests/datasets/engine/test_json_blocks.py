"""Rows that are read together: the very same table as row by row, whatever stands among them."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from datasets.engine import json_blocks, json_read
from datasets.engine.json_form import shape_of
from datasets.engine.json_read import JsonFileText
from datasets.engine.json_rows import JsonRows

USUAL = [
    '{"id": %d, "name": "n", "price": 1.10, "at": {"city": "Aix", "no": 7}}',
    '{"id": 1%d, "name": null, "price": 2.50, "at": {"city": "", "no": null}}',
    '{"id": %d, "name": "\\u00eb \\"x\\"\\\\", "price": true, "at": {"city": "\\ud83d", "no": []}}',
    '{"id": 1e%d, "name": "null", "price": NaN, "at": {"city": "M\u00fcl\u2009", "no": [1, 1.50]}}',
]  # fmt: skip
ODD = [
    '{"id": %d, "name": "other order", "at": {"no": 1, "city": "x"}, "price": 3}',
    '{"id": %d, "name": "lacks"}',
    '{"id": %d, "price": 1, "name": "swapped", "at": {"city": "x", "no": 1}}',
    '{"id":%d,"name":"tight","price":1,"at":{"city":"x","no":1}}',
    '{"id": %d, "name": "twice", "name": "two", "price": 4, "at": {"city": "x", "no": 1}}',
    '{"id": %d, "name": ["a", {"b": 1, "b": 2}], "price": 5, "at": {"city": "x", "no": {"z": 0}}}',
    '{"id": %d, "name": "nul \\u0000", "price": 5, "at": {"city": "x", "no": ["}, {"]}}',
    '{"id": 12345678901234567890%d, "name": "}, {", "price": -0.0, "at": {"city": "x", "no": 1}}',
    '{"id": %d, "name": "more", "price": 1, "at": {"city": "x", "no": 1}, "more": {}}',
    '{"id": %d, "name": {}, "price": Infinity, "at": {"city": {"deep": 1}, "no": 1}}',
    "{}",
    '[{"id": 1}, {"id": 2}]',
]
BROKEN = [
    '{"id": 0%d, "name": "zero", "price": 1, "at": {"city": "x", "no": 1}}',
    '{"id": %d, "name": "bad \\q", "price": 1, "at": {"city": "x", "no": 1}}',
    '{"id": %d, "name": "a\tb", "price": 1, "at": {"city": "x", "no": 1}}',
    '{"id": %d, "name": "after", "price": 1, "at": {"city": "x", "no": 1}} x',
    '{"id": %d, "name": "open, "price": 1, "at": {"city": "x", "no": 1}}',
    '{"id": %d, "name": "x", "price": +1, "at": {"city": "x", "no": 1}}',
    '{"id": %d, "name": "x", "price": 1 , "at": {"city": "x", "no": nul}}',
    "nonsense", "", "  ", '"text"', "17",
]  # fmt: skip


def written(random_rows: random.Random, odd: list[str], share: float, count: int) -> Iterator[str]:
    """Give rows, most of them alike."""
    for number in range(count):
        kinds = odd if random_rows.random() < share else USUAL
        row = random_rows.choice(kinds)
        yield row % number if "%d" in row else row


def told(path: Path, folder: Path) -> dict[str, Any]:
    """Read a file; give all that comes of it."""
    folder.mkdir()
    file = JsonFileText(path, "utf-8", shape_of(path, "utf-8"), "$")
    rows = file.fill(JsonRows(folder), None)
    rows.flush()
    cells, bad = [], []
    for table, refused in rows.tables():
        cells += table.to_pylist()
        bad += refused.to_pylist() if refused else []
    return {
        "names": rows.names, "cells": cells, "bad": bad, "lacking": list(rows.lacking()),
        "counts": (rows.count, rows.objects, rows.rejected, rows.nuls), "odd": dict(file.odd),
    }  # fmt: skip


def both(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read a file together and row by row."""
    together = told(path, path.parent / "together")
    with monkeypatch.context() as patch:
        patch.setattr(json_read, "JsonBlocks", lambda odd: None)
        return together, told(path, path.parent / "singly")


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5])
@pytest.mark.parametrize("ends", [["\n"], ["\r\n"], ["\r", "\n", "\r\n"]])
def test_lines_are_the_same_together(
    share: float, ends: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_blocks, "BLOCK", 3_000)
    chance = random.Random(1)
    rows = (row + chance.choice(ends) for row in written(chance, [*ODD, *BROKEN], share, 600))
    path = tmp_path / "a.jsonl"
    path.write_bytes("".join([USUAL[0] % 1, "\n", *rows]).encode())
    together, singly = both(path, monkeypatch)
    assert together == singly


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5])
@pytest.mark.parametrize("joint", [",", ", ", " ,\n  "])
def test_elements_are_the_same_together(
    share: float, joint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_blocks, "BLOCK", 3_000)
    rows = [row for row in written(random.Random(2), ODD, share, 600)]
    path = tmp_path / "a.json"
    path.write_text(f"[{joint.join(rows)}]\n", newline="")
    together, singly = both(path, monkeypatch)
    assert together == singly


def test_elements_over_several_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_blocks, "BLOCK", 3_000)
    path = tmp_path / "a.json"
    path.write_text(
        json.dumps([{"n": n, "o": {"p": "q", "r": None}} for n in range(400)], indent=1)
    )
    together, singly = both(path, monkeypatch)
    assert together == singly
    assert [row["0"] for row in together["cells"]] == [str(n) for n in range(400)]


def test_most_rows_are_read_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    singles: list[int] = []
    put = JsonRows.put

    def counted(self: JsonRows, found: json_blocks.Rows) -> None:
        singles.append(len(found.single))
        put(self, found)

    monkeypatch.setattr(JsonRows, "put", counted)
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(written(random.Random(3), ODD[:2], 0.3, 3_000)))
    told(path, tmp_path / "rows")
    assert sum(singles) == 0

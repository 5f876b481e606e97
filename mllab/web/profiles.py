"""Profiles as tables: a heat table of numbers, and the categories with their shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mllab.web.scores import NONE, plain
from mllab.web.segments import Look

SHOWN = 20  # segments; the others are smaller still
STEPS = (0.25, 0.75, 1.5)  # |z| from which a cell is tinted a little, more, most


@dataclass(frozen=True)
class HeatCell:
    """A mean and its index; ``heat`` from −3 to 3 by how far it lies from everyone's."""

    text: str
    index: str
    heat: int
    title: str


@dataclass(frozen=True)
class Heat:
    """Numbers of a profile: a column of the data a row, everyone first, then the segments."""

    heads: list[tuple[str, str, int]]
    rows: list[tuple[str, bool, str, list[HeatCell]]]
    left_out: int = 0


@dataclass(frozen=True)
class Category:
    """One text column: its frequent values with their share in each segment."""

    name: str
    heads: list[tuple[str, str, int]]
    rows: list[tuple[str, str, list[str]]]


def heat(profiles: Mapping[str, Any], look: Look) -> Heat:
    """Write the numeric columns."""
    labels = _labels(profiles)
    rows = [
        (column["name"], column["role"] != "input", plain(column["overall"].get("mean")),
         [_cell(item) for item in _of(column, labels)])
        for column in profiles["columns"] if column["kind"] == "numeric"
    ]  # fmt: skip
    left_out = max(len(profiles["segments"]) - len(labels), 0)
    return Heat(_heads(profiles, look), rows, left_out)


def categories(profiles: Mapping[str, Any], look: Look) -> list[Category]:
    """Write the columns of words."""
    return [
        Category(column["name"], _heads(profiles, look), _shares(column, _labels(profiles)))
        for column in profiles["columns"]
        if column["kind"] == "category" and column["overall"].get("top")
    ]


def heat_bucket(z: float | None) -> int:
    """Give −3 … 3 for a distance in standard deviations; 0 for what is near or unknown."""
    if z is None:
        return 0
    level = sum(abs(z) >= step for step in STEPS)
    return level if z > 0 else -level


def _heads(profiles: Mapping[str, Any], look: Look) -> list[tuple[str, str, int]]:
    return [(*look.head(item["label"]), item["size"]) for item in profiles["segments"][:SHOWN]]


def _labels(profiles: Mapping[str, Any]) -> list[int]:
    return [item["label"] for item in profiles["segments"][:SHOWN]]


def _of(column: Mapping[str, Any], labels: list[int]) -> list[Mapping[str, Any]]:
    """Give what a column says of these labels, in their order."""
    found = {item["label"]: item for item in column["segments"]}
    return [found.get(label, {}) for label in labels]


def _cell(item: Mapping[str, Any]) -> HeatCell:
    index, z = item.get("index"), item.get("z")
    details = (("Median", "median"), ("25 %", "q25"), ("75 %", "q75"))
    title = ", ".join(f"{word} {plain(item[name])}" for word, name in details if name in item)
    text = plain(item.get("mean"))
    return HeatCell(text, f"{index:.0f}" if index is not None else "", heat_bucket(z), title)


def _shares(column: Mapping[str, Any], labels: list[int]) -> list[tuple[str, str, list[str]]]:
    by_segment = [_by_value(item) for item in _of(column, labels)]
    everyone = _by_value(column["overall"])
    return [
        (value, everyone[value], [shares.get(value, NONE) for shares in by_segment])
        for value in everyone
    ]


def _by_value(item: Mapping[str, Any]) -> dict[str, str]:
    found = {str(top["value"]): f"{top['share'] * 100:.1f} %" for top in item.get("top") or []}
    others = item.get("others")
    if others and others.get("count"):
        found["Others"] = f"{others['share'] * 100:.1f} %"
    return found

"""The form of a connector's options, made from its own declaration, and back."""

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from datasets.engine.connectors.base import TableOptions
from datasets.engine.import_columns import CHOSEN
from datasets.engine.types import COLUMN_TYPES

AUTOMATIC = "Automatic"
NOTHING = "nothing"  # stands for a chosen "", since an empty field means automatic
PREFIX = "option-"
KEPT = "kept-"
LEFT_OUT = "0"  # what stands in the form where a column's box is not ticked
FIRST = {"member", "shown"}  # which file is meant comes before how it is read
LAST = set(TableOptions.model_fields)  # how cells are read comes after how they are found
NOT_SHOWN = set(CHOSEN)  # in the header of each column
Choices = list[tuple[str, str]]
TYPE_ICONS = {
    "text": "type",
    "integer": "hash",
    "decimal": "coins",
    "float": "decimals-arrow-right",
    "boolean": "toggle-left",
    "date": "calendar",
    "datetime": "calendar-clock",
}


@dataclass(frozen=True)
class ColumnChosen:
    """What was chosen for one column, by its name in the file; empty is as it is there."""

    name: str
    type: str = ""
    title: str = ""
    keep: bool = True

    @property
    def renamed(self) -> bool:
        """Say whether it gets another name; an empty field means its own."""
        return bool(self.title.strip()) and self.title != self.name


@dataclass
class OptionField:
    """One option as the page shows it: what was chosen, else what was found and why."""

    name: str
    label: str
    help: str
    value: str = ""
    choices: Choices = field(default_factory=list)
    number: bool = False
    found: str = ""
    why: str = ""
    error: str = ""

    @property
    def placeholder(self) -> str:
        """What an empty field means."""
        return AUTOMATIC if self.number else self.automatic if self.found else ""

    @property
    def automatic(self) -> str:
        """What leaving it to the file means: "Automatic: UTF-8"."""
        return f"{AUTOMATIC}: {self.found}" if self.found else AUTOMATIC


def option_fields(
    model: type[BaseModel],
    chosen: Mapping[str, Any],
    found: Mapping[str, Any],
    guesses: Mapping[str, str],
    errors: Mapping[str, str],
    offered: Mapping[str, Mapping[str, str]] | None = None,
) -> list[OptionField]:
    """List the options of a connector: ``chosen`` by the person, ``found`` in the file.

    ``offered`` are choices that the file itself gives: {option: {value: label}}.
    """
    own = offered or {}
    return [
        _field(name, info, chosen.get(name), found.get(name), guesses.get(name, ""),
               errors.get(name, ""), _offered(own.get(name, {})))
        for name, info in sorted(model.model_fields.items(), key=_place)
        if name not in NOT_SHOWN
    ]  # fmt: skip


def _offered(labels: Mapping[str, str]) -> Choices:
    return [(value or NOTHING, label) for value, label in labels.items()]


def _place(item: tuple[str, FieldInfo]) -> int:
    return 0 if item[0] in FIRST else 2 if item[0] in LAST else 1


def options_from(
    model: type[BaseModel], data: Mapping[str, str], kept: bool = False
) -> dict[str, Any]:
    """Read the sent form: only what the person chose; everything else is left to the guess.

    With ``kept`` also what was chosen for columns which the page does not show now.
    """
    options: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        text = data.get(PREFIX + name, "")
        if name in NOT_SHOWN or text == "":
            continue
        options[name] = _split(text) if _kind(info) is list else "" if text == NOTHING else text
    found = [*(_columns_from(data, KEPT) if kept else ()), *_columns_from(data)]
    chosen: dict[str, Any] = {
        "types": {column.name: column.type for column in found if column.type},
        "left_out": [column.name for column in found if not column.keep],
        "renamed": {column.name: column.title for column in found if column.renamed},
    }
    kinds = model.model_fields
    return options | {name: said for name, said in chosen.items() if said and name in kinds}


def columns_carried(preview: Mapping[str, Any], options: Mapping[str, Any]) -> list[ColumnChosen]:
    """List what was chosen for columns that this preview lacks: an option may bring them back."""
    here = {column["name"] for column in preview.get("columns", [])}
    types, titles = options.get("types", {}), options.get("renamed", {})
    left = options.get("left_out", [])
    names = dict.fromkeys([*types, *titles, *left])
    return [
        ColumnChosen(name, types.get(name, ""), titles.get(name, ""), name not in left)
        for name in names
        if name not in here
    ]


def _field(
    name: str, info: FieldInfo, chosen: Any, found: Any, why: str, error: str, own: Choices
) -> OptionField:
    choices = own or _choices(info)
    shown = dict(choices)
    automatic = chosen is None
    told = "" if found is None else _text(found)
    return OptionField(
        name=name,
        label=info.title or name.replace("_", " ").capitalize(),
        help=info.description or "",
        value="" if automatic else _text(chosen) or NOTHING,
        choices=choices,
        number=_kind(info) is int,
        found=shown.get(told or NOTHING, told) if automatic and found is not None else "",
        why=why if automatic else "",
        error=error,
    )


def _choices(info: FieldInfo) -> Choices:
    """List what can be chosen; nothing for free text."""
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    labels: Any = extra.get("choices")
    if labels:
        return [(str(value) or NOTHING, str(label)) for value, label in dict(labels).items()]
    if _kind(info) is bool:
        return [("true", "Yes"), ("false", "No")]
    if get_origin(_bare(info.annotation)) is Literal:
        return [(str(value), str(value)) for value in get_args(_bare(info.annotation))]
    return []


def _kind(info: FieldInfo) -> Any:
    bare = _bare(info.annotation)
    return get_origin(bare) or bare


def _bare(annotation: Any) -> Any:
    """Take ``None`` out of a union."""
    if get_origin(annotation) in (Union, types.UnionType):
        kept = [part for part in get_args(annotation) if part is not type(None)]
        return kept[0] if len(kept) == 1 else annotation
    return annotation


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _split(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def columns_sent(data: Mapping[str, str]) -> list[str]:
    """List the columns that the page shows, by their names in the file."""
    return [column.name for column in _columns_from(data)]


def _columns_from(data: Mapping[str, str], prefix: str = "") -> Iterator[ColumnChosen]:
    start = f"{prefix}column-"
    for key, name in data.items():
        if key.startswith(start):
            said = [
                data.get(f"{prefix}{part}-{key.removeprefix(start)}", "")
                for part in ("type", "name", "keep")
            ]
            yield ColumnChosen(name, said[0], said[1], said[2] != LEFT_OUT)


def type_choices(guessed: str, chosen: bool) -> Choices:
    """Offer the types; the first choice leaves it to the file."""
    first = ("", AUTOMATIC) if chosen else ("", guessed.capitalize())
    others = [kind for kind in COLUMN_TYPES if chosen or kind != guessed]
    return [first, *((kind, kind.capitalize()) for kind in others)]

"""The form of a connector's options, made from its own declaration, and back."""

import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from datasets.engine.types import COLUMN_TYPES

AUTOMATIC = "Automatic"
NOTHING = "nothing"  # stands for a chosen "", since an empty field means automatic
PREFIX = "option-"
KEPT = "kept-"
FIRST = {"member"}  # which file is meant comes before how it is read
NOT_SHOWN = {"types"}  # chosen in the header of each column
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
        """What an empty number means."""
        return AUTOMATIC if self.number else ""

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
               errors.get(name, ""), list(own.get(name, {}).items()))
        for name, info in sorted(model.model_fields.items(), key=lambda each: each[0] not in FIRST)
        if name not in NOT_SHOWN
    ]  # fmt: skip


def options_from(
    model: type[BaseModel], data: Mapping[str, str], kept: bool = False
) -> dict[str, Any]:
    """Read the sent form: only what the person chose; everything else is left to the guess.

    With ``kept`` also the types that were chosen for columns which the page does not show now.
    """
    options: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        text = data.get(PREFIX + name, "")
        if name in NOT_SHOWN or text == "":
            continue
        options[name] = _split(text) if _kind(info) is list else "" if text == NOTHING else text
    chosen = {**(_types_from(data, KEPT) if kept else {}), **_types_from(data)}
    return {**options, "types": chosen} if chosen and "types" in model.model_fields else options


def preview_columns(preview: Mapping[str, Any], chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    """Give each column of a preview its icon, the types that it can be made, and why this one."""
    return [
        {**column, "icon": TYPE_ICONS.get(column["type"], "type"),
         "value": chosen.get(column["name"], ""),
         "why": preview["guesses"].get(f"types.{column['name']}", ""),
         "choices": _type_choices(column["type"], column["name"] in chosen)}
        for column in preview["columns"]
    ]  # fmt: skip


def types_carried(preview: Mapping[str, Any], chosen: Mapping[str, str]) -> list[tuple[str, str]]:
    """List types chosen for columns that this preview lacks: another option may bring them back."""
    here = {column["name"] for column in preview.get("columns", [])}
    return [(name, kind) for name, kind in chosen.items() if name not in here]


def preview_rows(preview: Mapping[str, Any]) -> list[list[tuple[str, str | None]]]:
    """Put its column's type beside each cell."""
    kinds = [column["type"] for column in preview["columns"]]
    return [list(zip(kinds, row, strict=False)) for row in preview["rows"]]


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


def _types_from(data: Mapping[str, str], prefix: str = "") -> dict[str, str]:
    start = f"{prefix}type-"
    numbers = [key.removeprefix(start) for key in data if key.startswith(start)]
    return {
        data[f"{prefix}column-{number}"]: data[start + number]
        for number in numbers
        if data[start + number] and f"{prefix}column-{number}" in data
    }


def _type_choices(guessed: str, chosen: bool) -> Choices:
    """Offer the types; the first choice leaves it to the file."""
    first = ("", AUTOMATIC) if chosen else ("", guessed.capitalize())
    others = [kind for kind in COLUMN_TYPES if chosen or kind != guessed]
    return [first, *((kind, kind.capitalize()) for kind in others)]

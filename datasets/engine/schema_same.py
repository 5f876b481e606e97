"""Which new column of a file may be one that is missing there, and reading it as that one."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from segplatform.kernel.errors import UserError

OFFERED = 12
"""How many new columns are offered for one that is missing."""

NEAR = 10
"""Of very many new columns, those so many places around are looked at."""

ALIKE = 0.6
"""From which likeness on two names are taken for one: the cutoff of Python's own
``difflib.get_close_matches``. https://docs.python.org/3/library/difflib.html"""

Columns = Sequence[Mapping[str, Any]]


def same_candidates(
    column: Mapping[str, Any], place: int, now: Columns, fresh: Columns
) -> tuple[list[str], str]:
    """List the new columns that ``column``, once at ``place``, may be called now, the likest first.

    Besides comes the one that it probably is, "" for none: of the same type, and at the same
    place or with a name alike.
    """
    looked_at: Columns = fresh
    if len(fresh) > 2 * NEAR:
        new = {each["name"] for each in fresh}
        around = now[max(place - NEAR, 0) : place + NEAR]
        looked_at = [each for each in around if each["name"] in new]
    there = now[place]["name"] if place < len(now) else ""
    ranked = sorted(
        ((_rank(column, each, there), each["name"]) for each in looked_at),
        key=lambda found: found[0], reverse=True,
    )[:OFFERED]  # fmt: skip
    probable = ranked[0][1] if ranked and ranked[0][0] >= (True, False, True) else ""
    return [name for _, name in ranked], probable


def _rank(
    column: Mapping[str, Any], other: Mapping[str, Any], there: str
) -> tuple[bool, bool, bool, float]:
    """Rank by type, then by a name alike, by the place, and by how much alike."""
    likeness = SequenceMatcher(None, _plain(column["name"]), _plain(other["name"])).ratio()
    typed = column["type"] == other["type"]
    return typed, likeness >= ALIKE, other["name"] == there, likeness


def _plain(name: str) -> str:
    """Take what is written differently out of a name: "Invoice Date" is "invoice_date"."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())[:100]


def options_same(
    options: Mapping[str, Any], same: Mapping[str, str], types: Mapping[str, str]
) -> dict[str, Any]:
    """Return options that read columns of the file as columns of the dataset: ``{column: name}``.

    A name of "" takes that back. ``types`` are those of the dataset; one that is chosen for the
    file's column stays. Raises ``UserError`` for a column that the dataset lacks, and for a name
    that is given twice.
    """
    if not same:
        return dict(options)
    _sound(same, types)
    called = dict(options.get("renamed", {}))
    renamed = {name: to for name, to in called.items() if to not in same}
    chosen, left = dict(options.get("types", {})), list(options.get("left_out", []))
    for name in called.keys() - renamed.keys():
        if chosen.get(name) == types.get(called[name]):
            chosen.pop(name, None)
    shown = {to: name for name, to in called.items()}
    for column, given in same.items():
        if not given:
            continue
        name = given if called.get(given) == column else shown.get(given, given)
        renamed[name] = column
        chosen.setdefault(name, types[column])
        left = [each for each in left if each != name]
    made = {"renamed": renamed, "types": chosen, "left_out": left}
    kept = {name: value for name, value in options.items() if name not in made}
    return kept | {name: value for name, value in made.items() if value}


def _sound(same: Mapping[str, str], types: Mapping[str, str]) -> None:
    if unknown := [column for column in same if column not in types]:
        raise UserError(f"The dataset has no column “{unknown[0][:100]}” that another could be.")
    given = [name for name in same.values() if name]
    if double := [name for name in given if given.count(name) > 1]:
        raise UserError(f"“{double[0][:100]}” can be one column of the dataset only. Choose once.")


def same_settled(options: Mapping[str, Any], same: Mapping[str, str]) -> dict[str, str]:
    """Return what of ``same`` the options do: a new name in the preview may have changed it."""
    renamed = options.get("renamed", {})
    return {column: name for column, name in same.items() if name and renamed.get(name) == column}

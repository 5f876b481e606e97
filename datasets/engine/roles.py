"""What the columns of a table of sales are: who bought, when, what, for how much."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from datasets.engine.column_words import COUNTRIES, PRICES, PRODUCTS, QUANTITIES, named
from datasets.engine.rfm_columns import guess_columns
from datasets.engine.types import Column, ColumnType
from segplatform.kernel.errors import UserError

NUMBERS: tuple[ColumnType, ...] = ("integer", "decimal", "float")
DATES: tuple[ColumnType, ...] = ("date", "datetime")


@dataclass(frozen=True)
class Role:
    """One thing that a column can be; ``types`` are those it can have, any where empty.

    ``names`` mean it, best first, as ``column_words.plain`` writes them.
    """

    key: str
    label: str
    help: str
    types: tuple[ColumnType, ...] = ()
    names: tuple[str, ...] = ()


ROLES = (
    Role("customer", "Customer", "Who bought."),
    Role("invoice", "Invoice", "Which order the row belongs to."),
    Role("date", "Date", "When it was bought.", DATES),
    Role("quantity", "Quantity", "How many pieces.", NUMBERS, QUANTITIES),
    Role("price", "Price", "What one piece cost.", NUMBERS, PRICES),
    Role("product", "Product", "The code or name of what was bought.", (), PRODUCTS),
    Role("country", "Country", "Where the customer is.", (), COUNTRIES),
)

Roles = Mapping[str, str]
"""The name of the column of each role, by the role's key; roles without a column are not in it."""


def roles_propose(columns: Sequence[Column]) -> dict[str, str]:
    """Propose a column for each role by name and type; a column has one role at most."""
    guessed = guess_columns(columns)
    found: dict[str, str] = {}
    for role in ROLES:
        free = [column for column in columns if column.name not in found.values()]
        name = guessed.get(role.key)
        if name is None and (column := named(fitting(role, free), role.names)):
            name = column.name
        if name and name not in found.values():
            found[role.key] = name
    return found


def fitting(role: Role, columns: Sequence[Column]) -> list[Column]:
    """Return the columns whose type the role can have."""
    return [column for column in columns if not role.types or column.type in role.types]


def roles_check(roles: Mapping[str, str], columns: Sequence[Column]) -> dict[str, str]:
    """Return the roles that have a column; ``UserError`` with a sentence for each wrong one."""
    known = {role.key: role for role in ROLES}
    given = {key: name for key, name in roles.items() if name}
    wrong = {key: _fault(known.get(key), name, columns) for key, name in given.items()}
    names = list(given.values())
    for key, name in given.items():
        if names.count(name) > 1:
            wrong[key] = wrong[key] or f"“{name}” can be one thing only; choose another column."
    if faults := {key: sentence for key, sentence in wrong.items() if sentence}:
        raise UserError(next(iter(faults.values())), faults)
    return {role.key: given[role.key] for role in ROLES if role.key in given}


def _fault(role: Role | None, name: str, columns: Sequence[Column]) -> str:
    if role is None:
        return f"A column can be {', '.join(each.key for each in ROLES)}, nothing else."
    column = next((column for column in columns if column.name == name), None)
    if column is None:
        return f"There is no column “{name[:80]}”; choose one of the dataset's."
    if role.types and column.type not in role.types:
        wanted = "dates" if role.types == DATES else "numbers"
        return f"“{name}” is {column.type}; the {role.label.lower()} needs a column of {wanted}."
    return ""

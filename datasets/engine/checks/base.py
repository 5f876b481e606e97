"""The contract of the checks of sales: one file in this folder is one check."""

import datetime
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from datasets.engine.roles import Roles
from datasets.engine.types import Column
from segplatform.kernel.registry import Registry


@dataclass(frozen=True)
class Sales:
    """A table of sales: its columns, which of them is what, and the day on which it was made."""

    columns: Sequence[Column]
    roles: Roles
    made: datetime.date

    def name(self, role: str) -> str:
        """Write the column of a role as formulas name it: ``[Invoice No]``."""
        return f"[{self.roles[role].replace(']', ']]')}]"

    def text(self, role: str) -> str:
        """Write the column of a role as a formula for its text, without blanks, in capitals."""
        return f"upper(trim(text({self.name(role)})))"

    def is_text(self, role: str) -> bool:
        """Whether the column of a role holds texts."""
        return any(each.name == self.roles[role] and each.type == "text" for each in self.columns)


class Check(ABC):
    """One thing that is often wrong, or meant otherwise, in exports of sales.

    What it finds is what its step leaves out: there is one rule, and it is the person's to edit.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    why: ClassVar[str]
    """What it does to segments when it stays in, in one or two plain sentences."""
    icon: ClassVar[str]
    order: ClassVar[int] = 100
    needs: ClassVar[tuple[str, ...]]
    """The roles that have to have a column."""
    advised: ClassVar[bool] = True
    """Whether leaving these rows out is right for most; else the person should look first."""

    @abstractmethod
    def step(self, sales: Sales) -> dict[str, Any]:
        """Return the step of Prepare that leaves these rows out, and no others."""

    def fits(self, sales: Sales) -> bool:
        """Whether it can be looked for in this table."""
        return all(role in sales.roles for role in self.needs)


def keep(condition: str) -> dict[str, Any]:
    """Return the step that keeps the rows for which a formula is true."""
    return {"kind": "filter", "expression": condition}


checks: Registry[Check] = Registry(
    "datasets.engine.checks",
    Check,  # type: ignore[type-abstract]
)

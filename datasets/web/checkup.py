"""What the tab Check-up shows: which column is what, what was found, what it would change."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from datasets.engine.checks.base import Check, checks
from datasets.engine.names import is_identifier
from datasets.engine.roles import NUMBERS, ROLES, fitting
from datasets.models import Dataset
from datasets.services.checkups import (
    checkup_ask,
    checkup_recipes,
    effect_ask,
    roles_confirmed,
    roles_proposed,
)
from datasets.services.files import RowsReleased
from datasets.services.previews import PreviewPending
from datasets.services.rows import version_columns, version_current
from projects.models import User
from segplatform.kernel.errors import UserError

FIRST_SECONDS = 1.0  # that the page waits for the check-up; then a skeleton asks again
MEASURES = {"rows": "Rows", "customers": "Customers", "invoices": "Invoices", "amount": "Total"}
FEWEST_ROLES = 3
"""So many roles proposed, a date among them, make a table one of sales."""


def looks_like_sales(dataset: Dataset) -> bool:
    """Whether the tab belongs to a dataset: its columns say so, or a person did."""
    if dataset.current is None:
        return False
    found = dataset.roles or roles_proposed(dataset=dataset)
    return bool(dataset.roles) or ("date" in found and len(found) >= FEWEST_ROLES)


def roles_context(
    dataset: Dataset, sent: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Give the form of the roles: as it was sent, else as confirmed or proposed."""
    columns = version_columns(version=version_current(dataset=dataset))
    confirmed = roles_confirmed(dataset=dataset)
    chosen = sent if sent is not None else roles_proposed(dataset=dataset)
    return {
        "roles": [
            {
                "role": role,
                "chosen": chosen.get(role.key, ""),
                "options": [column.name for column in fitting(role, columns)],
                "error": (errors or {}).get(role.key, ""),
            }
            for role in ROLES
        ],
        "confirmed": [(role.label, confirmed[role.key]) for role in ROLES if role.key in confirmed],
        "editing": sent is not None or not confirmed,
    }


def checkup_context(
    dataset: Dataset, user: User, ticked: Sequence[str] | None, seconds: float
) -> dict[str, Any]:
    """Give the findings; after ``seconds`` ``pending``, or ``broken``: why there are none.

    ``ticked`` are the checks whose finds would go; None: those that are advised.
    """
    try:
        found = checkup_ask(dataset=dataset, user=user, seconds=seconds)
    except PreviewPending:
        return {"pending": True}
    except RowsReleased:
        raise  # the page waits for them
    except UserError as error:
        return {"broken": str(error)}
    return _shown(dataset, found, ticked)


def effect_context(dataset: Dataset, user: User, keys: Sequence[str]) -> dict[str, Any]:
    """Give what the ticked checks change together, measure by measure."""
    if not keys:
        return {"effect": []}
    try:
        found = effect_ask(dataset=dataset, user=user, keys=keys)
    except PreviewPending as pending:
        return {"effect_broken": str(pending)}
    except RowsReleased:
        raise
    except UserError as error:
        return {"effect_broken": str(error)}
    return {"effect": changes(found["before"], found["after"])}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Put two measurements side by side, with the difference and its share in percent."""
    rows = []
    for key, label in MEASURES.items():
        if key not in before:
            continue
        first, last = Decimal(str(before[key])), Decimal(str(after[key]))
        rows.append(
            {
                "label": label,
                "before": _number(key, first),
                "after": _number(key, last),
                "change": _change(key, last - first),
                "share": f"{_signed((last - first) / abs(first) * 100, 1)} %" if first else "",
            }
        )
    return rows


def _shown(
    dataset: Dataset, found: Mapping[str, Any], ticked: Sequence[str] | None
) -> dict[str, Any]:
    kinds = {cls.key: cls for cls in checks.all()}
    items = [item for item in found["findings"] if item["key"] in kinds]
    findings = [
        _finding(kinds[item["key"]], item, found["before"]) for item in items if item["rows"]
    ]
    if ticked is None:
        ticked = [item["key"] for item in findings if item["advised"]]
    for item in findings:
        item["ticked"] = item["key"] in ticked
    labels = {role.key: role.label.lower() for role in ROLES}
    return {
        "findings": findings,
        "clean": [kinds[item["key"]].title for item in items if not item["rows"]],
        "skipped": [
            {"title": kinds[item["key"]].title, "needs": [labels[key] for key in item["needs"]]}
            for item in found["skipped"]
            if item["key"] in kinds
        ],
        "rows": found["before"]["rows"],
        "recipes": checkup_recipes(dataset=dataset),
        "ticked": [item["key"] for item in findings if item["ticked"]],
    }


def _finding(
    kind: type[Check], item: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, Any]:
    changed = [row for row in changes(before, item["effect"])[1:] if row["change"] != "0"]
    return {
        "key": kind.key,
        "title": kind.title,
        "why": kind.why,
        "icon": kind.icon,
        "advised": kind.advised,
        "rows": item["rows"],
        "share": _share(item["rows"], before["rows"]),
        "changed": changed,
        "examples": _examples(item["examples"]),
    }


def _examples(found: Mapping[str, Any]) -> dict[str, Any]:
    """Say of each column and cell whether it is an amount, which stands to the right."""
    right = [
        column["type"] in NUMBERS and not is_identifier(column["name"])
        for column in found["columns"]
    ]
    columns = zip(found["columns"], right, strict=True)
    return {
        "columns": [{"name": column["name"], "number": number} for column, number in columns],
        "rows": [
            {"row": row["row"], "cells": list(zip(right, row["cells"], strict=True))}
            for row in found["rows"]
        ],
    }


def _share(part: int, whole: int) -> str:
    percent = 100 * part / whole if whole else 0.0
    return "under 0.1 %" if 0 < percent < 0.1 else f"{percent:.1f} %"


def _number(key: str, value: Decimal) -> str:
    return f"{value:,.2f}" if key == "amount" else f"{value:,.0f}"


def _change(key: str, value: Decimal) -> str:
    return _signed(value, 2 if key == "amount" else 0) if value else "0"


def _signed(value: Decimal, places: int) -> str:
    """Write a difference with its sign, a real minus, and thousands apart."""
    text = f"{value:+,.{places}f}"
    return text.replace("-", "−")

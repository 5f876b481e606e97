"""Drafts of a name and an action for each segment, by a rule table over what sets it apart.

A draft is a proposal: it is shown beside the segment, taken by one click, and never put over what
a person wrote.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mllab.engine.effects import MEDIUM, SMALL, Effect
from mllab.services.demo_words import FEATURES, words_propose
from mllab.services.segments import NAME_LENGTH

NOUN = 24  # characters of a column in a name
ORDINARY = "Close to the average"


@dataclass(frozen=True)
class Draft:
    """What is proposed to be said of a segment."""

    name: str
    action: str


@dataclass(frozen=True)
class Advice:
    """What to do with customers who are high (or low) in a column of this kind."""

    words: str
    high: str
    low: str


ADVICE = (
    Advice(
        r"recency|days.?(since|ago)|last.?(order|purchase|visit|seen)|inactiv",
        "Win them back while they remember you: ask what went wrong, make a personal offer.",
        "They are here now: suggest what goes with their last order.",
    ),
    Advice(
        r"return|refund|cancel|complain|ticket",
        "Find out what goes wrong for them before you advertise to them.",
        "They keep what they buy: ask them for a review or a recommendation.",
    ),
    Advice(
        r"discount|coupon|voucher|promo",
        "They wait for offers: bundle instead of cutting prices further.",
        "They pay the full price: do not teach them to wait for discounts.",
    ),
    Advice(
        r"monetary|amount|revenue|spen[dt]|sales|turnover|value|basket|price",
        "Look after them in person: early access, service, thanks. No discounts.",
        "Raise the next order: a bundle, or free delivery from a sum on.",
    ),
    Advice(
        r"frequency|orders|purchases|visits|invoices|sessions|transactions",
        "A loyalty programme that rewards how often they come.",
        "Bring the next order forward: a reminder, and a reason to come again.",
    ),
    Advice(
        r"tenure|age|since|months|years",
        "They have been with you for long: thank them for it.",
        "They have just begun: a welcome series, and help with the first steps.",
    ),
)
"""The first row whose words are in the column's name holds; the strongest effect decides."""


def drafts_propose(
    *, profiles: Mapping[str, Any], effects: Mapping[int, Sequence[Effect]]
) -> dict[int, Draft]:
    """Propose a name and an action for every segment; no two get the same name.

    Recency, Frequency and Monetary give the names that marketing has for them, each one once;
    other columns "High Basket, low Returns".
    """
    usual = words_propose(profiles) if _has_rfm(profiles) else {}
    found = {label: Draft(each.name, each.action) for label, each in usual.items()}
    taken = {each.name for each in found.values()}
    for segment in profiles["segments"]:
        label = segment["label"]
        if label >= 0 and label not in found:
            name = _unlike(_name(effects.get(label, ())), taken)
            found[label] = Draft(name, _action(effects.get(label, ())))
            taken.add(name)
    return found


def _has_rfm(profiles: Mapping[str, Any]) -> bool:
    kinds = {column["name"]: column["kind"] for column in profiles["columns"]}
    return all(kinds.get(name) == "numeric" for name in FEATURES)


def _name(told: Sequence[Effect]) -> str:
    """Write the two strongest of what a segment differs in by at least a medium effect."""
    strong = [each for each in told if abs(each.size) >= MEDIUM and each.role == "input"][:2]
    strong = strong or [each for each in told if abs(each.size) >= SMALL][:1]
    words = ", ".join(_part(each) for each in strong) or ORDINARY
    return words[:1].upper() + words[1:]


def _part(effect: Effect) -> str:
    column = _short(effect.column)
    if effect.kind == "share":
        return f"{'mostly' if effect.size > 0 else 'few'} {_short(effect.value)}"
    return f"{'high' if effect.size > 0 else 'low'} {column}"


def _short(text: str) -> str:
    """Cut the middle out of a long name: names that are alike often differ at their end."""
    return text if len(text) <= NOUN else f"{text[: NOUN // 2 - 1]}…{text[-NOUN // 2 :]}"


def _action(told: Sequence[Effect]) -> str:
    for effect in told:
        advice = next((a for a in ADVICE if re.search(a.words, effect.column, re.I)), None)
        if advice and effect.kind == "number" and abs(effect.size) >= SMALL:
            return advice.high if effect.size > 0 else advice.low
    most = max(told, key=lambda each: abs(each.size), default=None)
    if most and abs(most.size) >= SMALL:
        return f"Address what sets them apart, {most.column}, and measure what comes of it."
    return "Nothing sets them apart: treat them as everyone, or merge them with a near segment."


def _unlike(name: str, taken: set[str]) -> str:
    name, number = name[:NAME_LENGTH], 2
    proposed = name
    while proposed in taken:
        proposed = f"{name[: NAME_LENGTH - 4]} {number}"
        number += 1
    return proposed

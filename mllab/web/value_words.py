"""A value check in words: the verdict, what was measured, what to mind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from mllab.engine.labelings import NOISE
from mllab.engine.value_numbers import CHANCE, LARGE, MEDIUM, SMALL
from mllab.models import Prototype
from mllab.services.value_checks import value_check_last
from mllab.web.numbers import share_words
from mllab.web.segments import Look

Result = Mapping[str, Any]
Name = Callable[[int], str]
STEPS = (
    (LARGE, "ok", "Later spend differs clearly between the segments", "a large share"),
    (MEDIUM, "ok", "Later spend differs between the segments", "a medium share"),
    (SMALL, "warn", "Later spend differs little between the segments", "a small share"),
    (0.0, "bad", "Later spend is the same in all segments", "next to nothing"),
)
NOTHING = ("bad", "Nobody spent anything in these days")
BY_CHANCE = ("warn", "Later spend differs no more than by chance")
NOISE_LEADS = ("warn", "Those in no segment brought the most")
LEAKS = {
    "may": "Nothing here shows that the segments did not know these days already. {note} What it "
    "reads goes up to {known}. If it reads past {day}, this measures what they were made of.",
    "unknown": "Nothing here shows what the segments knew. {note} If it was made of transactions "
    "past {day}, this measures what they were made of.",
}


@dataclass(frozen=True)
class Verdict:
    """What a check says in one glance: ``level`` is ok, warn or bad."""

    level: str
    title: str
    headline: str
    explained: str


def verdict_of(result: Result, asked: Mapping[str, Any], name: Name) -> Verdict:
    """Say who brought what, and how much of the differences the segments explain."""
    found = result["explained"]
    if not result["everyone"]["active"] or found["share"] is None:
        return Verdict(*NOTHING, headline(result, asked, name), "")
    level, title, words = next(step[1:] for step in STEPS if found["share"] >= step[0])
    is_chance = found["p"] >= CHANCE
    if is_chance:
        level, title = BY_CHANCE
    best = _best(result)
    if level == "ok" and best and best["label"] == NOISE:
        level, title = NOISE_LEADS
    if result["leak"] != "none" and level == "ok":
        level = "warn"
    share = f"{100 * found['share']:.0f} %" if found["share"] >= 0.01 else "Under 1 %"
    told = (
        f"{share} of the differences between customers in later spend, as ranks, are explained by "
        f"the segment that they are in (ε² {found['share']:.2f}): {words}."
    )
    if is_chance:
        told += f" Chance alone gives as much in {100 * found['p']:.0f} of 100 cases."
    return Verdict(level, title, headline(result, asked, name), told)


def headline(result: Result, asked: Mapping[str, Any], name: Name) -> str:
    """Say which segment brought the most beyond its size."""
    days = f"the {days_words(result, asked)}"
    best = _best(result)
    if best is None:
        return f"These customers spent nothing, or took more back than they spent, in {days}."
    who = "Noise" if best["label"] == NOISE else f"“{name(best['label'])}”"
    return (
        f"{who} is {share_words(best['share'], 1)} of the customers and brought "
        f"{share_words(best['spend_share'], 1)} of what they spent in {days}."
    )


def _best(result: Result) -> Mapping[str, Any] | None:
    """Give the segment, or the noise, that brought the most beyond its size."""
    sized = [each for each in result["segments"] if each["spend_share"] is not None]
    return max(sized, key=lambda each: each["spend_share"] - each["share"], default=None)


def value_line(prototype: Prototype, look: Look) -> str:
    """Give the headline of the last check of a prototype; "" where there is none."""
    check = value_check_last(prototype=prototype)
    return headline(check.result, check.asked, look.name) if check else ""


def days_words(result: Result, asked: Mapping[str, Any]) -> str:
    """Write the days that were looked at: "90 days from 10 September 2011"."""
    return f"{result['covered']} days from {day_words(asked['day'])}"


def day_words(text: str) -> str:
    """Write a day as people do; nothing for none."""
    if not text:
        return ""
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"


def notes_of(result: Result, asked: Mapping[str, Any]) -> list[str]:
    """Say in sentences what one should know of the numbers."""
    notes = []
    if asked["as_of"]:
        notes.append(
            f"The customers are those of {day_words(asked['day'])}: their table was made again of "
            "transactions before that day, and the stored model put them into segments. So "
            "membership knows nothing of what is measured. The model itself was trained on later "
            f"data, up to {day_words(asked['known_until'])}."
        )
    elif asked["known_until"] and asked["leak"] == "none":
        notes.append(
            f"The segments are those of training; what they were made of ends on "
            f"{day_words(asked['known_until'])}."
        )
    if result["covered"] < asked["horizon"]:
        notes.append(
            f"Only {result['covered']} of {asked['horizon']} days are in the data, which ends on "
            f"{day_words(asked['last'])}."
        )
    return [*notes, *_people(result)]


def _people(result: Result) -> list[str]:
    everyone, notes = result["everyone"], []
    lost = everyone["customers"] - result["matched"]
    if lost:
        notes.append(
            f"{lost:,} of {everyone['customers']:,} customers are nowhere in the transactions; "
            "they count as having spent nothing."
        )
    if result["without_segment"]:
        notes.append(
            f"{result['without_segment']:,} customers lack a value that the model needs, so they "
            "are in no segment and are left out."
        )
    if result["newcomers"]:
        whole = everyone["spend"] + result["newcomers_spend"]
        share = f", {share_words(result['newcomers_spend'], whole)} of all" if whole > 0 else ""
        notes.append(
            f"{result['newcomers']:,} more customers bought in these days for "
            f"{result['newcomers_spend']:,.0f}{share}. They are in no segment, as they were not "
            "among its customers, and are left out."
        )
    return notes


def leak_words(result: Result, asked: Mapping[str, Any]) -> str:
    """Say that the segments may have known what is measured; "" where they cannot have."""
    words = LEAKS.get(result["leak"], "")
    return words.format(
        note=result["note"], known=day_words(asked["known_until"]), day=day_words(asked["day"])
    )


def method_words(result: Result) -> str:
    """Say how the intervals were made."""
    methods = {each["method"] for each in [*result["segments"], result["everyone"]]}
    parts = []
    if "bca" in methods:
        parts.append("2,000 bootstrap resamples (BCa, seed 42)")
    if "normal" in methods:
        parts.append("of more than 20,000 customers, the mean ± 1.96 standard errors")
    return "; ".join(parts)


def last_day(asked: Mapping[str, Any]) -> str:
    """Write the last day that was asked for."""
    end = date.fromisoformat(asked["day"]) + timedelta(days=asked["horizon"] - 1)
    return day_words(end.isoformat())

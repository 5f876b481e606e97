"""What the tab Rules shows: each segment as a sentence, how far it holds, and as SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpResponse, QueryDict

from mllab.engine.rule_sql import EPOCH, Condition, condition_from
from mllab.models import Prototype
from mllab.services.naming import prototype_name
from mllab.services.results import prototype_rules
from mllab.services.segments import segment_words
from mllab.web.scores import NONE
from mllab.web.segments import Look, look_of
from projects.models import Project

SHOWN = 3  # sentences of one segment; its SQL has them all
GOOD, FAIR = 0.9, 0.7


@dataclass(frozen=True)
class RuleView:
    """One segment: sentences of which any holds, and how far they are right."""

    label: int
    name: str
    css: str
    size: int
    sentences: list[str]
    more: int
    precision: str
    coverage: str
    verdict: str
    where: str


def rules_tab(project: Project, prototype: Prototype, query: QueryDict) -> dict[str, Any]:
    """Give the values of the tab Rules."""
    found, look = prototype_rules(prototype=prototype), look_of(project, prototype)
    told = sorted(found["segments"], key=lambda each: each["label"] < 0)
    return {
        "rules": [rule_view(each, look) for each in told],
        "agreement": f"{100 * found['agreement']:.0f} %",
        "learned": found["learned"], "rows": found["rows"],
    }  # fmt: skip


def rule_view(told: Mapping[str, Any], look: Look) -> RuleView:
    """Write the rules of one segment."""
    sentences = [sentence([condition_from(each) for each in rule]) for rule in told["rules"]]
    return RuleView(
        told["label"], *look.head(told["label"]), told["size"], sentences[:SHOWN],
        len(sentences[SHOWN:]), _share(told["precision"]), _share(told["coverage"]),
        _verdict(told), told["where"],
    )  # fmt: skip


def sentence(conditions: Sequence[Condition]) -> str:
    """Write a rule: "Recency at most 35 and Monetary over 1,200"."""
    return " and ".join(_words(each) for each in conditions) or "Everyone"


def rules_file(prototype: Prototype) -> HttpResponse:
    """Send the rules of all segments as SQL, to be run on any table with these columns."""
    found, words = prototype_rules(prototype=prototype), segment_words(prototype=prototype)
    parts = [f"-- Rules of {prototype_name(prototype=prototype)}; replace customers by your table."]
    for each in found["segments"]:
        if each["where"]:
            name = " ".join(words.name(each["label"]).split())
            told = f"right for {_share(each['precision'])}, finds {_share(each['coverage'])}"
            parts.append(f"-- {name}: {told}\nSELECT * FROM customers\nWHERE {each['where']};")
    answer = HttpResponse("\n\n".join(parts) + "\n", content_type="application/sql; charset=utf-8")
    name = f"rules-prototype-{prototype.number}.sql"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _words(each: Condition) -> str:
    told = f"{each.column} {_bounds(each)}"
    return f"{told} (or not known)" if each.missing else told


def _bounds(each: Condition) -> str:
    if each.kind == "boolean":
        return "is yes" if each.above is not None else "is no"
    if each.equals is not None:
        return f"is “{each.equals}”"
    if each.differs:
        texts = [f"“{text}”" for text in each.differs]
        return f"is not {texts[0]}" if len(texts) == 1 else f"is none of {', '.join(texts)}"
    return _days(each) if each.kind == "date" else _numbers(each)


def _numbers(each: Condition) -> str:
    parts = [f"over {_number(each.above)}"] if each.above is not None else []
    parts += [f"at most {_number(each.most)}"] if each.most is not None else []
    return " and ".join(parts)


def _days(each: Condition) -> str:
    parts = [f"from {_day(each.above)} on"] if each.above is not None else []
    parts += [f"before {_day(each.most)}"] if each.most is not None else []
    return " and ".join(parts)


def _day(days: float) -> str:
    return (EPOCH + timedelta(days=int(days // 1) + 1)).isoformat()


def _number(value: float) -> str:
    whole = value == int(value) and abs(value) < 1e15
    return (f"{value:,.0f}" if whole else f"{value:,}").replace("-", "−")


def _share(value: float | None) -> str:
    return NONE if value is None else f"{100 * value:.0f} %"


def _verdict(told: Mapping[str, Any]) -> str:
    """Say what to make of it."""
    if not told["rules"]:
        return "No short rule finds this segment: it lies between others."
    least = min(told["precision"] or 0, told["coverage"] or 0)
    if least >= GOOD:
        return "The rule can stand in for the segment."
    if least >= FAIR:
        return "The rule is a fair description, with exceptions."
    return "A rough description only: do not select customers by it."

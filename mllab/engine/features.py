"""Which columns to train on: a proposal from the dataset's profile, and checks of a choice."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasets.engine.names import is_identifier
from mllab.engine.personal import is_personal
from mllab.engine.preparation.numbers import rounded
from mllab.engine.settings import SKEWED, Feature, Role
from segplatform.kernel.errors import UserError

MAX_LEVELS = 20
"""A text with more values than this is not read at a glance, nor one column for each."""

_MANY_ROWS = 20
"""Below this, all values of a text can differ by chance."""

_NUMBERS = ("integer", "decimal", "float")
_SCORES = {
    **{name: "Recency" for name in ("r", "rscore", "recencyscore")},
    **{name: "Frequency" for name in ("f", "fscore", "frequencyscore")},
    **{name: "Monetary" for name in ("m", "mscore", "monetaryscore")},
}
_SUMMARIES = {"rfm", "rf", "rfmscore", "rfscore", "rfmgroup", "rfmsegment", "group", "segment"}


@dataclass(frozen=True)
class Proposal:
    """The role proposed for one column, and why in one sentence."""

    column: str
    type: str
    role: Role
    reason: str
    is_personal: bool = False


@dataclass(frozen=True)
class _Seen:
    """One column of the profile among ``names``, the table's columns as ``_plain`` spells them."""

    column: Mapping[str, Any]
    rows: int
    names: Collection[str]

    @property
    def name(self) -> str:
        return str(self.column["name"])

    @property
    def type(self) -> str:
        return str(self.column["type"])

    @property
    def distinct(self) -> int:
        return int(self.column.get("distinct") or 0)

    @property
    def present(self) -> int:
        return self.rows - int(self.column.get("missing") or 0)

    @property
    def is_personal(self) -> bool:
        texts = (str(top["value"]) for top in self.column.get("top") or [])
        return is_personal(self.name, texts if self.type == "text" else ())


def propose(columns_profile: Sequence[Mapping[str, Any]], rows: int) -> list[Proposal]:
    """Propose a role for each column of a dataset's profile (``datasets.engine.profile``).

    ``rows`` is the number of rows of the table. Of the table that RFM writes, the inputs are
    Recency, Frequency and Monetary.
    """
    names = {_plain(str(column["name"])) for column in columns_profile}
    return [_proposal(_Seen(column, rows, names)) for column in columns_profile]


def _proposal(seen: _Seen) -> Proposal:
    rules = (_personal, _empty, _identifier, _score, _date, _text, _two_values)
    role, reason = next((found for rule in rules if (found := rule(seen))), _number(seen))
    return Proposal(seen.name, seen.type, role, reason, seen.is_personal)


_Found = tuple[Role, str] | None


def _personal(seen: _Seen) -> _Found:
    if not seen.is_personal:
        return None
    return "ignored", "Personal data: it says who somebody is, not how they buy."


def _empty(seen: _Seen) -> _Found:
    if seen.present <= 0:
        return "ignored", "It has no values."
    if seen.distinct <= 1:
        return "ignored", "All rows have the same value."
    if seen.present * 2 < seen.rows:
        share = 100 * (1 - seen.present / seen.rows)
        return "ignored", f"More than half of its values are missing ({share:.0f} %)."
    return None


def _identifier(seen: _Seen) -> _Found:
    if seen.type not in ("text", "integer"):
        return None
    if is_identifier(seen.name):
        return "ignored", "An identifier by its name: its values name things and measure nothing."
    if seen.distinct < seen.present or seen.present <= _MANY_ROWS:
        return None
    if seen.type == "text":
        return "ignored", "An identifier: every row has a value of its own."
    if _counts_up(seen):
        return "ignored", "An identifier: it counts the rows."
    return None


def _counts_up(seen: _Seen) -> bool:
    """Tell a running number from a measure that happens to have no value twice."""
    low, high = seen.column.get("min"), seen.column.get("max")
    return low is not None and high is not None and int(high) - int(low) + 1 == seen.distinct


def _score(seen: _Seen) -> _Found:
    name = _plain(seen.name)
    source = _SCORES.get(name)
    if source and source.lower() in seen.names:
        return "display", f"A score made of {source}; it would count twice."
    if name in _SUMMARIES and {"recency", "frequency"} <= set(seen.names):
        return "display", "Made of Recency, Frequency and Monetary; it would count twice."
    return None


def _date(seen: _Seen) -> _Found:
    if seen.type not in ("date", "datetime"):
        return None
    if "recency" in seen.names:
        return "ignored", "A date: Recency says in days how long ago, and it would count twice."
    latest = str(seen.column.get("max") or "the latest date")[:10]
    return "input", f"A date: trained on as the days since it, up to {latest}, the latest."


def _text(seen: _Seen) -> _Found:
    if seen.type != "text":
        return None
    if seen.distinct <= MAX_LEVELS:
        reason = f"Text with {seen.distinct} values: it describes segments, numbers shape them."
        return "display", reason
    return "ignored", f"Text with {seen.distinct:,} different values: too many to compare."


def _two_values(seen: _Seen) -> _Found:
    flag = seen.column.get("min") == 0 and seen.column.get("max") == 1 and seen.distinct == 2
    if seen.type != "boolean" and not flag:
        return None
    return "display", "It has two values: as an input it would split the rows by itself."


def _number(seen: _Seen) -> tuple[Role, str]:
    skew = seen.column.get("skew")
    if skew is not None and abs(skew) > SKEWED:
        return "input", f"A number, skewed ({rounded(skew)}): a logarithm is proposed for it."
    return "input", "A number."


def _plain(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())


def check_features(
    features: Sequence[Feature], columns: Iterable[str], personal: Collection[str] = ()
) -> None:
    """Refuse a choice that cannot be trained on; ``UserError`` names the fields.

    ``columns`` are the names of the dataset's columns. ``personal`` are columns known to hold
    personal data beside those that their names give away; they are inputs only where
    ``confirmed``.
    """
    known = set(columns)
    count = Counter(feature.column for feature in features)
    fields: dict[str, str] = {}
    for place, feature in enumerate(features):
        sentence = _refusal(feature, known, count, personal)
        if sentence:
            fields[f"features.{place}.column"] = sentence
    if fields:
        raise UserError(next(iter(fields.values())), fields)
    if all(feature.role != "input" for feature in features):
        sentence = "Choose at least one column as an input."
        raise UserError(sentence, {"features": sentence})


def _refusal(
    feature: Feature, known: Collection[str], count: Counter[str], personal: Collection[str]
) -> str:
    name = feature.column
    if name not in known:
        return f"There is no column “{name}”: choose one of the dataset's columns."
    if count[name] > 1:
        return f"“{name}” is there {count[name]} times: name each column once."
    asked = feature.role == "input" and not feature.confirmed
    if asked and (name in personal or is_personal(name)):
        return f"“{name}” looks like personal data: confirm it, or do not train on it."
    return ""

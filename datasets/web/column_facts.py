"""The profile of one column as people read it: numbers in words, bars as drawings."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from datasets.engine.display import writer

WIDTH, HEIGHT = 120.0, 28.0
GAP = 0.16  # of a bar's place
MIN_PLACES = 6  # two bars are not drawn as two walls
CUT = 60
LARGE = 100  # from here on one place is enough
DAY = len("2010-12-01")
TIMES = ("date", "datetime")
MOMENTS = ("min", "max", "mean", "median", "std", "skew")
IDENTIFYING = ("min", "max", "median")
QUANTILES = {
    "0.01": "1 %", "0.05": "5 %", "0.25": "25 %", "0.5": "50 % (median)", "0.75": "75 %",
    "0.95": "95 %", "0.99": "99 %",
}  # fmt: skip


def row_of(profile: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """Give the cells of a column's row: its measures written, and a small drawing."""
    counts = _counts(profile)
    return {
        "name": profile["name"],
        "type": profile["type"],
        "missing": profile["missing"],
        "missing_share": share(profile["missing"], rows),
        "distinct": f"{'≈ ' if profile.get('distinct_is_estimate') else ''}{profile['distinct']:,}",
        "measures": [(key, written(profile, key)) for key in MOMENTS],
        "bars": bars(counts),
        "spoken": _spoken(profile, rows),
    }


def details(profile: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """Give what an opened column shows: frequent values, quantiles, counts, what is estimated."""
    return {
        "top": _top(profile, rows),
        "top_rest": _rest(profile, rows),
        "quantiles": _quantiles(profile),
        "facts": _facts(profile, rows),
        "histogram": _histogram(profile),
        "notes": _notes(profile),
    }


def written(profile: Mapping[str, Any], key: str) -> str:
    """Write a measure; "" where the type has none. Names in numbers carry no separators."""
    return value_words(profile.get(key), _writer(profile) if key in IDENTIFYING else _rounded)


def value_words(value: Any, write: Callable[[Any], str]) -> str:
    """Write one value: whole numbers without places, long texts cut; "" for none."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = write(value)
    return text if len(text) <= CUT else text[: CUT - 1] + "…"


def share(part: float, whole: float) -> str:
    """Write a part of a whole as a percentage; a small one is not written as none."""
    percent = 100 * part / whole if whole else 0.0
    if not percent:
        return "0 %"
    return "under 0.1 %" if percent < 0.1 else f"{percent:.1f} %".replace(".0 %", " %")


def bars(counts: Sequence[float]) -> str:
    """Write bars as an SVG path in a box of ``WIDTH`` × ``HEIGHT``; "" where there are none."""
    if not counts or max(counts) <= 0:
        return ""
    step, top = WIDTH / max(len(counts), MIN_PLACES), max(counts)
    wide = step * (1 - GAP)
    parts = []
    for place, count in enumerate(counts):
        if count > 0:
            high = max(HEIGHT * count / top, 1.0)  # a bar of few rows is seen
            left = place * step + step * GAP / 2
            parts.append(f"M{left:.1f} {HEIGHT - high:.1f}h{wide:.1f}v{high:.1f}h-{wide:.1f}z")
    return "".join(parts)


def _counts(profile: Mapping[str, Any]) -> list[float]:
    if histogram := profile.get("histogram"):
        return list(histogram["counts"])
    return [each["count"] for each in profile["top"]]


def _spoken(profile: Mapping[str, Any], rows: int) -> str:
    """Say what the drawing shows."""
    if histogram := profile.get("histogram"):
        edges, counts = histogram["edges"], histogram["counts"]
        place = max(range(len(counts)), key=counts.__getitem__)
        low, high = (value_words(edges[at], _writer(profile)) for at in (place, place + 1))
        return f"Most values lie between {low} and {high}: {share(counts[place], rows)} of all rows"
    if profile["top"]:
        first = profile["top"][0]
        return (
            f"Most frequent: {value_words(first['value'], _writer(profile))}, "
            f"{share(first['count'], rows)} of all rows"
        )
    return ""


def _top(profile: Mapping[str, Any], rows: int) -> list[dict[str, Any]]:
    most = max((each["count"] for each in profile["top"]), default=1)
    write = _writer(profile)
    return [
        {
            "value": value_words(each["value"], write),
            "is_empty": each["value"] == "",
            "count": each["count"],
            "share": share(each["count"], rows),
            "width": f"{100 * each['count'] / most:.1f}",
        }
        for each in profile["top"]
    ]


def _rest(profile: Mapping[str, Any], rows: int) -> dict[str, Any] | None:
    """Give the rows with a value that is none of the frequent ones."""
    count = rows - profile["missing"] - sum(each["count"] for each in profile["top"])
    if not profile["top"] or count <= 0:
        return None
    return {"count": count, "share": share(count, rows)}


def _quantiles(profile: Mapping[str, Any]) -> list[tuple[str, str]]:
    if not profile["quantiles"]:
        return []
    known = {**profile["quantiles"], "0.5": profile["median"]}
    write = _writer(profile)
    middle = [(words, value_words(known.get(key), write)) for key, words in QUANTILES.items()]
    return [("Smallest", written(profile, "min")), *middle, ("Largest", written(profile, "max"))]


def _facts(profile: Mapping[str, Any], rows: int) -> list[tuple[str, str]]:
    """Give the counts that the table has no room for."""
    count = rows - profile["missing"]
    facts = [("Rows with a value", f"{count:,} ({share(count, rows)})")]
    for key, words in (("zeros", "Zeros"), ("negatives", "Negative"), ("not_finite", "Not finite")):
        if profile.get(key) is not None:
            facts.append((words, f"{profile[key]:,} ({share(profile[key], rows)})"))
    return facts


def _histogram(profile: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give the large drawing: a bar each with its words, and the ends of the axis."""
    histogram = profile.get("histogram")
    if not histogram:
        return None
    counts = histogram["counts"]
    edges = [value_words(edge, _writer(profile)) for edge in histogram["edges"]]
    step, top = 400 / len(counts), max(counts)
    return {
        "bars": [
            {
                "x": f"{place * step + step * GAP / 2:.1f}",
                "y": f"{100 - 100 * count / top:.1f}",
                "width": f"{step * (1 - GAP):.1f}",
                "height": f"{100 * count / top:.1f}",
                "words": f"{edges[place]} to {edges[place + 1]}: {count:,}",
            }
            for place, count in enumerate(counts)
        ],
        "low": edges[0],
        "high": edges[-1],
        "most": f"{top:,}",
    }


def _notes(profile: Mapping[str, Any]) -> list[str]:
    notes = []
    if profile.get("distinct_is_estimate"):
        notes.append("The number of distinct values is an estimate.")
    if profile.get("quantiles_are_estimates"):
        notes.append("Quantiles are those of about a million rows, the same on every look.")
    return notes


def _writer(profile: Mapping[str, Any]) -> Callable[[Any], str]:
    """Return what writes the values of a column; profiles carry times as ISO text."""
    return _time if profile["type"] in TIMES else writer(profile["name"])


def _rounded(value: float) -> str:
    """Write what was computed without digits that say nothing: 15,280.4, 4.38, 0.0123."""
    if abs(value) >= 1 or not value:
        return f"{value:,.{1 if abs(value) >= LARGE else 2}f}"
    return f"{value:.3g}"


def _time(value: str) -> str:
    if len(value) <= DAY:
        return value
    when = datetime.fromisoformat(value)
    return when.isoformat(sep=" ", timespec="seconds" if when.second else "minutes")

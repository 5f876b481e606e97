"""What the tab *Later value* shows: the verdict, a chart, the numbers, and the form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mllab.models import Prototype, ValueCheck
from mllab.services.naming import prototype_name
from mllab.services.value_checks import value_check_last, value_job
from mllab.services.value_settings import Proposal, value_propose
from mllab.web.figures import FigureView
from mllab.web.numbers import share_words
from mllab.web.scores import NONE
from mllab.web.segments import Look, look_of
from mllab.web.value_form import NAMES, value_form
from mllab.web.value_words import (
    last_day,
    leak_words,
    method_words,
    notes_of,
    verdict_of,
)
from projects.models import Job, Project, Role
from segplatform.kernel.errors import UserError

HEADS = (
    "Segment", "Customers", "Share", "Bought", "Orders each", "Mean spend", "95 % interval",
    "Median", "Index", "Share of spend",
)  # fmt: skip
BLURB = (
    "The mean of what a customer of each segment spent, with the 95 % interval of the mean. The "
    "dashed line is the mean of everyone."
)


@dataclass(frozen=True)
class ValueLine:
    """One row of the table: a segment, the noise or everyone."""

    name: str
    css: str
    cells: list[str]


def value_context(
    project: Project,
    prototype: Prototype,
    query: Mapping[str, str],
    error: UserError | None = None,
) -> dict[str, Any]:
    """Give the values of the tab; ``query`` is what was chosen or typed so far."""
    check, job = value_check_last(prototype=prototype), value_job(prototype=prototype)
    look = look_of(project, prototype)
    context: dict[str, Any] = {
        "check": check, "job": job if job and _is_newer(job, check) else None, "error": error,
        "trained": prototype.experiment.prototypes.exclude(finished=None).count(),
    }  # fmt: skip
    if check:
        context |= _found(check, prototype, look)
    if project.membership.allows(Role.EDITOR):
        context |= _form(prototype, check, query, error)
    return context


def _is_newer(job: Job, check: ValueCheck | None) -> bool:
    """Whether a job is worth a word: it runs, or it failed after the last result."""
    if job.is_active:
        return True
    return job.state != Job.State.SUCCEEDED and (check is None or job.created > check.created)


def _found(check: ValueCheck, prototype: Prototype, look: Look) -> dict[str, Any]:
    result, asked = check.result, check.asked
    lines = [_line(each, *look.head(each["label"])) for each in result["segments"]]
    everyone = _line(
        result["everyone"] | {"share": 1.0, "index": 100.0, "spend_share": 1.0}, "Everyone", ""
    )
    return {
        "verdict_value": verdict_of(result, asked, look.name), "lines": lines, "heads": HEADS,
        "everyone": everyone, "notes": notes_of(result, asked), "leak": leak_words(result, asked),
        "method": method_words(result), "until": last_day(asked), "result": result,
        "asked": asked, "figure": _figure(check, prototype, look, [*lines, everyone]),
    }  # fmt: skip


def _figure(
    check: ValueCheck, prototype: Prototype, look: Look, lines: list[ValueLine]
) -> FigureView:
    count, title = prototype.segments or 0, "Later spend per customer"
    words = f"{title} by segment of {prototype_name(prototype=prototype)}. {BLURB}"
    behind = {
        "columns": [{"label": head, "number": at > 0} for at, head in enumerate(HEADS)],
        "rows": [[line.name, *line.cells] for line in lines],
    }
    return FigureView(
        "figure-value", title, words, check.result["figure"], BLURB, colors=look.colors(count),
        file=f"later-value-prototype-{prototype.number}", names=look.names(count), behind=behind,
    )  # fmt: skip


def _line(each: Mapping[str, Any], name: str, css: str) -> ValueLine:
    low, high = each["low"], each["high"]
    interval = f"{money(low)} to {money(high)}" if low is not None else NONE
    cells = [
        f"{each['customers']:,}", share_words(each["share"], 1), _share(each["active_share"]),
        _number(each["orders_each"], 2), money(each["mean"]), interval, money(each["median"]),
        _number(each["index"], 0), _share(each["spend_share"]),
    ]  # fmt: skip
    return ValueLine(name, css, cells)


def money(value: float | None) -> str:
    """Write an amount; large ones without their hundredths."""
    if value is None:
        return NONE
    return f"{value:,.{0 if abs(value) >= 1000 else 2}f}".replace("-", "−")


def _share(value: float | None) -> str:
    if value is None:
        return NONE
    return share_words(value, 1) if value >= 0 else f"−{share_words(-value, 1)}"


def _number(value: float | None, digits: int) -> str:
    return NONE if value is None else f"{value:,.{digits}f}".replace("-", "−")


def _form(
    prototype: Prototype,
    check: ValueCheck | None,
    query: Mapping[str, str],
    error: UserError | None,
) -> dict[str, Any]:
    """Give the form, or why there is none."""
    last = check.asked if check else {}
    orders = query.get("orders") or last.get("orders", "")
    try:
        proposal = value_propose(
            prototype=prototype, orders=orders, date_column=query.get("date", "")
        )
    except UserError as refused:
        return {"problem": str(refused)}
    if proposal.problem:
        return {"problem": proposal.problem, "needs_data": True}
    typed = _typed(proposal, last, query)
    return {"form": value_form(proposal, typed, error.fields if error else {})}


def _typed(proposal: Proposal, last: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    """Give what the form shows beside the proposal: what was typed, else what was asked last."""
    sent = {key: query[key] for key in NAMES if key in query}
    if sent or last.get("orders") != proposal.values["orders"]:
        return sent
    names = {column.name for column in proposal.columns}
    return {key: last[key] for key in NAMES if key in last and (
        key in ("day", "horizon", "key") or last[key] in names or not last[key])}  # fmt: skip

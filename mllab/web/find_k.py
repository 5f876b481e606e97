"""What the page *Find k* shows: one proposal, three curves, and the table behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from mllab.forms.find_k import range_asked
from mllab.models import Experiment, UseCase
from mllab.services.find_k import FEWEST, MOST, Range, find_k_last, find_k_start, takes_k
from mllab.web.find_k_curves import curves
from mllab.web.models import models_form
from mllab.web.numbers import number_words, share_words
from mllab.web.scores import NONE
from projects.models import Job, User
from segplatform.kernel.errors import UserError


@dataclass(frozen=True)
class Line:
    """One number of segments in the table; ``marks`` say which of the curves would choose it."""

    k: int
    inertia: str
    silhouette: str
    stability: str
    smallest: str
    largest: str
    marks: list[str]
    is_proposed: bool


def find_k_url(use_case: UseCase, asked: Range) -> str:
    """Give the address that shows the sweep of a range."""
    query = urlencode({"lowest": asked.lowest, "highest": asked.highest})
    return reverse("find_k", args=[use_case.project_id, use_case.pk]) + "?" + query


def find_k_begin(use_case: UseCase, user: User, draft: Experiment, asked: Range) -> str:
    """Start the sweep with the draft's settings; give the address that shows it."""
    url = find_k_url(use_case, asked)
    find_k_start(
        use_case=use_case, user=user, features=draft.features, preprocessing=draft.preprocessing,
        seed=draft.seed, asked=asked, url=url,
    )  # fmt: skip
    return url


def find_k_context(
    use_case: UseCase, draft: Experiment, query: Mapping[str, str], error: UserError | None = None
) -> dict[str, Any]:
    """Give the values of the page, whatever the state of the sweep."""
    asked = range_asked(query)
    context: dict[str, Any] = {
        "asked": asked, "fewest": FEWEST, "most": MOST, "error": error,
        "inputs": [item["column"] for item in draft.features if item["role"] == "input"],
        "takers": _takers(use_case, draft), "draft": draft,
    }  # fmt: skip
    try:
        job = find_k_last(
            use_case=use_case, features=draft.features, preprocessing=draft.preprocessing,
            seed=draft.seed, asked=asked,
        )  # fmt: skip
    except UserError as refused:
        return context | {"error": error or refused}
    context["job"] = job
    if job and job.state == Job.State.SUCCEEDED:
        context |= _found(job.result)
    return context


def _takers(use_case: UseCase, draft: Experiment) -> list[str]:
    """Name the algorithms that are on and can be told how many segments to make."""
    toggled = models_form(use_case, draft).toggled
    return [item.algorithm.label for item in toggled if takes_k(algorithm=item.algorithm.key)]


def _found(result: Mapping[str, Any]) -> dict[str, Any]:
    proposal = result["proposal"]
    lines = [_line(each, proposal) for each in result["candidates"]]
    return {
        "proposal": proposal,
        "lines": lines,
        "figures": curves(result),
        "numbers": [line.k for line in lines],
        "looked_at": _looked_at(result),
    }


def _line(candidate: Mapping[str, Any], proposal: Mapping[str, Any]) -> Line:
    k, value = candidate["k"], candidate["silhouette"]
    error = candidate["silhouette_error"]
    silhouette = NONE if value is None else f"{value:.3f}"
    best = proposal["silhouette"]
    marks = [
        word
        for word, holds in (
            ("bend", k == proposal["elbow"]),
            ("highest silhouette", best[:1] == [k]),
            ("as good as the highest silhouette", k in best[1:]),
            ("stable", k in proposal["stable"]),
        )
        if holds
    ]
    return Line(
        k=k,
        inertia=number_words(candidate["inertia"]),
        silhouette=f"{silhouette} ± {error:.3f}" if error else silhouette,
        stability=f"{candidate['stability']:.2f}",
        smallest=share_words(candidate["smallest"], 1),
        largest=share_words(candidate["largest"], 1),
        marks=marks,
        is_proposed=k == proposal["k"],
    )


def _looked_at(result: Mapping[str, Any]) -> str:
    """Say how many rows were looked at."""
    rows, sample, seen = result["rows"], result["sample"], result["silhouette_rows"]
    words = f"Looked at all {rows:,} rows"
    if sample < rows:
        words = f"Looked at a sample of {sample:,} of {rows:,} rows"
    return words + (f"; silhouettes are from {seen:,} of them, ±." if seen < sample else ".")

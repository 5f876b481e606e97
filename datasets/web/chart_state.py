"""Which chart a page shows, as its address says it; every link to a chart is made here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import urlencode

from django.http import QueryDict

from datasets.engine.aggregate import MEASURES, Measure, Question
from datasets.engine.types import Column
from datasets.services.charts import Proposal
from datasets.web.grid_state import number

TOPS = (5, 10, 20, 30, 50)
TOP = 20


@dataclass(frozen=True)
class ChartState:
    """A question about the rows of the table, or of its sample."""

    question: Question
    sampled: bool = False

    @classmethod
    def read(
        cls, query: QueryDict, proposals: Sequence[Proposal], columns: Sequence[Column]
    ) -> "ChartState":
        """Read a query string; without a column it is the first proposal, or the first column."""
        top = number(query.get("top"), TOP)
        rest: dict[str, Any] = {
            "top": top if top in TOPS else TOP,
            "ascending": query.get("order") == "up",
            "others": query.get("others") == "yes",
            "formula": query.get("filter", ""),
        }
        asked = Question(by=query.get("by", ""), **_measure(query))
        if not asked.by and proposals:
            asked = proposed(proposals[0])
        elif not asked.by and columns:
            asked = Question(columns[0].name)
        return cls(replace(asked, **rest), query.get("rows") == "sample")

    def url(self, **changes: Any) -> str:
        """Return the relative address with changes of the question; what is usual is left out."""
        sampled = changes.pop("sampled", self.sampled)
        asked = replace(self.question, **changes)
        parts = [
            ("by", asked.by),
            ("measure", asked.measure if asked.measure != "count" else ""),
            ("of", asked.of if asked.measure != "count" else ""),
            ("top", str(asked.top) if asked.top != TOP else ""),
            ("order", "up" if asked.ascending else ""),
            ("others", "yes" if asked.others else ""),
            ("filter", asked.formula),
            ("rows", "sample" if sampled else ""),
        ]
        return "?" + urlencode([(name, value) for name, value in parts if value])


def proposed(proposal: Proposal) -> Question:
    """Give the question of a proposal."""
    return Question(proposal.by, cast(Measure, proposal.measure), proposal.of)


def _measure(query: QueryDict) -> dict[str, Any]:
    """Read ``measure=sum&of=Quantity``, or ``measure=sum:Quantity`` as the form sends it."""
    measure, _, of = query.get("measure", "count").partition(":")
    return {
        "measure": measure if measure in MEASURES else "count",
        "of": of or query.get("of", ""),
    }

"""What the tab Summary shows: a card for each segment, with facts in words and a draft."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from mllab.engine.effects import effects
from mllab.models import Prototype
from mllab.services.drafts import Draft, drafts_propose
from mllab.services.prototypes import prototype_profiles
from mllab.services.segments import SegmentInfo, segment_list, segment_words
from mllab.web.combine import combined_view
from mllab.web.scores import SteadyView, share, steady_view
from mllab.web.segment_facts import Fact, facts_of
from mllab.web.segments import look_of
from mllab.web.value_words import value_line
from mllab.web.warm_start import started_view
from mllab.web.within import divided_view
from projects.models import Project, Role

FACTS = 4
CARDS = 12
"""Segments that have a card; the others are in the table of sizes."""


@dataclass(frozen=True)
class Card:
    """One segment; ``draft`` is there where a person has not named it yet."""

    info: SegmentInfo
    name: str
    css: str
    share: str
    width: str
    facts: list[Fact]
    edit: str
    draft: Draft | None
    steady: SteadyView | None
    within: str


def summary_tab(project: Project, prototype: Prototype, query: QueryDict) -> dict[str, Any]:
    """Give the values of the tab Summary."""
    look, profiles = look_of(project, prototype), prototype_profiles(prototype=prototype)
    told = effects(profiles)
    drafts = drafts_propose(profiles=profiles, effects=told)
    stored = segment_words(prototype=prototype).stored
    may_edit = project.membership.allows(Role.EDITOR)
    segments = segment_list(prototype=prototype)
    whole = sum(each.size for each in segments)
    cards = []
    for info in segments[:CARDS] + [each for each in segments[CARDS:] if each.is_noise]:
        named = stored.get(info.label)
        draft = None if (named and named.name) or not may_edit else drafts.get(info.label)
        cards.append(
            Card(
                info,
                *look.head(info.label),
                share(info.size, whole),
                f"{100 * info.size / max(whole, 1):.2f}",
                facts_of(told.get(info.label, []), FACTS),
                look.edit_url(info.label),
                draft,
                None if info.is_noise else steady_view(prototype, info.label),
                "" if info.is_noise or not may_edit else f"{look.edit_url(info.label)}within/",
            )
        )
    return {
        "cards": cards, "others": max(len(segments) - len(cards), 0),
        "combined": combined_view(prototype), "divided": divided_view(project, prototype),
        "started": started_view(project, prototype), "later_value": value_line(prototype, look),
    }  # fmt: skip

"""What the list of segmentations and the page of one show."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from datasets.engine.export import FORMATS
from mllab.models import Prototype, Segmentation
from mllab.services.naming import prototype_algorithm, prototype_name
from mllab.services.prototypes import prototype_profiles
from mllab.services.segmentations import segmentation_prototype
from mllab.services.segments import SegmentInfo, segment_list
from mllab.services.segments_area import columns_needed, scored_datasets, version_list
from mllab.web.segment_facts import Fact, segment_facts
from projects.models import Project, Role
from segplatform.kernel.errors import UserError

LEGEND = 6
"""Names beside a bar; the others are counted."""
TRUSTED = 0.9
"""Share of the trained rows that must get their own segment back before nothing is warned of."""


@dataclass(frozen=True)
class Piece:
    """One segment in a stacked bar of the width 100."""

    name: str
    css: str
    share: str
    x: str
    width: str


@dataclass(frozen=True)
class SegmentationRow:
    """One segmentation of the list; ``pieces`` are its segments, the largest first."""

    segmentation: Segmentation
    name: str
    algorithm: str
    count: int
    pieces: list[Piece]
    scored: int

    @property
    def legend(self) -> list[Piece]:
        """Give those whose names are written."""
        return self.pieces[:LEGEND]

    @property
    def more(self) -> int:
        """Count those whose names are not."""
        return max(len(self.pieces) - LEGEND, 0)


@dataclass(frozen=True)
class SegmentCard:
    """One segment of the page: who they are, in words, and where to go from there."""

    info: SegmentInfo
    css: str
    share: str
    facts: list[Fact]
    customers_url: str
    edit_url: str

    @property
    def key(self) -> str:
        """Give the label as text, for an address."""
        return str(self.info.label)


def segmentation_rows(found: Iterable[Segmentation], scored: Counter[str]) -> list[SegmentationRow]:
    """Give the rows of the list, for segmentations of ``segmentations_listed``."""
    return [_row(each, scored[str(each.pk)]) for each in found]


def segmentation_context(project: Project, segmentation: Segmentation) -> dict[str, Any]:
    """Give the values of the page of a segmentation."""
    prototype = segmentation_prototype(segmentation=segmentation)
    experiment, broken = prototype.experiment, ""
    segments = segment_list(prototype=prototype)
    scored = scored_datasets(segmentation=segmentation)
    try:
        facts = segment_facts(prototype_profiles(prototype=prototype))
    except UserError as error:
        facts, broken = {}, str(error)
    return {
        "segmentation": segmentation, "prototype": prototype, "experiment": experiment,
        "use_case": experiment.use_case, "broken": broken,
        "cards": [_card(project, prototype, info, facts) for info in segments],
        "pieces": bar_pieces(segments), "rows": sum(info.size for info in segments),
        "algorithm": _algorithm(prototype), "name": prototype_name(prototype=prototype),
        "scored": scored, "is_live": any(each.state.key == "running" for each in scored),
        "versions": [(each, prototype_name(prototype=each.prototype))
                     for each in version_list(segmentation=segmentation)],
        "how": scoring_words(prototype.details), "needed": columns_needed(prototype=prototype),
        "formats": FORMATS,
        "download_url": _url(project, prototype, "prototype_download"),
        "may_edit": project.membership.allows(Role.EDITOR),
        "may_delete": project.membership.allows(Role.OWNER), "section": "segments",
    }  # fmt: skip


def bar_pieces(segments: Sequence[SegmentInfo]) -> list[Piece]:
    """Cut a bar of the width 100 into segments, in their order."""
    pieces, start = [], 0.0
    for info in segments:
        width = 100 * info.share
        pieces.append(
            Piece(info.name, segment_css(info), share_text(info), f"{start:.3f}", f"{width:.3f}")
        )
        start += width
    return pieces


def segment_css(info: SegmentInfo) -> str:
    """Give the class that colours a segment."""
    return f"sp-seg-{'noise' if info.is_noise else info.color}"


def share_text(info: SegmentInfo) -> str:
    """Write the share of a segment: "33.4 %", and "< 0.1 %" rather than nothing at all."""
    percent = 100 * info.share
    return "< 0.1 %" if 0 < percent < 0.05 else f"{percent:.1f} %"


def scoring_words(details: dict[str, Any]) -> tuple[str, str]:
    """Say how far scoring can be trusted, as a tone ("ok", "warn" or "") and a sentence."""
    if details.get("scores_exactly"):
        return "ok", "Exact: a row is scored by the very rule that made the segments."
    agreement = details.get("agreement")
    if agreement is None:
        return "", "Not measured: an earlier version of Segplatform trained this prototype."
    told = (
        f"{100 * agreement:.1f} % of the rows that it learned from get their own segment back "
        "when they are scored."
    )
    if agreement >= TRUSTED:
        return "ok", f"Close: {told}"
    return "warn", f"Rough: {told} New rows may land in another segment than training would give."


def _row(segmentation: Segmentation, scored: int) -> SegmentationRow:
    if segmentation.current is None:
        return SegmentationRow(segmentation, "", "", 0, [], scored)
    prototype = segmentation.current.prototype
    segments = segment_list(prototype=prototype)
    return SegmentationRow(
        segmentation, prototype_name(prototype=prototype), _algorithm(prototype),
        sum(not info.is_noise for info in segments), bar_pieces(segments), scored,
    )  # fmt: skip


def _card(
    project: Project, prototype: Prototype, info: SegmentInfo, facts: dict[int, list[Fact]]
) -> SegmentCard:
    edit = "" if info.is_noise else _url(project, prototype, "segment_edit", info.label)
    customers = f"{_url(project, prototype, 'prototype_customers')}?segment={info.label}"
    return SegmentCard(
        info, segment_css(info), share_text(info),
        facts.get(info.label, []), customers, edit,
    )  # fmt: skip


def _algorithm(prototype: Prototype) -> str:
    found = prototype_algorithm(prototype=prototype)
    return found.label if found else prototype.algorithm


def _url(project: Project, prototype: Prototype, name: str, *more: int) -> str:
    use_case_id = prototype.experiment.use_case_id
    return reverse(name, args=[project.pk, use_case_id, prototype.pk, *more])

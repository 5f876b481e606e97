"""What the compare page shows: prototypes side by side, beside groups, and who moves where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.http import QueryDict

from datasets.services.previews import PreviewPending
from mllab.models import Prototype, UseCase
from mllab.services.comparisons import compare_ask
from mllab.services.leaderboards import leaderboard
from mllab.services.naming import prototype_name
from mllab.services.prototypes import prototypes_get
from mllab.web.compare_groups import GroupsView, column_choices, groups_view
from mllab.web.compare_tables import (
    CrossView,
    Places,
    agreement_words,
    cross_view,
    named,
    ordered,
)
from mllab.web.figures import FigureView
from mllab.web.leaderboard import LEAST, MOST, RowView, row_view
from mllab.web.profiles import Heat, heat
from mllab.web.ribbons import Ribbons, ribbons
from mllab.web.scores import ScoreView
from mllab.web.segments import Look, look_of
from mllab.web.sizes import SizeView, sizes_view
from mllab.web.slots import slots_matched
from projects.models import Project, User
from segplatform.kernel.errors import UserError

OPEN = 3
"""So many tables are open at once; of more the first."""


@dataclass(frozen=True)
class ItemView:
    """One prototype of the comparison."""

    id: str
    name: str
    number: int
    sizes: list[SizeView]
    heat: Heat
    figure: FigureView | None
    row: RowView | None

    @property
    def title(self) -> str:
        """Name it, with the number that tells it from one of the same name."""
        return f"{self.name} #{self.number}"


@dataclass(frozen=True)
class ScoreLine:
    """One metric of all prototypes, each score with whether it is the best of these."""

    label: str
    blurb: str
    cells: list[tuple[ScoreView, bool]]


@dataclass(frozen=True)
class PairView:
    """Two prototypes against each other; ``ribbons`` where no other picture shows them."""

    id: str
    a: ItemView
    b: ItemView
    cross: CrossView
    ribbons: Ribbons | None


def compare_context(
    project: Project, use_case: UseCase, user: User, query: QueryDict
) -> dict[str, Any]:
    """Give the page's values: the comparison, or why there is none (yet).

    ``?p=`` are prototypes, ``with`` a column; ``groups`` proposes one.
    """
    asked, column = query.getlist("p"), query.get("with", "")
    context: dict[str, Any] = {
        "use_case": use_case,
        "section": "lab",
        "asked": asked,
        "column": column,
    }
    try:
        prototypes = _prototypes(project, use_case, asked)
        is_alone = len(prototypes) == 1 and ("groups" in query or "with" in query)
        if not is_alone and not LEAST <= len(prototypes) <= MOST:
            return context | {
                "too_few": len(prototypes) < LEAST,
                "too_many": len(prototypes) > MOST,
            }
        propose = not column and (is_alone or "groups" in query)
        found = compare_ask(
            project=project, user=user, prototypes=prototypes, column=column, propose=propose
        )
    except PreviewPending:
        return context | {"pending": True}
    except UserError as error:
        return context | {"error": str(error)}
    return context | _found(project, use_case, prototypes, found)


def _found(
    project: Project, use_case: UseCase, prototypes: list[Prototype], found: Mapping[str, Any]
) -> dict[str, Any]:
    looks = looks_of(project, prototypes, found)
    # The comparison numbers segments that go together alike, also those that are hardly the same.
    places = {
        item["id"]: {size["label"]: size["color"] for size in item["sizes"]}
        for item in found["items"]
    }
    items = _items(use_case, prototypes, found, looks)
    groups = groups_view(found, looks, places)
    pairs = _pairs(items, found, looks, places)
    return {
        "items": items, "pairs": pairs, "scores": _scores(items), "rows": found["rows"],
        "are_many": len(pairs) + (len(items) if groups else 0) > OPEN,
        "groups": groups, "columns": column_choices(found),
        "grouped": [(item, groups.pairs[item.id]) for item in items] if groups else [],
        "chain": chain_view(items, pairs, groups), "matrix": matrix_view(items, pairs, groups),
    }  # fmt: skip


def _prototypes(project: Project, use_case: UseCase, asked: Sequence[str]) -> list[Prototype]:
    ids = []
    for text in dict.fromkeys(asked):
        try:
            ids.append(UUID(text))
        except ValueError:
            raise UserError("This address holds something that is no prototype.") from None
    found = {item.pk: item for item in prototypes_get(project=project, ids=ids[: MOST + 1])}
    return [found[key] for key in ids if key in found and _belongs(found[key], use_case)]


def _belongs(prototype: Prototype, use_case: UseCase) -> bool:
    return prototype.experiment.use_case_id == use_case.pk


def looks_of(
    project: Project, prototypes: Sequence[Prototype], found: Mapping[str, Any]
) -> dict[str, Look]:
    """Return how the segments of each prototype look, by its id.

    The first keeps its colours; segments of the others that match take those of the first. Every
    segment has its own name.
    """
    own = {str(each.pk): look_of(project, each) for each in prototypes}
    first = found["items"][0]
    words = own[first["id"]].words
    colors = {size["label"]: words.color(size["label"]) for size in first["sizes"]}
    looks = {first["id"]: own[first["id"]]}
    for item in found["items"][1:]:
        look = own[item["id"]]
        looks[item["id"]] = replace(look, slots=slots_matched(item["sizes"], look.words, colors))
    return looks


def _items(
    use_case: UseCase, prototypes: list[Prototype], found: Mapping[str, Any],
    looks: Mapping[str, Look],
) -> list[ItemView]:  # fmt: skip
    board = leaderboard(use_case=use_case)
    scored = [metric for metric in board.metrics if metric.higher_is_better is not None]
    rows = {str(row.prototype.pk): row_view(row, scored, []) for row in board.rows}
    by_id = {str(prototype.pk): prototype for prototype in prototypes}
    return [
        _item(item, by_id[item["id"]], rows.get(item["id"]), looks[item["id"]])
        for item in found["items"]
    ]


def _item(
    item: Mapping[str, Any], prototype: Prototype, row: RowView | None, look: Look
) -> ItemView:
    name = prototype_name(prototype=prototype)
    return ItemView(
        item["id"], name, prototype.number,
        sizes_view(item["sizes"], item["noise"], look), heat(item["profiles"], look),
        _figure(item, f"{name} (prototype {prototype.number})", look), row,
    )  # fmt: skip


def _figure(item: Mapping[str, Any], name: str, look: Look) -> FigureView | None:
    if not item.get("figure"):
        return None
    words = f"Map of the segments of {name}, on the axes that all maps of this page share."
    count = len(item["sizes"])
    return FigureView(
        f"map-{item['id']}", f"Map of {name}", words, item["figure"],
        colors=look.colors(count), names=look.names(count), file=f"map-{prototype_file(name)}",
    )  # fmt: skip


def prototype_file(name: str) -> str:
    """Make a file name of a prototype's name: "k-means-4-segments"."""
    plain = "".join(letter if letter.isalnum() else " " for letter in name.lower())
    return "-".join(plain.split())


def _scores(items: list[ItemView]) -> list[ScoreLine]:
    """Write a line for each metric that ranks; the best of these is the best ranked."""
    by_item = [item.row.scores if item.row else [] for item in items]
    lines = []
    for scores in zip(*by_item, strict=True) if all(by_item) else []:
        best = min((score.rank for score in scores if score.rank), default=None)
        is_race = len(items) > 1
        cells = [(score, is_race and score.rank is not None and score.rank == best)
                 for score in scores]  # fmt: skip
        lines.append(ScoreLine(scores[0].label, scores[0].blurb, cells))
    return lines


def _pairs(
    items: list[ItemView], found: Mapping[str, Any], looks: Mapping[str, Look],
    places: Mapping[str, Places],
) -> list[PairView]:  # fmt: skip
    views = {item.id: item for item in items}
    at = {item.id: place for place, item in enumerate(items)}
    pairs = []
    for pair in found["pairs"]:
        a, b = str(pair["a"]), str(pair["b"])
        cross = cross_view(
            pair, ordered(pair["labels_a"], places[a]), ordered(pair["labels_b"], places[b]),
            ([named(label, looks[a]) for label in pair["labels_a"]],
             [named(label, looks[b]) for label in pair["labels_b"]]),
            agreement_words(pair["agreement"], pair["ari"]),
        )  # fmt: skip
        is_shown = at[b] - at[a] == 1  # in the picture of all of them
        titles = [views[a].title, views[b].title]
        drawn = None if is_shown else ribbons(titles, cross.names, [cross.counts])
        pairs.append(PairView(f"{a}-{b}", views[a], views[b], cross, drawn))
    return pairs


def chain_view(
    items: Sequence[ItemView], pairs: Sequence[PairView], groups: GroupsView | None
) -> Ribbons:
    """Draw who moves where: from the groups to the first prototype, and on to each next one."""
    crosses = {(pair.a.id, pair.b.id): pair.cross for pair in pairs}
    steps = [crosses[a.id, b.id] for a, b in pairwise(items)]
    titles = [f"#{item.number} {item.name}" for item in items]
    if groups:
        steps, titles = [groups.pairs[items[0].id].cross, *steps], [groups.title, *titles]
    stages = [steps[0].names[0], *(cross.names[1] for cross in steps)]
    return ribbons(titles, stages, [cross.counts for cross in steps])


def matrix_view(
    items: Sequence[ItemView], pairs: Sequence[PairView], groups: GroupsView | None
) -> list[tuple[str, str, list[CrossView | None]]]:
    """Set all sides against each other, as (name, short, cells): None where one meets itself.

    Nothing for two sides: their one number stands beside them.
    """
    found = {frozenset((pair.a.id, pair.b.id)): pair.cross for pair in pairs}
    sides = [(item.id, item.title, f"#{item.number}") for item in items]
    if groups:
        found |= {frozenset((key, "")): each.cross for key, each in groups.pairs.items()}
        sides = [("", groups.title, groups.column), *sides]
    if len(sides) < 3:
        return []
    return [
        (title, short, [found.get(frozenset((one, other))) for other, *_ in sides])
        for one, title, short in sides
    ]

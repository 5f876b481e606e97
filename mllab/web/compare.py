"""What the compare page shows: prototypes side by side, and who moves where in each pair."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from datasets.services.previews import PreviewPending
from mllab.models import Prototype, UseCase
from mllab.services.comparisons import compare_ask
from mllab.services.leaderboards import leaderboard
from mllab.services.naming import prototype_name
from mllab.services.prototypes import prototypes_get
from mllab.web.figures import FigureView
from mllab.web.leaderboard import LEAST, MOST, RowView, row_view
from mllab.web.profiles import Heat, heat
from mllab.web.ribbons import Ribbons, ribbons
from mllab.web.scores import ScoreView, share
from mllab.web.segments import Look, look_of
from mllab.web.sizes import SizeView, sizes_view
from mllab.web.slots import slots_matched
from projects.models import Project, User
from segplatform.kernel.errors import UserError

Places = dict[int, int]
# Adjusted for chance: what people mean by the value of an adjusted Rand index.
ALIKE = ((0.9, "nearly the same segments"), (0.65, "much alike"), (0.3, "partly alike"))
DIFFERENT = "different segments"


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


@dataclass(frozen=True)
class CellView:
    """Rows that are in one segment of each; ``heat`` from 0 to 4 by the share of its row."""

    rows: int
    share: str
    heat: int


@dataclass(frozen=True)
class ScoreLine:
    """One metric of all prototypes, each score with whether it is the best of these."""

    label: str
    blurb: str
    cells: list[tuple[ScoreView, bool]]


@dataclass(frozen=True)
class PairView:
    """Two prototypes against each other."""

    id: str
    a: ItemView
    b: ItemView
    ari: str
    ami: str
    words: str
    heads: list[tuple[str, str]]
    rows: list[tuple[str, str, list[CellView]]]
    ribbons: Ribbons


def compare_context(
    project: Project, use_case: UseCase, user: User, asked: Sequence[str]
) -> dict[str, Any]:
    """Give the page's values: the comparison, or why there is none (yet)."""
    context: dict[str, Any] = {"use_case": use_case, "section": "lab"}
    try:
        prototypes = _prototypes(project, use_case, asked)
        if not LEAST <= len(prototypes) <= MOST:
            return context | {
                "too_few": len(prototypes) < LEAST,
                "too_many": len(prototypes) > MOST,
            }
        found = compare_ask(project=project, user=user, prototypes=prototypes)
    except PreviewPending:
        return context | {"pending": True}
    except UserError as error:
        return context | {"error": str(error)}
    looks = looks_of(project, prototypes, found)
    items = _items(use_case, prototypes, found, looks)
    return context | {
        "items": items, "pairs": _pairs(items, found, looks), "scores": _scores(items),
        "rows": found["rows"],
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
        cells = [(score, score.rank is not None and score.rank == best) for score in scores]
        lines.append(ScoreLine(scores[0].label, scores[0].blurb, cells))
    return lines


def _pairs(
    items: list[ItemView], found: Mapping[str, Any], looks: Mapping[str, Look]
) -> list[PairView]:
    views = {item.id: item for item in items}
    # The comparison numbers segments that go together alike, also those that are hardly the same.
    places = {
        item["id"]: {size["label"]: size["color"] for size in item["sizes"]}
        for item in found["items"]
    }
    return [_pair(pair, views, looks, places) for pair in found["pairs"]]


def _pair(
    pair: Mapping[str, Any], views: Mapping[str, ItemView], looks: Mapping[str, Look],
    places: Mapping[str, Places],
) -> PairView:  # fmt: skip
    a, b = str(pair["a"]), str(pair["b"])
    across, down = pair["labels_b"], pair["labels_a"]
    columns = _ordered(across, places[b])
    rows = []
    for at in _ordered(down, places[a]):
        counts = [pair["table"][at][column] for column in columns]
        name, css = _named(down[at], looks[a])
        rows.append((name, css, [_cell(count, sum(counts)) for count in counts]))
    heads = [_named(across[column], looks[b]) for column in columns]
    names = [(name, css) for name, css, _ in rows]
    drawn = ribbons(names, heads, [[cell.rows for cell in cells] for _, _, cells in rows])
    return PairView(
        f"{a}-{b}", views[a], views[b], f"{pair['ari']:.2f}", f"{pair['ami']:.2f}",
        agreement_words(pair["agreement"], pair["ari"]), heads, rows, drawn,
    )  # fmt: skip


def agreement_words(agreement: float, ari: float) -> str:
    """Say how far two prototypes agree: "87 % of the rows stay together: much alike."."""
    alike = next((words for least, words in ALIKE if ari >= least), DIFFERENT)
    return f"{agreement * 100:.0f} % of the rows stay together: {alike}."


def _ordered(labels: list[int | None], places: Places) -> list[int]:
    """Order lines so that what goes together stands on the diagonal; others then, noise last."""

    def key(at: int) -> tuple[int, int, int]:
        label = labels[at]
        if label is None or label < 0:
            return (1 if label is None else 2, 0, 0)
        return (0, places.get(label, 0), label)

    return sorted(range(len(labels)), key=key)


def _named(label: int | None, look: Look) -> tuple[str, str]:
    return ("Others", "sp-seg-noise") if label is None else look.head(label)


def _cell(rows: int, whole: int) -> CellView:
    part = rows / whole if whole else 0.0
    return CellView(
        rows, share(rows, whole), sum(part >= least for least in (0.05, 0.25, 0.5, 0.75))
    )

"""The value check: what the customers of each segment spent after a day.

One pass over the transactions serves all prototypes that are asked about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from datasets.engine.duck import connect, interruptible
from datasets.engine.execute import Source
from datasets.engine.types import ColumnType
from mllab.engine.members import LABEL, members_file
from mllab.engine.value_figure import value_figure
from mllab.engine.value_measure import measure
from mllab.engine.value_orders import (
    Orders,
    Window,
    file_labels,
    labels_write,
    rows_labels,
    spend_write,
)
from mllab.engine.value_rebuild import History, rebuild, score_rows
from segplatform.kernel.progress import Progress, SubProgress

if TYPE_CHECKING:
    import duckdb

SUM_SHARE, BUILD_SHARE = 0.3, 0.5  # of the progress, one after the other


@dataclass(frozen=True)
class Checked:
    """A prototype: the folder of its files, its stored model and how many segments it has."""

    id: str
    folder: Path
    model: Mapping[str, Any]
    segments: int


@dataclass(frozen=True)
class Customers:
    """The trained table, and the column that says who each row is."""

    table: Path
    key: str
    kind: ColumnType


def value_check(
    prototypes: Sequence[Checked],
    customers: Customers,
    orders: Orders,
    window: Window,
    history: History | None,
    work: Path,
    memory_bytes: int,
    progress: Progress,
) -> dict[str, dict[str, Any]]:
    """Return the numbers and the figure of each prototype, by id.

    With a ``history`` its customers' table is made again as of the window's start, and scored by
    each stored model; without, customers are in the segments that training gave them. Raises
    ``UserError`` where ids do not match, and what ``progress`` raises.
    """
    reach = [*orders.source.files, customers.table, work, *(each.folder for each in prototypes)]
    with TemporaryDirectory(prefix="segplatform-") as spill:
        con = connect(memory_bytes, spill, paths=reach)
        try:
            part = SubProgress(progress, 0, SUM_SHARE)
            interruptible(con, part, "Adding up what was spent")(
                lambda: spend_write(con, orders, window)
            )
            part = SubProgress(progress, SUM_SHARE, BUILD_SHARE)
            then = None
            if history:
                then = rebuild(history, window.start, work, memory_bytes, part)
            return {
                each.id: _check(
                    con, each, customers, then, work,
                    SubProgress(progress, *_share(place, len(prototypes))),
                )
                for place, each in enumerate(prototypes)
            }  # fmt: skip
        finally:
            con.close()


def _check(
    con: "duckdb.DuckDBPyConnection",
    prototype: Checked,
    customers: Customers,
    then: Source | None,
    work: Path,
    progress: Progress,
) -> dict[str, Any]:
    if then is None:
        members = members_file(customers.table, prototype.folder)
        query = rows_labels(customers.table, members, customers.key, customers.kind, LABEL)
    else:
        part = SubProgress(progress, 0, 0.4)
        file, label = score_rows(then, prototype.model, work / f"scored-{prototype.id}", part)
        query = file_labels(file, customers.key, customers.kind, label)
    interruptible(con, progress, "Joining customers and spend")(lambda: labels_write(con, query))
    found = measure(con, prototype.segments, SubProgress(progress, 0.5, 1.0))
    return found | {"figure": value_figure(found["segments"], found["everyone"])}


def _share(place: int, count: int) -> tuple[float, float]:
    whole = 1 - BUILD_SHARE
    return BUILD_SHARE + whole * place / count, BUILD_SHARE + whole * (place + 1) / count

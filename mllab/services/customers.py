"""The customers of a prototype with their segment: pages of them, and all of them as a file."""

from collections.abc import Iterator
from itertools import chain
from uuid import uuid4

from datasets.engine.export import export
from datasets.engine.query import Page
from datasets.engine.types import Column
from datasets.services.exports import export_format
from datasets.services.files import scratch_folder
from mllab.engine.members import Members, members_file, members_page, members_write
from mllab.engine.selection import Selection
from mllab.models import Prototype
from mllab.services.files import GONE, json_read, lab_work_folder, path_of
from mllab.services.naming import prototype_name
from mllab.services.results import NOT_TRAINED, TABLE
from mllab.services.segments import segment_get, segment_list
from projects.services.audit import audit_record
from segplatform.kernel.errors import Conflict, NotFound


def customers_page(
    *,
    prototype: Prototype,
    limit: int,
    offset: int = 0,
    sort: str | None = None,
    segment: int | None = None,
    selection: Selection | None = None,
    cut: int | None = None,
) -> Page:
    """Return some customers: segment, its name and the confidence, then the table's columns.

    ``segment`` keeps those of one label (−1 is noise), ``selection`` says more. ``Conflict``
    until it is trained; ``NotFound`` where there is no such segment or the files are gone;
    ``UserError`` for a column that is not there.
    """
    chosen = selection_of(prototype=prototype, selection=selection, segment=segment)
    return members_page(
        members_of(prototype=prototype), limit=limit, offset=offset, sort=sort, selection=chosen,
        cut=cut,
    )  # fmt: skip


def customers_export(
    *,
    prototype: Prototype,
    key: str,
    segment: int | None = None,
    selection: Selection | None = None,
    bom: bool = False,
) -> Iterator[bytes]:
    """Return all customers (of one segment) in blocks of bytes, in the order of the table.

    The table's columns, then ``segment``, ``segment_name`` and ``segment_confidence``. ``key`` is
    a format of ``datasets.engine.export``; ``bom`` marks a CSV as UTF-8 for Excel. The first block
    is made now, so that errors come now. Raises as ``customers_page``, and ``UserError`` for what
    the format cannot hold.
    """
    export_format(key=key)
    chosen = selection_of(prototype=prototype, selection=selection, segment=segment)
    blocks = _blocks(members_of(prototype=prototype), key, chosen, bom)
    first = next(blocks)
    audit_record(
        action="prototype.download", thing=prototype, project=prototype.experiment.use_case.project,
        number=prototype.number, format=key, segment=chosen.segment,
    )  # fmt: skip
    return chain([first], blocks)


def customers_file_name(*, prototype: Prototype, segment: int | None = None) -> str:
    """Name a download after the prototype and its segment, without an ending."""
    name = f"{prototype_name(prototype=prototype)} (prototype {prototype.number})"
    if segment is None:
        return name
    return f"{segment_get(prototype=prototype, label=segment).name[:40]}, {name}"


def _blocks(members: Members, key: str, chosen: Selection, bom: bool) -> Iterator[bytes]:
    with lab_work_folder(name=f"customers-{uuid4()}") as folder:
        made = members_write(members, folder, chosen)
        columns = [*members.columns, *members.ours]
        yield from export([made], columns, key, folder=scratch_folder(), bom=bom)


def selection_of(
    *, prototype: Prototype, selection: Selection | None = None, segment: int | None = None
) -> Selection:
    """Return a selection of a trained prototype's customers, its segment checked."""
    if prototype.finished is None:
        raise Conflict(NOT_TRAINED)
    found = selection or Selection(segment=segment)
    if found.segment is not None:
        segment_get(prototype=prototype, label=found.segment)
    return found


def members_of(*, prototype: Prototype) -> Members:
    """Return where the rows of a prototype are; ``NotFound`` where they are gone."""
    experiment, folder = prototype.experiment, path_of(folder=prototype.folder)
    table = path_of(folder=experiment.folder) / TABLE
    if not table.is_file() or not folder.is_dir():
        raise NotFound(GONE)
    types = json_read(folder=experiment.folder, name="preprocessing.json")["types"]
    names = {each.label: each.name for each in segment_list(prototype=prototype)}
    columns = [Column(name, kind) for name, kind in types.items()]
    return Members(table, members_file(table, folder), columns, names)

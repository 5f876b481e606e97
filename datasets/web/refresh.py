"""What the preview of a file says that is for a dataset which has rows already."""

from collections.abc import Mapping
from typing import Any

from datasets.engine.import_columns import columns_known
from datasets.engine.schema_check import CHOICES, Difference, Mode
from datasets.engine.schema_same import same_settled
from datasets.models import Dataset, DatasetImport, DatasetVersion, Upload
from datasets.services.refresh import (
    refresh_again,
    refresh_found,
    refresh_last,
    refresh_record,
)
from datasets.services.refresh_connection import refresh_connection, refresh_connection_stopped
from datasets.services.refresh_decided import Decided, decided_options
from datasets.services.refresh_newer import newer_list
from datasets.services.refresh_read import mode_of
from datasets.services.refresh_readers import refresh_readers
from datasets.services.rows import version_current
from datasets.web.refresh_readers import Group, readers_grouped
from projects.models import Project
from segplatform.kernel.errors import UserError

WORDS = {
    "append": {"title": "Add rows to", "action": "Add rows", "icon": "between-horizontal-end"},
    "refresh": {"title": "Replace the rows of", "action": "Replace rows", "icon": "refresh-cw"},
}
IS = "is:"
SAME = "It is the new column “{name}”"


def refresh_context(
    upload: Upload,
    preview: Mapping[str, Any] | None,
    chosen: Mapping[str, Any],
    data: Mapping[str, str],
) -> dict[str, Any]:
    """Give ``refresh``: for which dataset the file is, what will happen and what differs.

    None for a file that becomes a dataset of its own. ``chosen`` are the options, ``data`` is
    what was sent.
    """
    record = refresh_record(upload=upload)
    if record is None:
        return {"refresh": None}
    dataset, version = record.dataset, version_current(dataset=record.dataset)
    found = [
        each.data(mode_of(record), record.source_name) for each in _found(record, preview, chosen)
    ]
    decided = decided_from(data, chosen)
    again = refresh_again(dataset=dataset, upload=upload) if mode_of(record) == "append" else ""
    same = _same(record, preview, chosen, decided if data else None)
    asked = [_item(each, decided) for each in found]
    return {
        "refresh": {
            **WORDS[mode_of(record)],
            "dataset": dataset,
            "will": will_happen(record, version),
            **refresh_items(asked, same, version, record),
            "readers": _readers(dataset, found),
            "again": again,
            "again_chosen": decided.again,
            "error": "" if found or record.job is None else record.job.error,
        }
    }


def connection_context(dataset: Dataset, mode: Mode, data: Mapping[str, str]) -> dict[str, Any]:
    """Give what the page says that reads a dataset's connection again: what was found last time.

    ``last`` is None for a dataset that came from a file.
    """
    last = refresh_connection(dataset=dataset)
    if last is None:
        return {"last": None, "refresh": None, "newer": []}
    stopped = refresh_connection_stopped(dataset=dataset, mode=mode)
    record, decided = stopped or last, decided_from(data)
    found = stopped.schema["found"] if stopped else []
    given = decided.same if data else record.schema.get("same", {})
    same = given if data else same_settled(record.options, given)
    asked = [_item(each, decided) for each in found]
    version = version_current(dataset=dataset)
    words = {**WORDS[mode], "dataset": dataset, **refresh_items(asked, same, version, record)}
    words["will"] = will_happen(stopped, version) if stopped else ""
    words["readers"] = _readers(dataset, found)
    return {
        "last": last,
        "refresh": words if stopped or words["asked"] else None,
        "newer": newer_list(dataset=dataset, last=last) if mode == "append" else [],
        "newer_chosen": decided.newer if data else record.schema.get("newer", {}).get("column"),
    }


def refresh_chosen(
    upload: Upload, chosen: dict[str, Any], data: Mapping[str, str]
) -> dict[str, Any]:
    """Return the options with what the comparison says of columns that have another name now.

    Where that cannot be, starting says why.
    """
    record = refresh_record(upload=upload) if data else None
    if record is None:
        return chosen
    decided = decided_from(data, chosen)
    try:
        return decided_options(dataset=record.dataset, options=chosen, decided=decided)
    except UserError:
        return chosen


def _found(
    record: DatasetImport, preview: Mapping[str, Any] | None, chosen: Mapping[str, Any]
) -> list[Difference]:
    """Compare; nothing where a new name of a column is wrong, which is said at that column."""
    if preview is None:
        return []
    try:
        return refresh_found(record=record, preview=preview, options=chosen)
    except UserError:
        return []


def decided_from(data: Mapping[str, str], options: Mapping[str, Any] | None = None) -> Decided:
    """Read what a person decided in the sent form.

    Where there is a preview, its ``options`` hold the names of the columns: what was settled
    before and got another name there is not settled any more.
    """
    accept: dict[str, str] = {}
    same: dict[str, str] = {}
    for key, value in data.items():
        number = key.removeprefix("accept-")
        if number == key or (column := data.get(f"differs-{number}")) is None:
            continue
        before, name = data.get(f"settled-{number}", ""), value.removeprefix(IS)
        if name == value:
            accept |= {column: value} if value else {}
            same |= {column: ""} if before else {}
        elif options is None or name != before or same_settled(options, {column: name}):
            same[column] = name
    return Decided(accept, bool(data.get("again")), same, data.get("newer", ""))


def will_happen(record: DatasetImport, version: DatasetVersion) -> str:
    """Say in words what importing will do."""
    name, number = record.source_name, version.number + 1
    have = f"{version.rows:,} {'row' if version.rows == 1 else 'rows'}"
    if mode_of(record) == "append":
        stay = "stays" if version.rows == 1 else "stay"
        return f"{have} {stay}; those of {name} are added behind them, as version {number}."
    keeps = record.dataset.project.persistency == Project.Persistency.KEEP_LATEST
    old = "is deleted then" if keeps else "can be restored in History"
    return (
        f"The rows of {name} take the place of the {have} that are there, as version {number}. "
        f"Version {version.number} {old}."
    )


def refresh_items(
    asked: list[dict[str, Any]], same: Mapping[str, str], version: DatasetVersion,
    record: DatasetImport,
) -> dict[str, Any]:  # fmt: skip
    """Give ``asked``, what there is to choose, and ``told``, what is not.

    ``open`` says whether something is still to do, ``renames`` whether a new column may be another
    one. They come in the order of the dataset's columns; what ``same`` settled can be changed.
    """
    places = {column["name"]: place for place, column in enumerate(version.columns)}
    settled = [_settled(column, name, record) for column, name in same.items() if name]
    found = sorted(settled + asked, key=lambda each: places.get(each["column"], len(places)))
    shown = [each for each in found if each["choices"]]
    for place, each in enumerate(shown):
        each["place"] = place
    return {
        "asked": shown,
        "told": [each for each in found if not each["choices"]],
        "open": any(not each["chosen"] for each in shown),
        "renames": any(each["renames"] for each in shown),
    }


def _item(found: Mapping[str, Any], decided: Decided) -> dict[str, Any]:
    """Give a difference as it is asked about, with what was chosen so far."""
    column, candidates = found["column"], found.get("candidates", ())
    named = {f"{IS}{name}": SAME.format(name=name) for name in candidates}
    same = decided.same.get(column, "")
    return {
        "column": column,
        "sentence": found["sentence"],
        "choices": {**found["choices"], **named},
        "chosen": f"{IS}{same}" if same else decided.accept.get(column, ""),
        "renames": bool(named),
        "new": found["kind"] == "new",
    }


def _settled(column: str, name: str, record: DatasetImport) -> dict[str, Any]:
    """Give a column that is in the file under another name, and what else it could be."""
    choices = {f"{IS}{name}": SAME.format(name=name), **CHOICES[mode_of(record), "missing"]}
    return {
        "column": column,
        "sentence": f"“{column}” is called “{name}” in {record.source_name}.",
        "choices": choices,
        "chosen": f"{IS}{name}",
        "settled": name,
        "renames": True,
    }


def _same(
    record: DatasetImport, preview: Mapping[str, Any] | None, chosen: Mapping[str, Any],
    decided: Decided | None,
) -> dict[str, str]:  # fmt: skip
    """Say which columns of the file are read as which of the dataset because somebody said so."""
    if preview is None:
        return {}
    known = columns_known(chosen, (column["name"] for column in preview["columns"]))
    if decided is None:
        before = record if record.job else refresh_last(dataset=record.dataset)
        return same_settled(known, before.schema.get("same", {}) if before else {})
    renamed = {to: name for name, to in known.get("renamed", {}).items()}
    return {column: renamed[column] for column, name in decided.same.items()
            if name and column in renamed}  # fmt: skip


def _readers(dataset: Dataset, found: list[dict[str, Any]]) -> list[Group]:
    """List what would not work with the columns that were found."""
    changed = {each["column"]: each for each in found if each["kind"] != "new"}
    if not changed:
        return []
    columns = []
    for column in version_current(dataset=dataset).columns:
        each = changed.get(column["name"])
        if each is None:
            columns.append(column)
        elif each["kind"] == "type":
            kind = each["now"] if each["now"] != each["was"] else "text"
            columns.append({**column, "type": kind})
    return readers_grouped(dataset.project, refresh_readers(dataset=dataset, columns=columns))

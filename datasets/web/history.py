"""What the tab History shows: every version, what made it, and how it differs from the last."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from datasets.models import Dataset, DatasetVersion, RecipeRun
from datasets.services.datasets import version_list
from projects.models import Job, Project

PAGE = 50
NAMED = 5  # columns that a change names before it only counts them


@dataclass
class VersionRow:
    """One version as the page shows it; ``rows_change`` and the columns are against the older."""

    version: DatasetVersion
    is_current: bool
    made: str
    made_url: str = ""
    job: Job | None = None
    rows_change: str = ""
    added: str = ""
    removed: str = ""

    @property
    def imported(self) -> bool:
        """Say whether there is an import report of it."""
        return "recipe" not in self.version.origin and "rows_in_file" in self.version.report


def history_context(project: Project, found: Dataset, page: int) -> dict[str, Any]:
    """Give the versions of a page (from 1), newest first, and the ways on."""
    versions = version_list(dataset=found)
    count, first = versions.count(), (page - 1) * PAGE
    part = list(versions[first : first + PAGE + 1])  # one more: the last is compared with it
    shown = part[:PAGE]
    runs = RecipeRun.objects.filter(version__in=shown).select_related("job")
    jobs = {run.version_id: run.job for run in runs}
    on_demand = project.persistency == Project.Persistency.ON_DEMAND
    made = hasattr(found, "recipe")  # imports are always kept
    older = [*part[1:], *[None] * (len(shown) - len(part) + 1)]
    return {
        "history": [
            _row(found, version, before, jobs.get(version.pk))
            for version, before in zip(shown, older, strict=False)
        ],
        "next_number": (versions[0].number + 1) if count else 1,
        "keeps_latest": project.persistency == Project.Persistency.KEEP_LATEST
        or (on_demand and made),
        "on_demand": on_demand and made,
        "first": first + 1 if shown else 0,
        "last": first + len(shown),
        "count": count,
        "previous_url": f"?page={page - 1}" if page > 1 else "",
        "next_url": f"?page={page + 1}" if first + PAGE < count else "",
    }


def _row(
    found: Dataset, version: DatasetVersion, before: DatasetVersion | None, job: Job | None
) -> VersionRow:
    row = VersionRow(version, version.pk == found.current_id, *_made(found, version), job=job)
    if before is not None:
        now, then = _names(version), _names(before)
        row.rows_change = _change(version.rows - before.rows)
        row.added = _told([name for name in now if name not in then])
        row.removed = _told([name for name in then if name not in now])
    return row


def _made(found: Dataset, version: DatasetVersion) -> tuple[str, str]:
    """Say what made a version, and where that is."""
    origin = version.origin
    if number := origin.get("restored"):
        return f"Restored from version {number}", ""
    if "recipe" in origin:
        recipe = getattr(found, "recipe", None)
        if recipe is None:
            return "A recipe that is deleted", ""
        words = f"Recipe {recipe.name}"
        return words, reverse("recipe", args=[found.project_id, recipe.pk])
    if "selection" in origin:
        return f"Customers selected in {origin.get('source')}", ""
    if source := origin.get("source"):
        return _imported(source, origin), ""
    return "Import", ""


def _imported(source: str, origin: dict[str, Any]) -> str:
    """Say what an import did with the rows that were there."""
    rows = origin.get("added", 0)
    many = f"{rows:,} {'row' if rows == 1 else 'rows'}"
    newer = f", those with {origin['newer']}" if "newer" in origin else ""
    said = {
        "append": f"Added {many} from {source}{newer}",
        "refresh": f"Replaced by {many} of {source}",
    }
    return said.get(origin.get("mode", ""), f"Import of {source}")


def _change(rows: int) -> str:
    """Write a difference of rows; nothing is said of none."""
    if not rows:
        return "same number of rows"
    return f"{'+' if rows > 0 else '−'}{abs(rows):,}"


def _names(version: DatasetVersion) -> list[str]:
    return [column["name"] for column in version.columns]


def _told(names: list[str]) -> str:
    if len(names) > NAMED:
        return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"
    return ", ".join(names)

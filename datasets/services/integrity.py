"""What must be true of rows and files at every moment, looked at from outside.

Whoever deletes, kills or unplugs what, afterwards: nothing runs without a live lease; the files of
every version are there with the bytes and rows that were written; nothing lies around that no row
names once it is old enough to be collected.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from datasets.engine.store import damage
from datasets.models import DatasetVersion, Upload
from datasets.services.files import GRACE_SECONDS
from projects.hooks import Fault
from projects.models import Job

# A lease that ran out is seen by the next reconciler, at most half a lease later.
SEEN_AFTER = 2.0


def integrity_faults(*, deep: bool = True, grace: float = GRACE_SECONDS) -> list[Fault]:
    """List what is not as it must be; nothing on a healthy installation.

    ``deep`` also hashes every byte of every version. Files that nothing names count once they are
    older than ``grace`` seconds: younger ones may be on their way to a version.
    """
    return [*jobs_faults(), *versions_faults(deep=deep), *leftovers(grace=grace)]


def jobs_faults() -> Iterator[Fault]:
    """Find jobs that count as running although nobody works on them."""
    patience = timedelta(seconds=SEEN_AFTER * settings.JOB_LEASE_SECONDS)
    running = Job.objects.filter(state=Job.State.RUNNING)
    for job in running.filter(lease_until__lt=Now() - patience):
        yield Fault(f"job {job.pk}", "counts as running, but its process is gone")
    parts = Job.objects.filter(parent=OuterRef("pk"), state__in=Job.ACTIVE)
    groups = running.filter(~Exists(parts), lease_until=None, created__lt=Now() - patience)
    for job in groups:
        yield Fault(f"job {job.pk}", "counts as running, but none of its parts does")


def versions_faults(*, deep: bool = True) -> Iterator[Fault]:
    """Find versions whose files are not as they were written; released ones have none."""
    versions = DatasetVersion._base_manager.filter(released=None).order_by("pk")
    root = Path(settings.DATA_DIR)
    for version in versions.iterator(chunk_size=500):
        for info in version.files:
            wrong = damage(root / version.folder / info["name"], info, deep=deep)
            # Replaced and pruned while we looked: then it is no version any more.
            if wrong and versions.filter(pk=version.pk, folder=version.folder).exists():
                yield Fault(f"file {version.folder}/{info['name']}", wrong)
        if version.files and sum(info["rows"] for info in version.files) != version.rows:
            yield Fault(f"version {version.pk}", "has other rows than its files")


def leftovers(*, grace: float = GRACE_SECONDS) -> Iterator[Fault]:
    """Find folders of versions and files of uploads that no row names."""
    root, old = Path(settings.DATA_DIR), time.time() - grace
    found = [path for path in root.glob("projects/*/datasets/*/*") if _is_older(path, old)]
    named = set(DatasetVersion._base_manager.values_list("folder", flat=True))
    for path in found:
        if str(path.relative_to(root)) not in named:
            yield Fault(f"folder {path.relative_to(root)}", "belongs to no version")
    day = old - (settings.UPLOAD_EXPIRES_HOURS * 3600 if grace else 0)
    sent = [path for path in root.glob("uploads/*") if _is_older(path, day)]
    known = {str(pk) for pk in Upload._base_manager.values_list("pk", flat=True)}
    for path in sent:
        if path.name not in known:
            yield Fault(f"file uploads/{path.name}", "belongs to no upload")


def _is_older(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime < moment
    except OSError:
        return False  # collected while we looked

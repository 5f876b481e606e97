"""How the last try to bring new rows into a dataset ended, where it made no version."""

from datasets.models import Dataset, DatasetImport
from projects.models import Job


def refresh_stopped(*, dataset: Dataset, job: Job | None) -> DatasetImport | None:
    """Return the import of new rows that ``job``, the dataset's latest, did not bring to its end.

    The rows that were there before are the current ones still.
    """
    version = dataset.current
    if job is None or version is None or job.is_active or job.created < version.created:
        return None
    if job.state == Job.State.SUCCEEDED:
        return None
    return dataset.imports.filter(job=job).select_related("upload", "job").first()


def refresh_nothing(*, dataset: Dataset, job: Job | None) -> str:
    """Say that the dataset's latest job looked for newer rows and found none; "" otherwise."""
    if job is None or job.state != Job.State.SUCCEEDED:
        return ""
    version = dataset.current
    since = version is None or job.created < version.created
    return "" if since else str((job.result or {}).get("nothing", ""))

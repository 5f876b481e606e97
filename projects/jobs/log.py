"""Log lines of a job: in the queue server while it runs, in a file at the end."""

import re
from pathlib import Path
from uuid import UUID

from django.conf import settings
from rq.utils import as_text

from projects.jobs.connection import QUEUE_ERRORS, client, log_key

MAX_LINES = 10_000
MAX_BYTES = 2**20
KEEP_SECONDS = 24 * 3600  # in the queue server, should nobody come to write the file
TRUNCATED = "… the rest of the log was left out"

# C0 and C1 controls but the tab, line separators, text direction overrides, lone surrogates:
# a value of somebody's file must not be able to forge a line, or hide one.
_UNSAFE = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def escape(line: str) -> str:
    r"""Return the line with what could forge or hide lines written out, as ``\n``."""
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape").decode(), line)


def log_path(job_id: UUID) -> Path:
    """Name the file with the log of an ended job."""
    return Path(settings.DATA_DIR) / "jobs" / f"{job_id}.log"


class JobLog:
    """Takes the lines of one attempt, at most ``MAX_LINES`` of together ``MAX_BYTES``."""

    def __init__(self, job_id: UUID) -> None:
        self.job_id = job_id
        self._lines: list[str] = []
        self._bytes = 0
        self._full = False

    def add(self, line: str) -> None:
        """Keep one line, escaped; beyond the limits one last line says so."""
        if self._full:
            return
        line = escape(line)
        size = len(line.encode()) + 1
        if len(self._lines) + 1 >= MAX_LINES or self._bytes + size > MAX_BYTES:
            line, self._full = TRUNCATED, True
        self._bytes += size
        self._lines.append(line)
        self._show(line)

    def _show(self, line: str) -> None:
        key = log_key(self.job_id)
        try:
            pipeline = client().pipeline(transaction=False)
            pipeline.rpush(key, line)
            pipeline.expire(key, KEEP_SECONDS)
            pipeline.execute()
        except QUEUE_ERRORS:
            return  # the line is still in memory for the file

    def close(self) -> None:
        """Write the file."""
        flush(self.job_id, self._lines)


def flush(job_id: UUID, lines: list[str] | None = None) -> None:
    """Write the log of an ended job to its file.

    The queue server also has the lines of attempts whose worker was killed; ``lines``, those
    of the attempt that just ended, are whole even where the queue server was away.
    """
    if lines := max(_live(job_id), lines or [], key=len):
        path = log_path(job_id)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_text("\n".join(lines) + "\n", encoding="utf-8")
        unfinished.replace(path)  # a reader finds all of it or nothing
    _forget(job_id)


def read(job_id: UUID) -> list[str]:
    """Return the lines so far; of an ended job, all lines."""
    # They move to the file and only then out of the queue server, maybe between these looks.
    return _stored(job_id) or _live(job_id) or _stored(job_id)


def delete(job_id: UUID) -> None:
    """Remove the log of a job that is no more."""
    log_path(job_id).unlink(missing_ok=True)
    _forget(job_id)


def _stored(job_id: UUID) -> list[str]:
    try:
        return log_path(job_id).read_text(encoding="utf-8").split("\n")[:-1]
    except FileNotFoundError:
        return []


def _live(job_id: UUID) -> list[str]:
    try:
        return [as_text(line) for line in client().lrange(log_key(job_id), 0, -1)]
    except QUEUE_ERRORS:
        return []


def _forget(job_id: UUID) -> None:
    try:
        client().delete(log_key(job_id))
    except QUEUE_ERRORS:
        return  # it expires by itself

"""Limits that the operator sets (docs/settings.md); 0 is none. Each says itself and what to do."""

from threading import Lock
from time import monotonic

from django.conf import settings

from projects.models import Job, Membership, Role, User
from segplatform.kernel.actor import current_actor
from segplatform.kernel.errors import Conflict, TooMany

MINUTE = 60
JOBS_RETRY_SECONDS = 30


class LimitReached(Conflict):
    """Something that must go before more can come."""

    code = "limit"


def projects_limit(*, user: User) -> None:
    """Refuse another project for who owns as many as one person may; raises ``LimitReached``."""
    most = settings.MAX_PROJECTS
    owned = Membership.objects.filter(user=user, role=Role.OWNER)
    if most and owned.count() >= most:
        raise LimitReached(
            f"You own as many projects as this server allows a person: {most:,}. Delete one that "
            "you do not need, or ask the operator for more."
        )


def jobs_limit(*, job: Job) -> None:
    """Refuse another job for who has as many waiting or running as one person may.

    Parts of a group, previews and what a job itself starts do not count. Raises ``TooMany``.
    """
    most = settings.MAX_ACTIVE_JOBS
    if not most or job.parent_id or job.hidden or current_actor().via == "job":
        return
    active = Job.objects.filter(
        created_by=job.created_by, state__in=Job.ACTIVE, parent=None, hidden=False
    )
    if active.count() >= most:
        raise TooMany(
            f"As many of your jobs wait or run as this server allows a person: {most:,}. Wait "
            "until one is done, or cancel one.",
            JOBS_RETRY_SECONDS,
        )


class RequestCounter:
    """Counts the requests of each person in the present minute, in this process."""

    def __init__(self) -> None:
        self._lock, self._minute = Lock(), 0
        self._counts: dict[int, int] = {}

    def count(self, user_id: int) -> None:
        """Count one request; raises ``TooMany`` over the limit, with the seconds that are left."""
        minute, second = divmod(int(monotonic()), MINUTE)
        with self._lock:
            if minute != self._minute:
                self._minute, self._counts = minute, {}
            made = self._counts[user_id] = self._counts.get(user_id, 0) + 1
        most = settings.API_PER_MINUTE
        if most and made > most:
            wait = MINUTE - second
            raise TooMany(
                f"You sent more than {most:,} requests in a minute, the most that this server "
                f"takes from a person. Try again in {wait} seconds.",
                wait,
            )


API_REQUESTS = RequestCounter()

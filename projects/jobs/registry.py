"""Which function a job's name stands for; every app's ``tasks`` module registers its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.module_loading import autodiscover_modules

if TYPE_CHECKING:
    from projects.jobs.context import JobContext

JobFunction = Callable[["JobContext"], dict[str, Any] | None]


@dataclass(frozen=True)
class JobKind:
    """A registered job: what to call, and how."""

    name: str
    run: JobFunction
    title: str
    queue: str
    idempotent: bool
    role: str | None


_kinds: dict[str, JobKind] = {}


def job(
    name: str,
    *,
    title: str,
    queue: str = "default",
    idempotent: bool = False,
    role: str | None = None,
) -> Callable[[JobFunction], JobFunction]:
    """Register the function of a job; what it returns becomes ``job.result``.

    ``idempotent`` ones are started once more, by themselves, when their worker was lost. Who
    starts it must have ``role`` still when it begins: viewers for hidden jobs, else editors,
    unless the job says otherwise.
    """

    def register(run: JobFunction) -> JobFunction:
        if name in _kinds and _kinds[name].run is not run:
            raise ValueError(f"the job name {name!r} is taken twice")
        _kinds[name] = JobKind(name, run, title, queue, idempotent, role)
        return run

    return register


def discover() -> None:
    """Import the ``tasks`` module of every installed app."""
    autodiscover_modules("tasks")


def get(name: str) -> JobKind:
    """Return the registered job of this name; ``KeyError`` where there is none."""
    if name not in _kinds:
        discover()
    return _kinds[name]


def names() -> list[str]:
    """Return every registered name, sorted."""
    discover()
    return sorted(_kinds)

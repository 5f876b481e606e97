"""Whether people's programs can run here: workers try the sandbox, the web knows what they found.

Each worker also asks its own sandbox before every run (``datasets.engine.cage.client``), so that
a stored word that is too good opens nothing.
"""

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from django.conf import settings
from django.core.cache import caches
from django.utils import timezone

from projects.services.audit import audit_record
from segplatform.kernel.errors import Conflict

if TYPE_CHECKING:
    from datasets.engine.cage.client import Cage, Limits

logger = logging.getLogger(__name__)

KEY = "sandbox"
FILES_WITHOUT = "Files are read without it too, in a process with limits of memory and time."
State = Literal["ok", "unsafe", "unavailable", "unknown"]
UNSAFE = (
    "Python recipes run without a sandbox here (SEGPLATFORM_UNSAFE_NO_SANDBOX): whoever may edit "
    "a project can read and change everything that this server can."
)
UNKNOWN = "No worker has said yet whether this machine has a sandbox for Python recipes."
NONE = (
    "Python recipes are off: this machine offers no sandbox ({why}). Ask the operator: see "
    "docs/sandbox.md."
)


@dataclass(frozen=True)
class SandboxStatus:
    """What the workers found.

    "ok"; "unsafe": the operator lets programs run without it; "unavailable": programs are
    refused; "unknown": no worker has tried yet. ``reason`` says it in a sentence ("" for "ok").
    """

    state: State
    reason: str = ""
    landlock_abi: int = 0
    namespaces: str = ""
    checked: datetime | None = None

    @property
    def allows(self) -> bool:
        """Whether a program may be started; where nobody knows, its worker says."""
        return self.state != "unavailable"


def sandbox_status() -> SandboxStatus:
    """Return what the workers found last; the operator's opt-out wins."""
    if settings.UNSAFE_NO_SANDBOX:
        return SandboxStatus("unsafe", UNSAFE)
    found = caches["state"].get(KEY)
    if not isinstance(found, dict):
        return SandboxStatus("unknown", UNKNOWN)
    return SandboxStatus(**found)


def sandbox_require() -> None:
    """Raise ``Conflict`` with the reason where programs are refused."""
    status = sandbox_status()
    if not status.allows:
        raise Conflict(status.reason)


def sandbox_boot() -> None:
    """Start the sandbox's keeper, which boots in the background; what fails the test will say."""
    if settings.SANDBOX_AT_START:
        with suppress(Conflict):
            sandbox_cage()


def sandbox_test() -> SandboxStatus:
    """Try to break out of the sandbox and store what came of it, for the web and ``/health``."""
    if settings.UNSAFE_NO_SANDBOX:
        logger.warning("%s", UNSAFE)
        return sandbox_status()
    status = _tried()
    stored = {name: getattr(status, name) for name in SandboxStatus.__dataclass_fields__}
    caches["state"].set(KEY, stored, timeout=None)
    if not status.allows:
        logger.warning("%s", status.reason)
    return status


def sandbox_start_test() -> None:
    """Test it when a worker starts; that the operator switched it off is on record."""
    if settings.UNSAFE_NO_SANDBOX:
        audit_record(action="sandbox.off")
    if settings.SANDBOX_AT_START:
        sandbox_test()


def sandbox_check() -> tuple[str, str]:
    """Test it here and now; give the state of a finding and what there is to say."""
    status = sandbox_test()
    if status.state != "ok":
        return "note", f"{status.reason} {FILES_WITHOUT}"
    spaces = "allowed" if status.namespaces == "ok" else "denied (not needed)"
    return "ok", f"holds (Landlock {status.landlock_abi}, user namespaces {spaces})"


def sandbox_word() -> str:
    """Say it in the word of ``GET /health``."""
    state = sandbox_status().state
    return state if state in ("ok", "unsafe") else "unavailable"


def sandbox_cage() -> "Cage":
    """Return this process's sandbox, its parent's where there is one.

    Raises ``Conflict`` on a system that lacks what it is made of.
    """
    from datasets.engine.cage.client import Setup, the_cage

    try:
        return the_cage(Setup(walls=not settings.UNSAFE_NO_SANDBOX))
    except (OSError, AttributeError) as error:  # pidfds, as everything here, are Linux's
        raise Conflict(NONE.format(why=str(error))) from error


def file_cage() -> "Cage | None":
    """Return the sandbox that files are read in; None where there is none: see ``reading``.

    The operator's opt-out leaves the walls out, and the limits in.
    """
    from datasets.engine.cage.errors import CageError

    if not settings.SANDBOX_AT_START:
        return None
    try:
        cage = sandbox_cage()
        return cage if settings.UNSAFE_NO_SANDBOX or cage.status().ok else None
    except (Conflict, CageError):
        return None


def file_limits(*, seconds: float) -> "Limits":
    """Return how far the reading of one file may go."""
    from datasets.engine.cage.client import Limits

    return Limits(
        seconds=seconds,
        memory_bytes=settings.FILE_MEMORY_BYTES,
        disk_bytes=settings.FILE_DISK_BYTES,
    )


def code_limits(*, seconds: float) -> "Limits":
    """Return how far one program may go."""
    from datasets.engine.cage.client import Limits

    return Limits(
        seconds=seconds,
        memory_bytes=settings.RECIPE_MEMORY_BYTES,
        disk_bytes=settings.RECIPE_DISK_BYTES,
    )


def _tried() -> SandboxStatus:
    from datasets.engine.cage.errors import CageError

    try:
        found = sandbox_cage().status()
    except (CageError, Conflict) as error:
        reason = str(error) if isinstance(error, Conflict) else NONE.format(why=str(error))
        return SandboxStatus("unavailable", reason, checked=timezone.now())
    state: State = "ok" if found.ok else "unavailable"
    return SandboxStatus(state, found.reason, found.landlock_abi, found.namespaces, timezone.now())

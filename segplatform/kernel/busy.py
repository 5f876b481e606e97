"""Which errors say that the database was busy: they pass by themselves, and a retry is right."""

from segplatform.kernel.errors import causes

_NAMES = ("SQLITE_BUSY", "SQLITE_LOCKED")  # and their extended ones
# PostgreSQL: serialization failure, deadlock, lock not available (its manual, appendix A).
_STATES = ("40001", "40P01", "55P03")


def is_busy(error: BaseException) -> bool:
    """Say whether another writer was in the way, however the error is wrapped."""
    return any(_says_busy(each) for each in causes(error))


def _says_busy(error: BaseException) -> bool:
    if getattr(error, "sqlite_errorname", "").startswith(_NAMES):
        return True
    return getattr(error, "sqlstate", None) in _STATES

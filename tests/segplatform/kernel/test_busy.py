"""Which errors pass by themselves, and which say that a disk is full."""

import errno
import sqlite3

import pytest
from django.db import DataError, OperationalError
from psycopg import errors

from segplatform.kernel.busy import is_busy
from segplatform.kernel.disk import is_disk_full


def wrapped(inner: BaseException) -> BaseException:
    """Give an error as Django raises it over that of a driver."""
    try:
        raise OperationalError(str(inner)) from inner
    except OperationalError as error:
        return error


def sqlite(words: str, name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(words)
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("error", "busy", "full"),
    [
        (sqlite("database is locked", "SQLITE_BUSY"), True, False),
        (sqlite("database table is locked", "SQLITE_LOCKED"), True, False),
        (errors.DeadlockDetected("deadlock detected"), True, False),
        (errors.SerializationFailure("could not serialize"), True, False),
        (errors.LockNotAvailable("lock timeout"), True, False),
        (errors.UndefinedTable('relation "locked" does not exist'), False, False),
        (sqlite("no such table: locked", "SQLITE_ERROR"), False, False),
        (sqlite("database or disk is full", "SQLITE_FULL"), False, True),
        (sqlite("disk I/O error", "SQLITE_IOERR_SHMSIZE"), False, True),
        (sqlite("disk I/O error", "SQLITE_IOERR_READ"), False, False),
        (errors.DiskFull("could not extend file: No space left on device"), False, True),
        (OSError(errno.ENOSPC, "No space left on device"), False, True),
        (OSError(errno.EACCES, "Permission denied"), False, False),
        (DataError("value too long"), False, False),
    ],
    ids=lambda value: str(value) if isinstance(value, Exception) else "",
)
def test_it_is_told_by_what_the_driver_said(error: BaseException, busy: bool, full: bool) -> None:
    for each in (error, wrapped(error)):
        assert (is_busy(each), is_disk_full(each)) == (busy, full)

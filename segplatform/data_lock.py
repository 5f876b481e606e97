"""One ``segplatform up`` for each data directory."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class DataDirectoryTakenError(RuntimeError):
    """Another ``segplatform up`` runs on the data directory; the message says which."""


@contextmanager
def data_lock(folder: Path, address: str) -> Iterator[None]:
    """Hold the data directory while the block runs, or raise ``DataDirectoryTakenError``.

    The lock belongs to the process: the kernel frees it however the process ends.
    """
    handle = os.open(folder / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 200).decode(errors="replace").strip() or "unknown process"
            raise DataDirectoryTakenError(
                f"Segplatform already runs on {folder} ({holder}): open that address, "
                "or stop it, or choose another SEGPLATFORM_DATA_DIR."
            ) from None
        os.truncate(handle, 0)
        os.write(handle, f"process {os.getpid()}, {address}".encode())
        yield
    finally:
        os.close(handle)

"""Changing what is not the recipe's: files, their modes and times, other folders, packages."""

import os
from collections.abc import Callable
from pathlib import Path

from tests.datasets.cage.attacks.base import Target, attempt, call, first_success

AT_FDCWD = -100
MARK = b"changed by a recipe\n"


def by_effect(path: str, change: Callable[[], object]) -> str | None:
    """Make a change; it counts only where the file's mode, times or size really differ."""
    before = os.stat(path)
    change()
    after = os.stat(path)
    for field in ("st_mode", "st_mtime_ns", "st_size", "st_ctime_ns"):
        if getattr(before, field) != getattr(after, field):
            return f"{field} of {path} changed"
    return None


@attempt()
def write_settings(target: Target) -> str | None:
    with open(target.settings, "ab") as file:
        file.write(MARK)
    return "the settings were written"


@attempt()
def write_another_upload(target: Target) -> str | None:
    fd = os.open(target.upload, os.O_WRONLY)
    os.write(fd, MARK)
    return "another upload was written"


@attempt()
def write_own_inputs(target: Target) -> str | None:
    with open(f"{target.inputs}/sales.parquet", "ab") as file:
        file.write(MARK)
    return "the run's own inputs were written"


@attempt()
def truncate_by_path(target: Target) -> str | None:
    call("truncate", target.settings.encode(), 1)
    return "the settings were cut to one byte"


@attempt()
def truncate_by_open(target: Target) -> str | None:
    os.open(target.upload, os.O_RDONLY | os.O_TRUNC)
    return "the upload was emptied by opening it for reading"


@attempt()
def truncate_by_creat(target: Target) -> str | None:
    call("creat", f"{target.app}/media/old.csv".encode(), 0o600)
    return "a file was emptied by the old call"


@attempt()
def make_a_setuid_program(target: Target) -> str | None:
    """Nothing need be made executable later: the mode can be asked for with the file."""
    path = f"{target.scratch}/setuid"
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o4755)
    os.write(fd, b"#!/bin/sh\n")
    found = os.fstat(fd)
    os.close(fd)
    return f"a program of user {found.st_uid} for everybody" if found.st_mode & 0o4000 else None


@attempt()
def chmod_settings(target: Target) -> str | None:
    return by_effect(target.settings, lambda: os.chmod(target.settings, 0o666))


@attempt()
def chmod_by_number(target: Target) -> str | None:
    path = target.upload.encode()
    return first_success(
        lambda: by_effect(target.upload, lambda: call("chmod", path, 0o666)),
        lambda: by_effect(target.upload, lambda: call("fchmodat", AT_FDCWD, path, 0o646)),
        lambda: by_effect(target.upload, lambda: call("fchmodat2", AT_FDCWD, path, 0o664, 0)),
    )


@attempt()
def utime_settings(target: Target) -> str | None:
    return by_effect(target.settings, lambda: os.utime(target.settings, (1, 1)))


@attempt()
def chown_settings(target: Target) -> str | None:
    owner = os.stat(target.settings)
    change = lambda: os.chown(target.settings, owner.st_uid, owner.st_gid)  # noqa: E731
    return by_effect(target.settings, change)


@attempt()
def set_an_attribute(target: Target) -> str | None:
    call("setxattr", target.database.encode(), b"user.x", b"1", 1, 0)
    return "an extended attribute was set"


@attempt()
def unlink_a_file(target: Target) -> str | None:
    os.unlink(f"{target.app}/media/old.csv")
    return "a file of the app is gone"


@attempt()
def rename_a_file(target: Target) -> str | None:
    os.rename(f"{target.app}/media/other.csv", f"{target.app}/media/renamed.csv")
    return "a file of the app was renamed"


@attempt()
def move_a_file_out(target: Target) -> str | None:
    os.rename(f"{target.app}/media/third.csv", f"{target.scratch}/third.csv")
    return "a file of the app was moved into the scratch folder"


@attempt()
def make_a_folder(target: Target) -> str | None:
    os.mkdir(f"{target.app}/planted")
    return "a folder was planted in the app"


@attempt()
def remove_a_folder(target: Target) -> str | None:
    os.rmdir(f"{target.app}/media/empty")
    return "an empty folder of the app is gone"


@attempt()
def write_in_tmp(target: Target) -> str | None:
    path = Path(target.outside) / "planted"
    path.write_bytes(MARK)
    return f"{path} was written"


@attempt()
def write_in_shared_memory(target: Target) -> str | None:
    path = Path(f"/dev/shm/segplatform-attack-{os.getpid()}")
    path.write_bytes(MARK)
    path.unlink()
    return "/dev/shm was written"


@attempt()
def plant_a_package(target: Target) -> str | None:
    path = Path(target.packages) / f"segplatform_attack_{os.getpid()}.nothing"
    path.write_bytes(b"")
    path.unlink()
    return "a file was planted beside the installed packages"


@attempt()
def make_a_fifo(target: Target) -> str | None:
    os.mkfifo(f"{target.scratch}/fifo")
    return "a named pipe, at which the app would wait for ever"


@attempt()
def make_a_device(target: Target) -> str | None:
    path = f"{target.scratch}/device".encode()
    call("mknodat", AT_FDCWD, path, 0o020600, os.makedev(1, 3))
    return "a device file"


@attempt()
def write_own_memory_file(target: Target) -> str | None:
    with open("/proc/self/mem", "r+b", buffering=0):
        return "/proc/self/mem is open for writing"


@attempt()
def take_the_disk_at_once(target: Target) -> str | None:
    fd = os.open(f"{target.scratch}/big", os.O_RDWR | os.O_CREAT)
    call("fallocate", fd, 0, 0, 1 << 16)
    return "space was taken without writing it, faster than the watch looks"

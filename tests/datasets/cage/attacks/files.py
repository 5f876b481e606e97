"""Reading what the recipe was not given: settings, tables, uploads, lists of files."""

import ctypes
import os
import sqlite3
from pathlib import Path

from tests.datasets.cage.attacks.base import (
    NotHereError,
    Target,
    attempt,
    by_libc,
    call,
    first_success,
)

AT_FDCWD = -100
O_PATH = 0o10000000


@attempt()
def read_passwd(target: Target) -> str | None:
    return f"{len(Path('/etc/passwd').read_text())} characters of /etc/passwd"


@attempt()
def read_settings(target: Target) -> str | None:
    return f"{len(Path(target.settings).read_bytes())} bytes of the settings"


@attempt()
def read_settings_by_openat2(target: Target) -> str | None:
    how = (ctypes.c_ulonglong * 3)(os.O_RDONLY, 0, 0)
    fd = call("openat2", AT_FDCWD, target.settings.encode(), how, 24)
    return f"{len(os.read(fd, 4096))} bytes by openat2"


@attempt()
def read_settings_by_o_path(target: Target) -> str | None:
    fd = os.open(target.settings, O_PATH)
    return f"{len(Path(f'/proc/self/fd/{fd}').read_bytes())} bytes by a path handle"


@attempt()
def read_settings_through_proc_root(target: Target) -> str | None:
    return f"{len(Path(f'/proc/self/root{target.settings}').read_bytes())} bytes"


@attempt()
def read_settings_through_victims_root(target: Target) -> str | None:
    path = Path(f"/proc/{target.victim}/root{target.settings}")
    return f"{len(path.read_bytes())} bytes"


@attempt()
def climb_out_of_the_scratch_folder(target: Target) -> str | None:
    here = os.open(target.scratch, O_PATH)
    away = os.path.relpath(target.settings, target.scratch)
    return f"{len(os.read(os.open(away, os.O_RDONLY, dir_fd=here), 4096))} bytes by way of .."


@attempt()
def read_database(target: Target) -> str | None:
    with sqlite3.connect(f"file:{target.database}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT email FROM customer").fetchall()
    return f"{len(rows)} customers"


@attempt()
def read_another_upload(target: Target) -> str | None:
    return f"{len(Path(target.upload).read_bytes())} bytes of another project's upload"


@attempt()
def list_the_uploads(target: Target) -> str | None:
    return f"{os.listdir(os.path.dirname(target.upload))}"


@attempt()
def list_by_chdir(target: Target) -> str | None:
    before = os.getcwd()
    os.chdir(target.app)
    try:
        return f"{os.listdir('.')}"
    finally:
        os.chdir(before)


@attempt()
def read_through_a_symlink(target: Target) -> str | None:
    link = f"{target.scratch}/link"
    os.symlink(target.settings, link)
    return f"{len(Path(link).read_bytes())} bytes through a symlink"


@attempt()
def symlink_as_output(target: Target) -> str | None:
    os.symlink(target.settings, f"{target.scratch}/part-0.parquet")
    return "a symlink stands where the result should be"


@attempt()
def hardlink_the_settings(target: Target) -> str | None:
    os.link(target.settings, f"{target.scratch}/hard")
    return "the settings have a second name in the scratch folder"


@attempt()
def open_by_handle(target: Target) -> str | None:
    if not target.handle:
        raise NotHereError("this file system gives no handles")
    raw = bytes.fromhex(target.handle)
    handle = ctypes.create_string_buffer(raw, len(raw))
    mount = os.open(target.scratch, os.O_RDONLY)
    fd = call("open_by_handle_at", mount, handle, os.O_RDONLY)
    return f"{len(os.read(fd, 4096))} bytes by a file handle"


@attempt()
def ask_for_a_handle(target: Target) -> str | None:
    handle = ctypes.create_string_buffer(b"\x80\0\0\0" + bytes(132), 136)
    mount = ctypes.c_int()
    call("name_to_handle_at", AT_FDCWD, target.settings.encode(), handle, ctypes.byref(mount), 0)
    return "a handle of the settings"


@attempt()
def clone_the_tree(target: Target) -> str | None:
    fd = call("open_tree", AT_FDCWD, target.app.encode(), 1)
    return f"{os.listdir(os.open('.', os.O_RDONLY, dir_fd=fd))}"


@attempt()
def stat_the_settings(target: Target) -> str | None:
    return f"{os.stat(target.settings).st_size} bytes, by stat"


@attempt()
def watch_the_app(target: Target) -> str | None:
    fd = call("inotify_init1", 0)
    by_libc("inotify_add_watch", fd, target.app.encode(), 0xFFF)
    return "changes of the app folder are seen"


@attempt()
def watch_everything(target: Target) -> str | None:
    return f"fanotify descriptor {call('fanotify_init', 0x200, 0)}"


@attempt()
def read_the_raw_disk(target: Target) -> str | None:
    return first_success(
        lambda: f"{len(Path('/proc/kcore').open('rb').read(16))} bytes of the kernel's memory",
        lambda: f"{len(Path('/dev/mem').open('rb').read(16))} bytes of the machine's memory",
        lambda: f"{len(Path('/dev/kmsg').open('rb', buffering=0).read(4096))} of kernel log",
    )

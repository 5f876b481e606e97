"""A process as in a container: Docker's default filter and capabilities, laid on for good.

After moby's ``profiles/seccomp/default.json`` (an allow-list that answers EPERM, with exceptions by
capability) as a container without ``--privileged`` gets it: what it does not allow, or allows
only with a capability that such a container lacks. Landlock and seccomp themselves are allowed.
"""

import os
from errno import ENOSYS, EPERM

from datasets.engine.cage import bpf, identity, libc, seccomp
from datasets.engine.cage.machine import this_machine

DENIED = """
    acct add_key bpf clock_adjtime clock_settime delete_module fanotify_init finit_module fsconfig
    fsmount fsopen fspick init_module io_uring_enter io_uring_register io_uring_setup ioperm iopl
    kcmp kexec_file_load kexec_load keyctl lookup_dcookie mbind mount mount_setattr move_mount
    move_pages nfsservctl open_by_handle_at open_tree perf_event_open pidfd_getfd pivot_root
    process_madvise quotactl quotactl_fd reboot request_key set_mempolicy setdomainname
    sethostname setns settimeofday swapoff swapon sysfs syslog umount2 unshare uselib userfaultfd
    ustat vhangup
"""
CLONE_NEW = 0x7E02_0000
AF_VSOCK = 40
KEPT = (0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31)
"""The fourteen capabilities that Docker leaves to root in a container, by their bits."""
_BOUNDING_SET_DROP, _NO_NEW_PRIVILEGES, _LAST = 24, 38, 63


def program() -> bytes:
    """Return the filter as the kernel reads it."""
    machine = this_machine()
    number, allow = machine.syscalls, bpf.verdict(bpf.ALLOW)
    no, missing = bpf.verdict(bpf.fail(EPERM)), bpf.verdict(bpf.fail(ENOSYS))
    spaces = bpf.when(bpf.JUMP_ANY_BIT, CLONE_NEW, no, allow)
    family = bpf.when(bpf.JUMP_EQUAL, AF_VSOCK, no, allow)
    parts = [
        [bpf.load(bpf.NUMBER)],
        *(bpf.when(bpf.JUMP_EQUAL, number[n], no, []) for n in DENIED.split() if n in number),
        bpf.when(bpf.JUMP_EQUAL, number["clone3"], missing, []),
        bpf.when(bpf.JUMP_EQUAL, number["clone"], [bpf.load(bpf.argument(0)), *spaces], []),
        bpf.when(bpf.JUMP_EQUAL, number["socket"], [bpf.load(bpf.argument(0)), *family], []),
        allow,
    ]
    return bpf.assemble([instruction for part in parts for instruction in part])


def enter_container() -> None:
    """Make this process, and all that it starts, one of a container."""
    if os.geteuid() == 0:
        held = identity._held()
        for capability in range(_LAST + 1):
            if held >> capability & 1 and capability not in KEPT:
                libc.prctl(_BOUNDING_SET_DROP, capability)
        identity_kept = sum(1 << bit for bit in KEPT) & held
        # The filter needs CAP_SYS_ADMIN or the promise of no new privileges: so it comes first.
        seccomp.install(program())
        identity._set_capabilities(identity_kept)
    else:
        libc.prctl(_NO_NEW_PRIVILEGES, 1)
        seccomp.install(program())

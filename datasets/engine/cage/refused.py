"""System calls no run may make, family by family, and why."""

from errno import ENOSYS, EPERM

from datasets.engine.cage.policy import Rule, always


def _no(name: str, why: str, calls: str) -> Rule:
    return Rule(name, why, tuple(calls.split()), always(EPERM))


_RECENT = """
    cachestat futex_wake futex_wait futex_requeue statmount listmount lsm_get_self_attr
    lsm_set_self_attr lsm_list_modules mseal file_getattr file_setattr uretprobe uprobe
"""

REFUSED: tuple[Rule, ...] = (
    _no(
        "socket",
        "No network of any kind: Landlock knows TCP only, not UDP, Unix, netlink or vsock",
        """socket socketpair bind connect listen accept accept4 sendto recvfrom sendmsg recvmsg
        sendmmsg recvmmsg shutdown getsockname getpeername getsockopt setsockopt""",
    ),
    _no("execve", "A program would start with none of our code in it", "execve execveat"),
    _no(
        "ptrace",
        "They read, write or steer other processes of the same user",
        "ptrace process_vm_readv process_vm_writev kcmp process_madvise get_robust_list",
    ),
    _no(
        "pidfd",
        "They take open files out of other processes of the same user",
        "pidfd_open pidfd_getfd process_mrelease",
    ),
    _no(
        "link",
        "A name in scratch could stand for a file elsewhere when the result is fetched",
        "link linkat symlink symlinkat mknod mknodat",
    ),
    _no("handle", "They open files past every path rule", "name_to_handle_at open_by_handle_at"),
    _no(
        "watch",
        "Landlock does not cover them: they tell what others do with files",
        """inotify_init inotify_init1 inotify_add_watch inotify_rm_watch
        fanotify_init fanotify_mark""",
    ),
    _no("unshare", "Own namespaces give a root of one's own, and its holes", "unshare setns"),
    _no(
        "mount",
        "They change what paths mean",
        """mount umount2 pivot_root chroot open_tree open_tree_attr move_mount fsopen fsconfig
        fsmount fspick mount_setattr swapon swapoff quotactl quotactl_fd acct""",
    ),
    _no(
        "setuid",
        "They become somebody else",
        """setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid
        capset""",
    ),
    _no("keyring", "Keys of the same user are not files", "add_key request_key keyctl"),
    _no("bpf", "A compiler inside the kernel, the source of many holes", "bpf"),
    _no("perf", "It measures, and so reads, other processes", "perf_event_open"),
    _no("userfaultfd", "It stops the kernel half way, the helper of most exploits", "userfaultfd"),
    Rule(
        "io_uring",
        "It does every other call without seccomp seeing it",
        ("io_uring_setup", "io_uring_enter", "io_uring_register"),
        always(ENOSYS),
    ),
    _no(
        "aio",
        "Old, hardly used, often broken",
        "io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents",
    ),
    _no("memfd", "Files in memory count in no quota and can be run", "memfd_create memfd_secret"),
    _no("personality", "It turns off the kernel's address randomisation", "personality"),
    _no(
        "ldt",
        "They change the processor's tables and ports",
        "modify_ldt set_thread_area get_thread_area iopl ioperm map_shadow_stack",
    ),
    _no(
        "ipc",
        "Shared memory, semaphores and queues reach other processes and outlive the run",
        """shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl
        mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr""",
    ),
    _no(
        "host",
        "They are the operator's: names, clocks, modules, restarts, the kernel's log",
        """sethostname setdomainname settimeofday clock_settime clock_adjtime adjtimex reboot
        syslog init_module finit_module delete_module create_module kexec_load kexec_file_load
        vhangup lookup_dcookie""",
    ),
    _no("session", "A daemon would leave its run", "setsid setpgid"),
    _no(
        "filters",
        "Filters that hand calls on to another process are a way to answer them",
        "seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self",
    ),
    _no(
        "pages",
        "They move or pin memory, of others too",
        """mbind set_mempolicy set_mempolicy_home_node migrate_pages move_pages remap_file_pages
        mlockall munlockall mlock2 pkey_mprotect pkey_alloc pkey_free""",
    ),
    _no(
        "splice",
        "They move pages between pipes and files: twice a way to root",
        "splice tee vmsplice",
    ),
    _no(
        "timer",
        "Timers and signals as files: not needed, and a timer may signal any thread",
        """timer_create timer_settime timer_gettime timer_getoverrun timer_delete
        signalfd signalfd4 sched_rr_get_interval sched_getattr""",
    ),
    _no("sync", "They make every disk of the machine wait", "sync syncfs"),
    Rule(
        "recent",
        "Younger than the libraries, which know how to do without",
        tuple(_RECENT.split()),
        always(ENOSYS),
    ),
    _no(
        "obsolete",
        "Kept by the kernel for programs of another age, or never built",
        """_sysctl nfsservctl ustat sysfs uselib get_kernel_syms query_module getpmsg putpmsg
        afs_syscall tuxcall security vserver epoll_ctl_old epoll_wait_old""",
    ),
)

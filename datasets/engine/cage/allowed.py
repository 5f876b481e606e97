"""The system calls a run may make as it likes: files it has open, memory, time, threads, waiting.

Which files may be opened at all is Landlock's business, not seccomp's. A call that is in neither
this list nor a rule answers EPERM.
"""

_NAMES = """
    read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek
    close close_range dup dup2 dup3 pipe pipe2
    stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2
    readlink readlinkat getdents getdents64 getcwd chdir fchdir
    creat mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 umask
    ftruncate fsync fdatasync sync_file_range fadvise64 readahead flock copy_file_range sendfile
    mmap munmap mprotect mremap madvise brk msync mincore membarrier mlock munlock get_mempolicy
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend
    sigaltstack restart_syscall pause alarm setitimer getitimer
    poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait
    epoll_pwait2 eventfd eventfd2 timerfd_create timerfd_settime timerfd_gettime
    getpid gettid getppid getuid geteuid getgid getegid getgroups getresuid getresgid
    getpgrp getpgid getsid capget uname sysinfo getrusage times getrlimit getpriority
    gettimeofday time clock_gettime clock_getres clock_nanosleep nanosleep
    futex futex_waitv set_robust_list set_tid_address rseq arch_prctl
    sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max
    sched_get_priority_min getcpu
    getrandom wait4 waitid exit exit_group
"""

ALLOWED: tuple[str, ...] = tuple(_NAMES.split())
"""Names of the system calls answered without a look at their arguments."""

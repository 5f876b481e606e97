"""Every wall is needed: with one rule taken out, at least one attempt gets through.

Walls overlap, so each case names the others that would hide the effect (``also``): with only
those out, the attempts are still stopped; with the rule out too, one succeeds.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from datasets.engine.cage.rules import REFUSED_WITHOUT, RULE_NAMES
from tests.datasets.cage.conftest import Labs
from tests.datasets.cage.lab import PUBLIC_PYTHON, Setting
from tests.datasets.cage.world import World

# A young kernel's Landlock and namespaces would stand in for many rules: play an older machine.
OLD = Setting("old", namespaces=False, max_abi=2)
YOUNG = Setting("young", namespaces=False)
# Root's own programs are out of reach for a root without capabilities, a user's are not.
PLAIN = Setting("plain", nobody=os.getuid() == 0, namespaces=False, max_abi=2)


Victims = dict[int, World]


@dataclass(frozen=True)
class Case:
    """Attempts that the rule stops, separated by spaces, on a machine without ``also``."""

    attempts: str
    also: tuple[str, ...] = ()
    setting: Setting = OLD


CASES = {
    "arch": Case("call_as_32_bit call_as_x32"),
    "truncate": Case("truncate_by_path truncate_by_open"),
    "fork": Case("fork fork_by_old_numbers fork_by_clone3 fork_many daemon clone_user"),
    "kill": Case("send_a_signal send_a_signal_in_other_ways signal_by_descriptor"),
    "prlimit": Case("limit_another read_limits_of_another set_own_limits"),
    "fcntl": Case("send_a_signal_from_a_pipe"),
    "ioctl": Case("own_a_descriptor type_into_the_terminal"),
    "prctl": Case("become_dumpable outlive_the_worker adopt_orphans"),
    "chmod": Case("chmod_settings chmod_by_number chown_settings"),
    "utime": Case("utime_settings"),
    "xattr": Case("set_an_attribute"),
    "priority": Case("slow_another_down reschedule_another pin_another", setting=PLAIN),
    "fallocate": Case("take_the_disk_at_once"),
    "socket": Case("connect_unix connect_ipv4 send_udp connect_abstract ask_dns listen"),
    "execve": Case("exec_own_program", also=("landlock.exec",)),
    "pidfd": Case("open_a_process"),
    "link": Case("symlink_as_output make_a_fifo", also=("landlock.write",)),
    "handle": Case("ask_for_a_handle"),
    "watch": Case("watch_the_app"),
    "unshare": Case("unshare_user"),
    "keyring": Case("use_the_keyring add_a_key"),
    "userfaultfd": Case("handle_page_faults reach_userfaultfd"),
    "io_uring": Case("start_io_uring reach_io_uring"),
    "aio": Case("start_old_async_io"),
    "memfd": Case("memory_file"),
    "personality": Case("change_personality"),
    "ldt": Case("change_segments"),
    "ipc": Case("shared_memory"),
    "landlock.read": Case("read_settings read_database list_the_uploads read_passwd"),
    "landlock.write": Case("write_settings unlink_a_file rename_a_file write_in_tmp"),
    "landlock.exec": Case("exec_own_program", also=("execve",)),
    "landlock.net": Case("connect_ipv4 listen", also=("socket",), setting=YOUNG),
    "landlock.scope": Case("send_a_signal", also=("kill",), setting=YOUNG),
    "rlimit.core": Case("leave_a_core_file"),
    "rlimit.cpu": Case("compute_for_ever"),
    "rlimit.fsize": Case("write_a_big_file"),
    "rlimit.nofile": Case("open_many_files"),
    "rlimit.memlock": Case("pin_memory"),
    "rlimit.msgqueue": Case("posix_message_queue", also=("ipc", "landlock.read", "landlock.write")),
    "rlimit.as": Case("take_much_memory"),
    "rlimit.nproc": Case("start_many_threads", setting=Setting("public", python=PUBLIC_PYTHON)),
    "identity": Case("be_the_same_user", setting=Setting("public", python=PUBLIC_PYTHON)),
    "capabilities": Case("hold_capabilities", setting=Setting("spaces")),
    "dumpable": Case("be_looked_into"),
    "deathsig": Case("outlive_the_starter", also=("prctl",)),
    "namespaces": Case("share_the_network", setting=Setting("spaces")),
}

# Rules with a second wall behind them that no test can take away: here a knock at the call shows
# that the rule itself answers, and the kernel does once the rule is out.
BEHIND = {
    "ptrace": ("reach_ptrace reach_process_vm", "Landlock's domain never lets a run trace others"),
    "mount": ("reach_mount reach_open_tree", "needs a capability, and a run has none"),
    "setuid": ("reach_setuid reach_capset", "needs a capability, and a run has none"),
    "bpf": ("reach_bpf", "most machines keep it for root with capabilities"),
    "perf": ("reach_perf", "most machines keep it for root with capabilities"),
    "host": ("reach_host", "needs a capability, and a run has none"),
    "session": ("reach_session", "a run leads its session, and the kernel keeps leaders there"),
    "filters": ("reach_filters reach_landlock", "more filters only take away; less surface"),
    "pages": ("reach_pages reach_page_keys", "own pages only, without a capability"),
    "splice": ("reach_splice", "harmless where the kernel has no hole; less surface"),
    "timer": ("reach_timer reach_signal_files", "own signals only; less surface"),
    "sync": ("reach_sync", "slows the machine's disks down: not to be tried in a test"),
    "recent": ("reach_recent", "no known harm; less surface"),
    "obsolete": ("reach_obsolete", "no known harm; less surface"),
}
CASES |= {rule: Case(attempts) for rule, (attempts, _why) in BEHIND.items()}


@pytest.fixture(scope="module")
def victims() -> Iterator[Victims]:
    """Give each user's victim, of this module's own: here they really are changed."""
    made = {uid: World(uid) for uid in {OLD.uid, PLAIN.uid}}
    yield made
    for one in made.values():
        one.close()


def without(setting: Setting, *rules: str) -> Setting:
    """Take rules out of a setting."""
    return Setting(
        setting.name,
        namespaces=setting.namespaces,
        max_abi=setting.max_abi,
        without=frozenset(rules),
        python=setting.python,
    )


def test_every_rule_has_a_case() -> None:
    assert set(CASES) | REFUSED_WITHOUT == set(RULE_NAMES)


@pytest.mark.parametrize("rule", sorted(CASES))
def test_without_the_rule_an_attempt_gets_through(labs: Labs, victims: Victims, rule: str) -> None:
    case = CASES[rule]
    world = victims[case.setting.uid]
    lab, names = labs(case.setting), case.attempts.split()
    held = lab.run(without(case.setting, *case.also), world, names)
    assert {held[name]["outcome"] for name in names} <= {"blocked", "killed", "not here"}, held
    found = lab.run(without(case.setting, *case.also, rule), world, names)
    outcomes = {found[name]["outcome"] for name in names}
    if outcomes == {"not here"}:
        pytest.skip(f"{rule}: this machine has none of its calls ({found})")
    assert "escaped" in outcomes, found


@pytest.mark.parametrize("rule", sorted(REFUSED_WITHOUT))
def test_without_the_rule_nothing_runs(labs: Labs, victims: Victims, rule: str) -> None:
    answers = labs(OLD).run(without(OLD, rule), victims[OLD.uid], ["fork"])
    assert answers["confine"]["outcome"] == "refused"
    assert "fork" not in answers

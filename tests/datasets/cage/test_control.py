"""The attempts are real: without a cage they get through, so "blocked" elsewhere is no accident."""

import os

import pytest

from tests.datasets.cage.attacks import ATTEMPTS
from tests.datasets.cage.lab import Lab, Setting
from tests.datasets.cage.world import World

OPEN = Setting("no cage at all", caged=False)

_POWERS = "only root with capabilities may, and not in every container"
_MACHINE = "a machine's own settings or its container may deny it"
# What a machine itself may stop, with or without a cage; anything else has to get through.
STOPPED_BY_SOME = {
    **dict.fromkeys(
        [
            "make_a_setuid_program",
            "open_by_handle",
            "ask_for_a_handle",
            "clone_the_tree",
            "read_the_raw_disk",
            "load_a_filter",
            "count_events",
            "read_the_kernels_log",
            "open_raw",
            "raise_own_limits",
            "join_a_cgroup",
            "reach_landlock",
            "reach_mount",
            "reach_host",
            "plant_a_package",
            "make_a_device",
            "unshare_network",
            "join_a_namespace",
            "mount_something",
            "make_a_file_system",
            "change_the_root",
            "become_root",
            "become_another_group",
            "rename_the_host",
            "watch_everything",
            "hold_capabilities",
        ],
        _POWERS,
    ),
    **dict.fromkeys(
        [
            "unshare_user",
            "clone_user",
            "reach_unshare",
            "handle_page_faults",
            "reach_userfaultfd",
            "use_the_keyring",
            "add_a_key",
            "trace",
            "trace_and_stop",
            "steal_a_descriptor",
            "read_the_apps_memory",
            "write_the_apps_memory",
            "open_the_apps_memory",
            "start_io_uring",
            "reach_io_uring",
            "change_personality",
            "pin_memory",
            "leave_a_core_file",
            "set_an_attribute",
            "posix_message_queue",
            "environment_of_the_parent",
            "environment_of_the_app",
            "open_files_of_the_app",
            "descriptors_of_the_app",
            "compare_with_another",
            "pin_another",
            "connect_ipv6",
            "open_odd_families",
            "call_as_32_bit",
            "call_as_x32",
            "call_beyond_the_table",
            "reach_bpf",
            "reach_perf",
            "reach_ldt",
            "reach_obsolete",
            "reach_ptrace",
            "reach_process_vm",
            "change_segments",
            "advise_another",
            "map_users",
            "fork_by_clone3",
            "reach_fork",
            "read_settings_through_victims_root",
            "start_old_async_io",
            "write_in_shared_memory",
            "reach_recent",
            "reach_pidfd",
        ],
        _MACHINE,
    ),
}


def test_only_known_attempts_may_fail_without_a_cage() -> None:
    assert set(STOPPED_BY_SOME) <= set(ATTEMPTS)


@pytest.fixture(scope="module")
def outcomes() -> dict[str, dict[str, str]]:
    """Make every attempt with no wall at all, started by the app itself, on a victim of its own."""
    world = World(OPEN.uid)
    lab = Lab(OPEN.uid, {"SECRET_KEY": world.secret})
    before = world.state()
    found = lab.run(OPEN, world, list(ATTEMPTS))
    after = world.state()
    lab.close()
    world.close()
    assert after["app"] != before["app"]
    assert after["process"] != before["process"]
    return found


@pytest.mark.parametrize("name", sorted(ATTEMPTS))
def test_the_attempt_gets_through(outcomes: dict[str, dict[str, str]], name: str) -> None:
    found = outcomes[name]
    if found["outcome"] != "escaped" and name in STOPPED_BY_SOME:
        why = "" if os.getuid() == 0 else "not root; "
        pytest.skip(f"{name}: {why}{STOPPED_BY_SOME[name]} ({found['evidence']})")
    assert found["outcome"] == "escaped", found

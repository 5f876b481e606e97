"""A process that imported everything once, and forks real workers and reconcilers on demand.

Each line that it reads is JSON: ``{"run": "worker" | "reconcile", "queues", "burst", "env"}``. It
answers with the pid of the new process, a session of its own, on the database and the queue server
that the environment names. What it forked ends with it.
"""

import gc
import json
import os
import signal
import sys
import traceback
from typing import Any

import django


def main() -> None:
    django.setup()
    _preload()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that tests kill
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if not pid:
            _live(order)
        print(pid, flush=True)
    gc.unfreeze()  # DuckDB's bindings report every frozen object as leaked at the exit


def _preload() -> None:
    from datasets.apps import preload as preload_datasets
    from mllab.apps import preload as preload_lab
    from projects import hooks
    from projects.jobs import registry
    from tests.faults import slow_jobs

    assert slow_jobs
    hooks.worker_start.clear()
    for load in (registry.discover, preload_datasets, preload_lab):
        load()
    gc.collect()
    gc.freeze()  # else each worker walks over all of it at its start


def _live(order: dict[str, Any]) -> None:
    from segplatform.processes import die_with_parent

    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        die_with_parent(os.getppid(), signal.SIGKILL)
        os.setsid()
        os.environ.update(order.get("env", {}))
        _work(order)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def _work(order: dict[str, Any]) -> None:
    from django.conf import settings
    from django.core.management import call_command

    from projects.jobs.worker import work

    settings.REDIS_URL = os.environ.get("REDIS_URL", settings.REDIS_URL)
    settings.JOB_LEASE_SECONDS = float(os.environ["SEGPLATFORM_JOB_LEASE_SECONDS"])
    if order["run"] == "reconcile":
        call_command("reconcile", "--forever")
    else:
        work(order["queues"].split(","), "nursery", burst=order["burst"])


if __name__ == "__main__":
    main()

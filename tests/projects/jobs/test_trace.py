"""What a job logs, in a real worker, leads back to the request that started it."""

import json
import subprocess
import sys

import pytest
from structlog.contextvars import bound_contextvars

from projects.models import Job, Project
from projects.services.jobs import job_start
from tests.projects.jobs.conftest import ROOT, state_of
from tests.workers import worker_environment

pytestmark = pytest.mark.django_db(transaction=True)

# Without what jobs of the apps would need: their imports take longer than all else here.
WORKER = """
import django
django.setup()
from projects import hooks
from projects.jobs.worker import work
from tests.projects.jobs import sample_jobs
hooks.worker_start.clear()
work(["interactive", "default"], "test", burst=True)
"""


def start(project: Project, name: str, request_id: str) -> Job:
    with bound_contextvars(request_id=request_id):
        return job_start(
            project=project, user=project.membership.user, name=name, title=name,
            subject=name, args={},
        )  # fmt: skip


def test_each_line_of_a_job_names_it_and_its_request(project: Project, empty_queue: str) -> None:
    broken = start(project, "tests.breaks", "request-of-one")
    killed = start(project, "tests.dies_once", "request-of-two")
    done = subprocess.run(
        [sys.executable, "-c", WORKER], cwd=ROOT, capture_output=True, text=True, check=False,
        env=worker_environment() | {"SEGPLATFORM_LOG_FORMAT": "json"}, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    of_broken = [line for line in lines if line.get("job_id") == str(broken.pk)]
    assert {line["request_id"] for line in of_broken} == {"request-of-one"}
    assert [line["error"] for line in of_broken if "error" in line] == ["ValueError"]
    assert "ValueError: cell of somebody" not in done.stderr
    # Its second attempt was sent by the worker, after the first had killed its process.
    assert (state_of(killed), killed.attempt) == ("succeeded", 2)
    ended = [
        line for line in lines if line["event"] == f"job {killed.pk} (tests.dies_once): succeeded"
    ]
    assert [line["request_id"] for line in ended] == ["request-of-two"]

"""The log of a job: nothing in it can forge or hide a line, and it has limits."""

from uuid import UUID, uuid4

import pytest

from projects.jobs import log
from projects.jobs.connection import client, log_key

pytestmark = pytest.mark.usefixtures("queue_server")


@pytest.fixture
def job_id() -> UUID:
    return uuid4()


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("plain é 日本 🙂", "plain é 日本 🙂"),
        ("a\tb", "a\tb"),
        ("ok\nforged", r"ok\nforged"),
        ("ok\r\x1b[2Jgone", r"ok\r\x1b[2Jgone"),
        ("nul\0", r"nul\x00"),
        ("c1\x9b", r"c1\x9b"),
        ("line\u2028two", r"line\u2028two"),
        ("\u202eedoc", r"\u202eedoc"),
        ("lone\ud800", r"lone\ud800"),
    ],
)
def test_it_writes_out_what_could_forge_a_line(line: str, shown: str) -> None:
    assert log.escape(line) == shown


def test_it_is_in_the_queue_server_while_running_and_in_a_file_then(job_id: UUID) -> None:
    lines = log.JobLog(job_id)
    lines.add("one")
    lines.add("two\nforged")
    assert log.read(job_id) == ["one", r"two\nforged"]
    assert client().ttl(log_key(job_id)) > 0
    lines.close()
    assert not client().exists(log_key(job_id))
    assert log.log_path(job_id).read_text() == "one\ntwo\\nforged\n"
    assert log.read(job_id) == ["one", r"two\nforged"]


def test_it_keeps_the_lines_of_a_killed_attempt(job_id: UUID) -> None:
    log.JobLog(job_id).add("of the first attempt")
    second = log.JobLog(job_id)
    second.add("of the second")
    second.close()
    assert log.read(job_id) == ["of the first attempt", "of the second"]


def test_it_stops_at_the_number_of_lines(job_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MAX_LINES", 3)
    lines = log.JobLog(job_id)
    for number in range(9):
        lines.add(str(number))
    assert log.read(job_id) == ["0", "1", log.TRUNCATED]


def test_it_stops_at_the_number_of_bytes(job_id: UUID) -> None:
    lines = log.JobLog(job_id)
    lines.add("é" * (log.MAX_BYTES // 2 - 1))
    lines.add("one byte too many")
    lines.add("x")
    assert log.read(job_id)[1:] == [log.TRUNCATED]


def test_it_writes_the_file_without_the_queue_server(job_id: UUID, no_queue: None) -> None:
    lines = log.JobLog(job_id)
    lines.add("one")
    assert log.read(job_id) == []
    lines.close()
    assert log.read(job_id) == ["one"]


def test_it_makes_no_file_for_no_lines(job_id: UUID) -> None:
    log.JobLog(job_id).close()
    assert not log.log_path(job_id).exists()
    assert log.read(job_id) == []


def test_it_can_be_deleted(job_id: UUID) -> None:
    lines = log.JobLog(job_id)
    lines.add("one")
    lines.close()
    log.delete(job_id)
    assert log.read(job_id) == []


def test_lines_that_move_to_the_file_meanwhile_are_read(
    job_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = log.JobLog(job_id)
    lines.add("of a quick job")
    look = log._live

    def ends_first(job_id: UUID) -> list[str]:
        monkeypatch.setattr(log, "_live", look)
        lines.close()
        return look(job_id)

    monkeypatch.setattr(log, "_live", ends_first)
    assert log.read(job_id) == ["of a quick job"]

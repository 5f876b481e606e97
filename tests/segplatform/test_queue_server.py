"""The embedded queue server: start, adopt, stop, odd folders."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from segplatform.queue_server import (
    MAX_SOCKET_BYTES,
    QueueServer,
    QueueServerError,
    ping,
    private_folder,
    queue_url,
    socket_path,
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[QueueServer]:
    found = QueueServer(tmp_path / "queue")
    yield found
    found.stop()


def test_it_starts_and_stops(server: QueueServer) -> None:
    url = server.start()
    assert ping(url)
    server.stop()
    assert not ping(url)


def test_it_keeps_what_it_holds_over_a_restart(server: QueueServer) -> None:
    with Redis.from_url(server.start()) as client:
        client.set("kept", "yes")
    server.stop()
    with Redis.from_url(server.start()) as client:
        assert client.get("kept") == b"yes"


def test_it_adopts_a_running_server_and_leaves_it_running(server: QueueServer) -> None:
    url = server.start()
    second = QueueServer(server.folder)
    assert second.start() == url
    assert second.process is None
    second.stop()
    assert ping(url)


def test_its_owner_replaces_a_left_over(server: QueueServer) -> None:
    server.start()
    owner = QueueServer(server.folder)
    process = owner.spawn()
    try:
        assert ping(owner.url)
        assert server.process is not None
        assert server.process.wait(60) == 0
        assert process.pid != server.process.pid
    finally:
        owner.stop()


def test_it_starts_again_after_it_was_killed(server: QueueServer) -> None:
    server.start()
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    server.stop()
    assert ping(server.start())


def test_it_listens_on_no_port_and_only_for_this_user(server: QueueServer) -> None:
    with Redis.from_url(server.start()) as client:
        assert client.config_get("port") == {"port": "0"}
    assert socket_path(server.folder).stat().st_mode & 0o077 == 0


def test_it_works_in_a_folder_whose_path_is_too_long_for_a_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 40) / "queue"
    path = socket_path(folder)
    assert len(os.fsencode(path)) <= MAX_SOCKET_BYTES
    assert path == socket_path(folder) != socket_path(tmp_path / ("lang" * 40) / "queue")
    server = QueueServer(folder)
    try:
        assert ping(server.start())
    finally:
        server.stop()
        path.unlink(missing_ok=True)


def test_it_works_in_a_folder_with_odd_characters(tmp_path: Path) -> None:
    server = QueueServer(tmp_path / "a b%20#é?")
    try:
        assert ping(server.start())
    finally:
        server.stop()


def test_it_refuses_a_short_cut_folder_that_others_can_read(tmp_path: Path) -> None:
    made = tmp_path / "shared"
    made.mkdir()
    made.chmod(0o777)
    with pytest.raises(QueueServerError, match="only this user"):
        private_folder(made)
    link = tmp_path / "link"
    link.symlink_to(private_folder(tmp_path / "mine"))
    with pytest.raises(QueueServerError, match="only this user"):
        private_folder(link)


def test_nobody_answers_where_no_server_runs(tmp_path: Path) -> None:
    assert not ping(queue_url(tmp_path))


def test_it_says_why_the_server_does_not_start(server: QueueServer) -> None:
    server.folder.mkdir()
    (server.folder / "appendonlydir").write_text("not a folder")
    with pytest.raises(QueueServerError, match="stopped at once"):
        server.start()

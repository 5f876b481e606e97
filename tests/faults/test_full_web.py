"""The web server's disk is full: everybody is told so, nothing is lost, and it goes on after."""

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from projects.models import Project
from segplatform.kernel.disk import NO_ROOM
from tests.faults.test_uploads_survive import BODY, PART, created, offset, part
from tests.faults.web import Person, Web

# A small disk of its own, that goes with the process: no mount that a failed test leaves behind.
UNSHARE = ["unshare", "--user", "--map-root-user", "--mount"]
MOUNT = 'mount -t tmpfs -o size=24m none "$1" && cp "$2" "$1/db.sqlite3" && shift 2 && exec "$@"'


def may_mount() -> bool:
    """Say whether this machine lets a person have a file system of their own."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return False
    tried = subprocess.run([*UNSHARE, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True)
    return tried.returncode == 0


pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="the database is on the full disk"),
    pytest.mark.skipif(not may_mount(), reason="needs unshare and mounts of its own"),
]


class SmallDisk:
    """The data directory of a server, as it sees it: 24 MB in all."""

    def __init__(self, web: Web, folder: Path) -> None:
        assert web.process
        self.inside = Path(f"/proc/{web.process.pid}/root") / folder.relative_to("/")
        self.filler = self.inside / "filler"

    def fill(self) -> None:
        """Leave no byte free."""
        with self.filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                return

    def empty(self) -> None:
        self.filler.unlink()


@pytest.fixture
def person(project: Project, tmp_path: Path) -> Iterator[Person]:
    """Give the owner of the project on a server with a small disk and a copy of the database."""
    web, copy, folder = Web(), tmp_path / "copy.sqlite3", tmp_path / "data"
    person = Person(web, project.members.get())
    folder.mkdir()
    with sqlite3.connect(str(connection.settings_dict["NAME"])) as database:
        database.execute("VACUUM INTO ?", [str(copy)])
    web.start(
        [*UNSHARE, "sh", "-c", MOUNT, "sh", str(folder), str(copy)],
        SEGPLATFORM_DATA_DIR=str(folder),
        DATABASE_URL=f"sqlite:///{folder}/db.sqlite3",
        SECRET_KEY=settings.SECRET_KEY,
    )
    yield person
    web.kill()


def test_it_says_so_and_goes_on_once_there_is_room(
    person: Person, project: Project, tmp_path: Path
) -> None:
    disk = SmallDisk(person.web, tmp_path / "data")
    form = {
        "name": "Renamed",
        "description": "x" * 1000,
        "persistency": "keep_all",
        "rows_to_display": "1000",
        "order": "first",
    }
    home = f"/projects/{project.pk}"
    address, body = f"/api/v1/projects/{project.pk}", json.dumps(form).encode()
    place = created(person, project)
    assert part(person, place, 0).status == 204
    disk.fill()

    refused = part(person, place, PART)
    assert (refused.status, "no room" in refused.text) == (507, True), refused.text
    page = person.ask("POST", f"{home}/settings/", form)
    assert (page.status, NO_ROOM in page.text.replace("&#x27;", "'")) == (507, True), page.text
    answer = person.ask("PATCH", address, body, Content_Type="application/json")
    assert (answer.status, json.loads(answer.text)["error"]["message"]) == (507, NO_ROOM)
    for path in ("/", f"{home}/flow/", address):
        assert person.ask("GET", path).status == 200, path

    disk.empty()
    while (start := offset(person, place)) < len(BODY):  # whole pieces of the part had been kept
        assert part(person, place, start).status == 204
    assert json.loads(person.ask("GET", address).text)["name"] == project.name
    assert person.ask("PATCH", address, body, Content_Type="application/json").status == 200
    stored = disk.inside / "uploads" / place.rstrip("/").rpartition("/")[2]
    assert hashlib.sha256(stored.read_bytes()).digest() == hashlib.sha256(BODY).digest()

"""The web server killed in the middle of an upload: it goes on where the bytes ended."""

import base64
import hashlib
import http.client
import random
from collections.abc import Callable

import pytest

from datasets.models import Upload
from datasets.services.uploads import upload_path
from projects.models import Project
from segplatform.kernel.faults import VARIABLE
from tests.faults.web import Answer, Person, Web

pytestmark = pytest.mark.django_db(transaction=True)

BODY = random.Random(7).randbytes(900_000)
PART = 300_000
TUS = {"Tus_Resumable": "1.0.0"}
PATCH = {**TUS, "Content_Type": "application/offset+octet-stream"}


def test_it_resumes_after_kill_9_with_the_same_bytes(
    web: Web, project: Project, sound: Callable[[], None]
) -> None:
    person = Person(web, project.members.get())
    place = created(person, project)
    upload = Upload.objects.get()
    assert part(person, place, 0).status == 204

    half = person.send_half("PATCH", place, BODY[PART : 2 * PART], Upload_Offset=str(PART), **PATCH)
    web.kill()
    half.close()
    web.start(**{VARIABLE: "upload:after_write"})
    assert offset(person, place) == PART
    for wrong in (0, PART // 2, 2 * PART):
        assert part(person, place, wrong).status == 409
    with pytest.raises(http.client.HTTPException):
        part(person, place, PART)  # the bytes are written; the process dies before it says so
    web.kill()
    assert upload_path(upload=upload).stat().st_size == 2 * PART

    web.start()
    assert offset(person, place) == 2 * PART
    assert part(person, place, PART).status == 409
    assert part(person, place, 2 * PART).status == 204
    upload.refresh_from_db()
    assert upload.sha256 == hashlib.sha256(BODY).hexdigest()
    assert upload_path(upload=upload).read_bytes() == BODY


def created(person: Person, project: Project) -> str:
    name = base64.b64encode(b"orders.csv").decode()
    answer = person.ask(
        "POST", f"/projects/{project.pk}/uploads/",
        Upload_Length=str(len(BODY)), Upload_Metadata=f"filename {name}", **TUS,
    )  # fmt: skip
    assert answer.status == 201, answer.text
    return answer.headers["location"]


def part(person: Person, place: str, start: int) -> Answer:
    return person.ask("PATCH", place, BODY[start : start + PART], Upload_Offset=str(start), **PATCH)


def offset(person: Person, place: str) -> int:
    answer = person.ask("HEAD", place, **TUS)
    return int(answer.headers["upload-offset"])

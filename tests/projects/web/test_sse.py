"""Events as the format wants them."""

import pytest

from projects.web.sse import sse_event


@pytest.mark.parametrize(
    ("data", "written"),
    [
        ("", b"event: job\ndata: \n\n"),
        ("one", b"event: job\ndata: one\n\n"),
        ("one\ntwo\r\nthree", b"event: job\ndata: one\ndata: two\ndata: three\n\n"),
        ("a\n\nevent: forged", b"event: job\ndata: a\ndata: \ndata: event: forged\n\n"),
    ],
)
def test_it_prefixes_every_line(data: str, written: bytes) -> None:
    assert sse_event("job", data) == written

"""Server-sent events: rendered fragments sent while something changes."""

from collections.abc import AsyncIterator

from django.http import StreamingHttpResponse


def sse_event(name: str, data: str) -> bytes:
    """Write one event; every line of the data needs its own prefix, or it would be lost."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n".encode()


def event_stream(events: AsyncIterator[bytes]) -> StreamingHttpResponse:
    """Answer with an open stream; the generator is async, else all would arrive at the end."""
    response = StreamingHttpResponse(events, content_type="text/event-stream; charset=utf-8")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"  # nginx would hold the events back
    return response

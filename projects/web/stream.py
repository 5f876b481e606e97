"""Files as streams: async, so that blocks leave as they are made and memory stays flat."""

import asyncio
from collections.abc import AsyncIterator, Iterator

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header


async def blocks_async(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Take each block in a thread: one may need a second, and others are served meanwhile."""
    while (block := await asyncio.to_thread(next, blocks, b"")) != b"":
        yield block


def file_response(
    *, blocks: Iterator[bytes], content_type: str, name: str
) -> StreamingHttpResponse:
    """Answer with a file to be saved, whatever its bytes look like to a browser."""
    response = StreamingHttpResponse(blocks_async(blocks), content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response

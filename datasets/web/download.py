"""Downloads of tables: the stream of a file, named after what is in it."""

from collections.abc import Iterator

from django.http import StreamingHttpResponse

from datasets.engine.export import Format
from datasets.services.exports import file_name
from projects.web.stream import file_response


def download_response(*, blocks: Iterator[bytes], form: Format, name: str) -> StreamingHttpResponse:
    """Answer with a file to be saved, whatever its bytes look like to a browser."""
    saved_as = file_name(name=name, extension=form.extension)
    return file_response(blocks=blocks, content_type=form.content_type, name=saved_as)

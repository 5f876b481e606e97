"""The cap on the memory of work that reads what a person brought or asked for."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from datasets.engine.limits import memory_limit
from segplatform.kernel.errors import TooLarge


@contextmanager
def memory_guard(sentence: str) -> Iterator[None]:
    """Stop what would take the machine's memory with ``TooLarge``.

    ``sentence`` says what is too large and what to do; ``{limit}`` in it stands for the cap.
    """
    try:
        with memory_limit(settings.IMPORT_MEMORY_BYTES):
            yield
    except MemoryError:
        limit = f"{settings.IMPORT_MEMORY_BYTES / 2**30:,.1f} GB"
        raise TooLarge(sentence.format(limit=limit)) from None

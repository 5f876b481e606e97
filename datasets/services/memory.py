"""The cap on the memory of work that reads what a person brought or asked for."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from datasets.engine.limits import memory_limit
from segplatform.kernel.errors import TooLarge


@contextmanager
def memory_guard(sentence: str, limit: int | None = None) -> Iterator[None]:
    """Stop what would take the machine's memory with ``TooLarge``.

    ``sentence`` says what is too large and what to do; ``{limit}`` in it stands for the cap,
    ``limit`` bytes or that of imports.
    """
    cap = limit or settings.IMPORT_MEMORY_BYTES
    try:
        with memory_limit(cap):
            yield
    except MemoryError:
        raise TooLarge(sentence.format(limit=f"{cap / 2**30:,.1f} GB")) from None

"""A text in any encoding as UTF-8; what no cell may hold is dropped and counted."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from datasets.engine.encoding import CHUNK, bad_byte
from datasets.engine.encoding_mixed import MixedDecoder, Mixture, second_of
from datasets.engine.encoding_names import ENCODINGS, encoding_words
from segplatform.kernel.progress import Progress

MARK, STOP = "\ufeff", "\x1a"


@dataclass
class Dropped:
    """What a conversion left out: NUL characters, byte order marks within, the end mark of DOS."""

    nuls: int = 0
    marks: int = 0
    stop: bool = False
    mixture: Mixture | None = None

    def said(self) -> Iterator[str]:
        """Yield a sentence for everything that is not in the text any more."""
        if self.nuls:
            yield f"{self.nuls:,} NUL characters were dropped."
        if self.marks:
            yield f"{self.marks:,} byte order marks within the text were dropped."
        if self.stop:
            yield "The end mark of DOS (Ctrl-Z) at the end was dropped."


def transcode(path: Path, encoding: str, target: Path, progress: Progress) -> Dropped:
    """Write ``path`` as UTF-8 with LF or CRLF ends to ``target``; say what was dropped.

    Raises ``UserError`` at the first byte that the encoding does not know.
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    size, done, dropped = max(path.stat().st_size, 1), 0, Dropped()
    with path.open("rb") as source, target.open("w", encoding="utf-8", newline="") as out:
        while True:
            chunk = source.read(CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                offset = done - len(error.object) + len(chunk) + error.start
                raise bad_byte(path, encoding, max(offset, 0)) from None
            dropped.nuls += text.count("\0")
            text = text.replace("\0", "")
            text = text.removeprefix(MARK) if done == 0 else text
            dropped.marks += text.count(MARK)
            text = text.replace(MARK, "")
            out.write(STOP if dropped.stop and text else "")
            dropped.stop = text.endswith(STOP) or (dropped.stop and not text)
            out.write(text.removesuffix(STOP))
            done += len(chunk)
            progress.step(done / size, "Converting characters to UTF-8")
            if not chunk:
                dropped.mixture = decoder.found if isinstance(decoder, MixedDecoder) else None
                return dropped


def read_as(encoding: str, mixture: Mixture | None) -> Iterator[str]:
    """Yield in which encoding a file was read: UTF-8 goes without saying, two of them do not."""
    second = second_of(encoding)
    if second is None or mixture is None:
        if encoding != "utf-8":
            yield f"The file was read as {encoding_words(encoding)}."
    elif not mixture.first:
        yield f"The file was read as {ENCODINGS[second]}."
    elif mixture.second:
        yield mixture.said(ENCODINGS[second])


def mixture_said(path: Path, encoding: str) -> Iterator[str]:
    """Say how two encodings are mixed in the start of a file."""
    if mixture := mixture_of(path, encoding, CHUNK):
        yield from read_as(encoding, mixture)


def mixture_of(path: Path, encoding: str, most: int | None = None) -> Mixture | None:
    """Look how the two encodings of a file, or of its first bytes, are mixed; None for one."""
    decoder = codecs.getincrementaldecoder(encoding)() if second_of(encoding) else None
    if not isinstance(decoder, MixedDecoder):
        return None
    with path.open("rb") as source:
        while chunk := source.read(min(CHUNK, most or CHUNK)):
            decoder.decode(chunk)
            if most:
                break
    decoder.decode(b"", final=not most)
    return decoder.found

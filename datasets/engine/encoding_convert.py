"""A text in any encoding as UTF-8; what no cell may hold is dropped and counted."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from datasets.engine.encoding import CHUNK, bad_byte
from segplatform.kernel.progress import Progress

MARK, STOP = "\ufeff", "\x1a"


@dataclass
class Dropped:
    """What a conversion left out: NUL characters, byte order marks within, the end mark of DOS."""

    nuls: int = 0
    marks: int = 0
    stop: bool = False

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
                return dropped

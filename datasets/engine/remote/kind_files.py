"""Names and bytes of what is fetched: a name that people read, a file of at most so many bytes."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from datasets.engine.names import clean_name
from segplatform.kernel.errors import TooLarge
from segplatform.kernel.progress import Progress

PIECE_BYTES = 2**20


def file_name(key: str, otherwise: str = "file") -> str:
    """Give the last part of a stored file's key as a name: visible, short, no path."""
    last = PurePosixPath(key.replace("\\", "/")).name
    name = clean_name(last).strip(". ")
    if len(name) > 120:  # the end tells what it holds
        name = name[:80] + name[-40:]
    return name or otherwise


def size_words(count: int) -> str:
    """Say how large a file is."""
    size, unit = float(count), "bytes"
    for larger in ("KB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{count:,} bytes" if unit == "bytes" else f"{size:.1f} {unit}"


def write_pieces(
    pieces: Iterable[bytes], target: Path, total: int | None, most: int, progress: Progress
) -> int:  # fmt: skip
    """Write a stream to a file piece by piece; give its size. Over ``most`` it ends."""
    done = 0
    require_size(total or 0, most)
    with target.open("wb") as file:
        for piece in pieces:
            done += len(piece)
            require_size(done, most)
            file.write(piece)
            share = min(done / total, 1.0) if total else 0.0
            progress.step(share, f"{size_words(done)} fetched")
    return done


def require_size(count: int, most: int) -> None:
    """Refuse a file that is too large before it fills the disk."""
    if count > most:
        raise TooLarge(
            f"The file is larger than {size_words(most)}, which is the most that is fetched. "
            "Choose a smaller one, or divide it."
        )

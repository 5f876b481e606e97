"""Silhouettes of many labelings in one pass over the distances, in double precision."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mllab.engine.labelings import NOISE
from mllab.engine.silhouette_tiles import ROUNDING, cell_sums, unreliable

if TYPE_CHECKING:
    from numpy import float32, float64, int64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels, Matrix

    Values = NDArray[float64]
    Rows = NDArray[int64]
    Stored = NDArray[float32]

BLOCK_BYTES = 64 * 2**20
"""Of the distances held at once: fewer and larger products suffer less from a busy machine."""

SINGLE_ROWS = 100_000
"""From so many rows on an estimate is made in single precision: silhouettes move by less than
1e-4, a fiftieth of their standard error."""

READ_SEGMENTS = 48
"""With more segments than these multiplying by them takes longer than computing distances anew."""
READ_TILE = (256, 2_048)
"""Of stored distances, taken at once: it stays in the processor's cache between two steps."""


@dataclass(frozen=True)
class Silhouettes:
    """The silhouettes of one labeling: ``values`` (q,) of the rows ``rows`` (q,).

    ``mean`` is None, and ``values`` empty, where there are not two segments; ``n`` is the number
    of rows looked at, noise left out. ``standard_error`` of the mean is there where the rows are
    a sample of all.
    """

    values: "Values"
    rows: "Rows"
    mean: float | None
    standard_error: float | None
    n: int


def silhouettes(
    X: "Matrix",
    labelings: "Sequence[Labels]",
    query: "Rows | None" = None,
    stored: "Stored | None" = None,
) -> list[Silhouettes]:
    """Score each labeling (n,) of X (n, d), finite; −1 is noise and left out, of each by itself.

    ``query`` are the rows to look at, each against **all** rows: an unbiased estimate with its
    standard error (of a sample without replacement: with the finite population correction).
    None looks at every row: exact. A row alone in its segment has 0; so has one that is no
    nearer to anything. Rousseeuw, 1987. Takes O(q·n·d) for all labelings; O(q·n) with the
    distances of ``query`` to all rows ``stored`` (q, n) (``mllab.engine.distances``).
    """
    import numpy as np

    asked = np.arange(len(X)) if query is None else np.asarray(query, dtype=np.int64)
    parts = [_Part.of(labels, asked) for labels in labelings]
    scored = [part for part in parts if len(part.sizes) > 1 and len(part.places)]
    if scored:
        if stored is not None and sum(len(part.sizes) for part in scored) <= READ_SEGMENTS:
            _fill_read(stored, scored, asked)
        else:
            _compute(np.asarray(X, dtype=np.float64), scored, asked, query is not None)
    return [part.result(asked, is_sample=query is not None) for part in parts]


def _compute(X: "Matrix", parts: "list[_Part]", asked: "Rows", is_sample: bool) -> None:
    """Measure distances; in single precision where an estimate cannot tell the difference."""
    single = is_sample and len(X) >= SINGLE_ROWS
    _fill(X, parts, asked, single=single)
    if single and any(
        unreliable(X, asked[part.places], part.largest[part.places]) for part in parts
    ):
        _fill(X, parts, asked, single=False)


@dataclass
class _Part:
    """One labeling: ``codes`` (n,) count from 0, noise is −1; ``places`` of ``asked`` count.

    ``largest`` (q,) is the larger of the two mean distances that make a silhouette; 0 of noise.
    """

    codes: "Labels"
    sizes: "Rows"
    places: "Rows"
    found: "Values"
    largest: "Values"

    @classmethod
    def of(cls, labels: "Labels", asked: "Rows") -> "_Part":
        import numpy as np

        labels = np.asarray(labels)
        is_segment = labels != NOISE
        _, inverse, sizes = np.unique(labels[is_segment], return_inverse=True, return_counts=True)
        codes = np.full(len(labels), NOISE, dtype=np.int64)
        codes[is_segment] = inverse
        places = np.flatnonzero(is_segment[asked])
        return cls(codes, sizes, places, np.zeros(len(asked)), np.zeros(len(asked)))

    def add(self, start: int, rows: "Rows", sums: "Values") -> None:
        """Take the ``sums`` (b, k) of distances from ``rows`` (b,) to the rows of each segment."""
        import numpy as np

        own = self.codes[rows]
        at = np.flatnonzero(own != NOISE)
        own, sums = own[at], sums[at]
        lines = np.arange(len(at))
        inner = sums[lines, own] / np.maximum(self.sizes[own] - 1, 1)
        means = sums / self.sizes
        means[lines, own] = np.inf
        outer = means.min(axis=1)
        self.largest[start + at] = largest = np.maximum(inner, outer)
        is_clear = (self.sizes[own] > 1) & (largest > 0)
        np.divide(outer - inner, largest, out=largest, where=is_clear)
        self.found[start + at] = np.where(is_clear, largest, 0.0)

    def result(self, asked: "Rows", *, is_sample: bool) -> Silhouettes:
        n = len(self.places)
        if len(self.sizes) < 2 or not n:
            return Silhouettes(self.found[:0], asked[:0], None, None, n)
        values = self.found[self.places]
        error = _standard_error(values, int(self.sizes.sum())) if is_sample else None
        return Silhouettes(values, asked[self.places], float(values.mean()), error, n)


def _standard_error(values: "Values", population: int) -> float | None:
    """Return the standard error of the mean of rows drawn without replacement."""
    n = len(values)
    if n < 2:
        return None
    share_left = max(population - n, 0) / max(population - 1, 1)
    return float(values.std(ddof=1) * (share_left / n) ** 0.5)


def _fill(X: "Matrix", parts: list[_Part], asked: "Rows", *, single: bool) -> None:
    """Add up distances by segment, for all labelings at once."""
    import numpy as np

    order, starts = _cells(parts)
    columns = _indicators(parts, order[starts])
    ends = np.cumsum([len(part.sizes) for part in parts])[:-1]
    for start, rows, cells in cell_sums(X, asked, order, starts, single=single):
        sums = np.split(cells @ columns, ends, axis=1)
        for part, block in zip(parts, sums, strict=True):
            part.add(start, rows, block)


def _fill_read(stored: "Stored", parts: list[_Part], asked: "Rows") -> None:
    """Add up distances that were stored, in double precision."""
    import numpy as np

    n = stored.shape[1]
    columns = _indicators(parts, np.arange(n))
    ends = np.cumsum([len(part.sizes) for part in parts])[:-1]
    buffer = np.empty(READ_TILE)
    for start in range(0, len(asked), READ_TILE[0]):
        rows = asked[start : start + READ_TILE[0]]
        sums = np.zeros((len(rows), columns.shape[1]))
        for left in range(0, n, READ_TILE[1]):
            found = stored[start : start + len(rows), left : left + READ_TILE[1]]
            tile = buffer[: found.shape[0], : found.shape[1]]
            tile[...] = found
            sums += tile @ columns[left : left + READ_TILE[1]]
        for part, own in zip(parts, np.split(sums, ends, axis=1), strict=True):
            part.add(start, rows, own)


def _cells(parts: list[_Part]) -> "tuple[Rows, Rows]":
    """Order the rows (n,) so that those with the same labels everywhere are neighbours.

    Returns the order and where each such cell starts in it: distances are added up by cell
    first, of which there are far fewer than rows.
    """
    import numpy as np

    cells = np.zeros(len(parts[0].codes), dtype=np.int64)
    for part in parts:
        joint = cells * (len(part.sizes) + 1) + part.codes + 1
        cells = np.unique(joint, return_inverse=True)[1]
    order = np.argsort(cells, kind="stable")
    return order, np.searchsorted(cells[order], np.arange(cells.max() + 1))


def _indicators(parts: list[_Part], rows: "Rows") -> "Matrix":
    """Return (rows, segments of all): 1 where the row is in the segment; noise is in none."""
    import numpy as np

    columns = np.zeros((len(rows), sum(len(part.sizes) for part in parts)))
    offset = 0
    for part in parts:
        codes = part.codes[rows]
        inside = np.flatnonzero(codes != NOISE)
        columns[inside, offset + codes[inside]] = 1.0
        offset += len(part.sizes)
    return columns


def blocks(X: "Matrix", asked: "Rows", order: "Rows") -> "Iterator[tuple[int, Rows, Matrix]]":
    """Give the distances (b, n) of a few ``asked`` rows to all, in ``order``, in one buffer.

    |a − b|² = |a|² + |b|² − 2ab as one matrix product; rows are centred first, for precision.
    What is within rounding of 0 becomes 0: rows that are equal are no distance apart.
    """
    import numpy as np

    X = X - X.mean(axis=0)
    n, d = X.shape
    norms = np.einsum("ij,ij->i", X, X)
    ones = np.ones(n)
    left = np.column_stack([X, norms * (1 - ROUNDING * 2.0**-52 * (d + 2)), ones])
    right = np.ascontiguousarray(np.column_stack([-2 * X, ones, norms])[order].T)
    step = max(1, BLOCK_BYTES // (8 * n))
    buffer = np.empty((min(step, len(asked)), n))
    for start in range(0, len(asked), step):
        rows = asked[start : start + step]
        block = buffer[: len(rows)]
        np.dot(left[rows], right, out=block)
        np.maximum(block, 0.0, out=block)
        np.sqrt(block, out=block)
        yield start, rows, block

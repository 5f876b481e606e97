"""Sums of distances by cell of rows, in tiles that stay in the processor's cache."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy import float64, int64
    from numpy.typing import NDArray

    Matrix = NDArray[float64]
    Rows = NDArray[int64]

TILE = (64, 1_024)
"""Asked rows and other rows of one tile: half a megabyte of distances in double precision. Ten
times as large ones, which pass through memory for every step, take twice as long."""
ROUNDING = 8
"""Of a squared distance, per column and relative to the squared norm of the row, in units of the
last place: what is smaller than that is 0, so that equal rows are no distance apart."""
MOST_PRODUCTS = 16
"""Cells of a tile up to which multiplying by them is quicker than adding cell by cell."""


def cell_sums(
    X: "Matrix", asked: "Rows", order: "Rows", starts: "Rows", *, single: bool
) -> "Iterator[tuple[int, Rows, Matrix]]":
    """Give the sums (b, cells) of the distances of a few ``asked`` rows to the rows of each cell.

    The rows of X (n, d) stand in ``order`` cell by cell; cell c starts there at ``starts[c]``.
    |a − b|² = |a|² + |b|² − 2ab as one matrix product; rows are centred first, for precision.
    ``single`` computes in single precision, in little more than half of the time.
    """
    import numpy as np

    left, tiles = _factors(X, asked, order, single=single)
    cells = [_Tile(order, starts, place) for place in range(0, len(order), TILE[1])]
    for start in range(0, len(asked), TILE[0]):
        rows = left[start : start + TILE[0]]
        sums = np.zeros((len(rows), len(starts)))
        for factor, tile in zip(tiles, cells, strict=True):
            block = rows @ factor
            np.maximum(block, 0.0, out=block)
            np.sqrt(block, out=block)
            tile.add(sums, block)
        yield start, asked[start : start + TILE[0]], sums


def unreliable(X: "Matrix", rows: "Rows", largest: "Matrix") -> bool:
    """Say whether distances of about ``largest`` (q,) from some rows need double precision.

    They do where rounding is not far below them: where rows are near to each other, but far from
    the middle of all.
    """
    import numpy as np

    norms = np.sum((X[rows] - X.mean(axis=0)) ** 2, axis=1)
    step = float(np.finfo(np.float32).eps) * ROUNDING * (X.shape[1] + 2)
    return bool((largest**2 < 1_000 * step * norms).any())


class _Tile:
    """Which cells the rows of one tile are of: ``first`` and those after it."""

    def __init__(self, order: "Rows", starts: "Rows", place: int) -> None:
        import numpy as np

        stop = min(place + TILE[1], len(order))
        self.first = int(np.searchsorted(starts, place, side="right")) - 1
        self.last = int(np.searchsorted(starts, stop, side="left"))
        self.starts = np.maximum(starts[self.first : self.last] - place, 0)
        self.members: NDArray[Any] | None = None
        if len(self.starts) <= MOST_PRODUCTS:
            own = np.repeat(np.arange(len(self.starts)), np.diff([*self.starts, stop - place]))
            self.members = np.eye(len(self.starts))[own]

    def add(self, sums: "Matrix", block: "NDArray[Any]") -> None:
        """Add the distances of a block (b, w) to the sums (b, cells)."""
        import numpy as np

        if self.members is None:
            found = np.add.reduceat(block, self.starts, axis=1, dtype=np.float64)
        else:
            found = block @ self.members.astype(block.dtype, copy=False)
        sums[:, self.first : self.last] += found


def _factors(
    X: "Matrix", asked: "Rows", order: "Rows", *, single: bool
) -> "tuple[NDArray[Any], list[NDArray[Any]]]":
    """Return (q, d + 2) and pieces (d + 2, w) whose products are squared distances."""
    import numpy as np

    kind = np.float32 if single else np.float64
    X = X - X.mean(axis=0)
    norms = np.einsum("ij,ij->i", X, X)
    slack = 1 - ROUNDING * float(np.finfo(kind).eps) * (X.shape[1] + 2)
    left = np.column_stack([X[asked], norms[asked] * slack, np.ones(len(asked))]).astype(kind)
    pieces = []
    for start in range(0, len(order), TILE[1]):
        rows = order[start : start + TILE[1]]
        piece = np.column_stack([-2 * X[rows], np.ones(len(rows)), norms[rows]])
        pieces.append(np.ascontiguousarray(piece.T.astype(kind)))
    return left, pieces

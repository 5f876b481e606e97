"""What the columns of a training matrix are: which inputs they came from, and what kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Labels, Matrix


@dataclass(frozen=True)
class Block:
    """Columns ``start`` to ``stop`` (not included) of the matrix, which one input became.

    Those of a category hold one column for each value, the largest for the row's own.
    """

    column: str
    start: int
    stop: int
    is_category: bool = False

    def codes(self, X: "Matrix") -> "Labels":
        """Return the place of each row's value (n,), 0 to width − 1; the width for none of them.

        One-hot columns are centred by their shares, or 0 and 1: only the row's own is above 0.
        """
        import numpy as np

        own = X[:, self.start : self.stop]
        places = own.argmax(axis=1)
        found: Labels = np.where(own.max(axis=1) > 0, places, self.stop - self.start)
        return found


@dataclass(frozen=True)
class Space:
    """The inputs behind the columns; none where that is not known, as with components."""

    blocks: tuple[Block, ...] = ()

    def named(self, names: "tuple[str, ...]") -> Block | None:
        """Return the number whose plain name is, or else holds, one of these, first ones first."""
        numbers = {plain(b.column): b for b in self.blocks if not b.is_category}
        place = match(list(numbers), names)
        return None if place is None else list(numbers.values())[place]


def plain(name: str) -> str:
    """Write a column's name without case, spaces and signs."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def match(plain_names: list[str], words: "tuple[str, ...]") -> int | None:
    """Return the place of the name that is one of the words, else of one that holds one."""
    for fits in (str.__eq__, str.__contains__):
        for word in words:
            for place, name in enumerate(plain_names):
                if fits(name, word):
                    return place
    return None


def space_of(preprocessing: Mapping[str, Any]) -> Space:
    """Describe the matrix of a stored preprocessing."""
    from mllab.engine.preprocessing import from_json

    if not preprocessing.get("inputs") or preprocessing.get("pca"):
        return Space()
    fitted, blocks, start = from_json(preprocessing), [], 0
    for fit in fitted.inputs:
        stop = start + len(fit.names)
        is_category = fit.category is not None and fit.category.encoding == "one_hot"
        blocks.append(Block(fit.column, start, stop, is_category))
        start = stop
    return Space(tuple(blocks)) if start == len(fitted.columns) else Space()

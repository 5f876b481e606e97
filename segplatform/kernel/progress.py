"""How computing code reports progress without knowing who listens."""

from typing import Protocol


class Progress(Protocol):
    """What computing code is given to report with."""

    def step(self, fraction: float, message: str = "") -> None:
        """Report ``fraction`` done (0 to 1); raises ``Cancelled`` once asked to stop."""

    def log(self, line: str) -> None:
        """Add one line to the log of the work."""


class NullProgress:
    """Nobody listens: for tests, benchmarks and direct calls."""

    def step(self, fraction: float, message: str = "") -> None:
        """Do nothing."""

    def log(self, line: str) -> None:
        """Do nothing."""


class SubProgress:
    """Maps a part's 0…1 onto ``start``…``stop`` of its parent."""

    def __init__(self, parent: Progress, start: float, stop: float) -> None:
        self.parent, self.start, self.stop = parent, start, stop

    def step(self, fraction: float, message: str = "") -> None:
        """Report the part's fraction to the parent, scaled."""
        self.parent.step(self.start + (self.stop - self.start) * fraction, message)

    def log(self, line: str) -> None:
        """Pass the line on."""
        self.parent.log(line)

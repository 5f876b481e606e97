"""Attempts of a hostile recipe, by theme; importing a theme adds its attempts to ``ATTEMPTS``."""

from tests.datasets.cage.attacks import (
    files,
    kernel,
    leaks,
    limits,
    network,
    privileges,
    processes,
    surface,
    tampering,
)
from tests.datasets.cage.attacks.base import ATTEMPTS, Attempt, Target, try_it

__all__ = [
    "ATTEMPTS",
    "Attempt",
    "Target",
    "files",
    "kernel",
    "leaks",
    "limits",
    "network",
    "privileges",
    "processes",
    "surface",
    "tampering",
    "try_it",
]

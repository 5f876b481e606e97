"""The REST operations of the ML Lab; every file adds its own to the one router."""

from mllab.api import algorithms, experiments, prototypes, use_cases  # noqa: F401
from mllab.api.base import router

__all__ = ["router"]

"""The REST operations of datasets; every file adds its own to the one router."""

from datasets.api import (  # noqa: F401
    charts,
    checkups,
    datasets,
    flow,
    profiles,
    recipes,
    rejected,
    uploads,
    versions,
)
from datasets.api.base import router

__all__ = ["router"]

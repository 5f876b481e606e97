"""The REST operations of datasets; every file adds its own to the one router."""

from datasets.api import (  # noqa: F401
    charts,
    checkups,
    connections,
    datasets,
    flow,
    import_losses,
    profiles,
    recipes,
    refresh,
    rejected,
    uploads,
    versions,
)
from datasets.api.base import router

__all__ = ["router"]

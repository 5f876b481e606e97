"""The REST operations of datasets; every file adds its own to the one router."""

from datasets.api import charts, datasets, flow, profiles, recipes, rejected, uploads, versions  # noqa: F401
from datasets.api.base import router

__all__ = ["router"]

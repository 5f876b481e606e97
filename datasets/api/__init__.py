"""The REST operations of datasets; every file adds its own to the one router."""

from datasets.api import datasets, flow, profiles, recipes, uploads  # noqa: F401
from datasets.api.base import router

__all__ = ["router"]

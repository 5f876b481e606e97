"""Datasets, their versions, connections, uploads, imports and recipes."""

from datasets.models.connection import Connection
from datasets.models.dataset import Dataset, DatasetVersion
from datasets.models.recipe import Recipe, RecipeInput, RecipeRun
from datasets.models.upload import DatasetImport, Upload

__all__ = [
    "Connection",
    "Dataset",
    "DatasetImport",
    "DatasetVersion",
    "Recipe",
    "RecipeInput",
    "RecipeRun",
    "Upload",
]

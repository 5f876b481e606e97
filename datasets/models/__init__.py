"""Datasets, their versions, uploads, imports and recipes."""

from datasets.models.dataset import Dataset, DatasetVersion
from datasets.models.recipe import Recipe, RecipeInput, RecipeRun
from datasets.models.upload import DatasetImport, Upload

__all__ = [
    "Dataset",
    "DatasetImport",
    "DatasetVersion",
    "Recipe",
    "RecipeInput",
    "RecipeRun",
    "Upload",
]

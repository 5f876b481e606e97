"""Datasets, their versions, uploads and imports."""

from datasets.models.dataset import Dataset, DatasetVersion
from datasets.models.upload import DatasetImport, Upload

__all__ = ["Dataset", "DatasetImport", "DatasetVersion", "Upload"]

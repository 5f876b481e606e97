"""The REST operations of the ML Lab; every file adds its own to the one router."""

from mllab.api import (  # noqa: F401
    algorithms,
    experiments,
    find_k,
    made,
    model_files,
    prototype_customers,
    prototype_segments,
    prototypes,
    segmentation_versions,
    segmentations,
    use_cases,
    value_checks,
)
from mllab.api.base import router

__all__ = ["router"]

"""Use cases, their experiments, prototypes and scores; segmentations and their segments."""

from mllab.models.experiment import Experiment
from mllab.models.prototype import MetricScore, Prototype
from mllab.models.segmentation import Segment, Segmentation, SegmentationVersion
from mllab.models.use_case import UseCase
from mllab.models.value_check import ValueCheck

__all__ = [
    "Experiment",
    "MetricScore",
    "Prototype",
    "Segment",
    "Segmentation",
    "SegmentationVersion",
    "UseCase",
    "ValueCheck",
]

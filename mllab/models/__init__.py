"""Use cases, their experiments, prototypes and scores."""

from mllab.models.experiment import Experiment
from mllab.models.prototype import MetricScore, Prototype
from mllab.models.use_case import UseCase

__all__ = ["Experiment", "MetricScore", "Prototype", "UseCase"]

"""The ML Lab."""

from django.apps import AppConfig


class MllabConfig(AppConfig):
    """Clustering experiments, leaderboards and segmentations."""

    name = "mllab"
    verbose_name = "ML Lab"

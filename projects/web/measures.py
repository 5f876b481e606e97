"""What this web process counts of its requests, in the form that Prometheus reads."""

from collections.abc import Iterable, Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from projects.hooks import Measure

__all__ = ["CONTENT_TYPE_LATEST", "as_prometheus", "count_request"]

PREFIX = "segplatform"
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

disable_created_metrics()  # twice the lines, for what the reader finds out by itself
registry = CollectorRegistry()
ProcessCollector(namespace=PREFIX, registry=registry)
_requests = Counter(
    f"{PREFIX}_http_requests",
    "Requests answered by this web process.",
    ["method", "route", "status"],
    registry=registry,
)
_seconds = Histogram(
    f"{PREFIX}_http_request_seconds",
    "Seconds until an answer began.",
    ["route"],
    buckets=BUCKETS,
    registry=registry,
)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    _requests.labels(method, route, str(status)).inc()
    _seconds.labels(route).observe(seconds)


class _Gauges(Collector):
    def __init__(self, measures: Iterable[Measure]) -> None:
        self.measures = measures

    def collect(self) -> Iterator[Metric]:
        for measure in self.measures:
            family = GaugeMetricFamily(
                f"{PREFIX}_{measure.name}", measure.text, None, measure.labels
            )
            for labels, value in sorted(measure.values.items()):
                family.add_metric(labels, value)
            yield family


def as_prometheus(measures: Iterable[Measure]) -> bytes:
    """Write what this process counted and the gauges given, as Prometheus reads it."""
    gauges = CollectorRegistry(auto_describe=False)
    gauges.register(_Gauges(list(measures)))
    return generate_latest(registry) + generate_latest(gauges)

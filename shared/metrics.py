"""What every stage of the pipeline counts, under the names of house-style rule 25."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector

DURATION_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
AGE_BUCKETS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 14400.0, 86400.0)


def new_registry() -> CollectorRegistry:
    """Return a registry with the process's own figures; nothing is ever registered at import time."""
    registry = CollectorRegistry(auto_describe=True)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    return registry


class StageMetrics:
    """Items in, items out by outcome, in progress, duration and the time of the last success of one stage.

    Names: ``tocsin_<service>_<noun>_in_total``, ``…_out_total{outcome}``, ``…_in_progress``, ``…_duration_seconds``,
    ``…_last_success_timestamp_seconds``. ``outcomes`` is the closed set of label values, each initialised to zero.
    """

    def __init__(self, registry: CollectorRegistry, service: str, noun: str, outcomes: Iterable[str]) -> None:
        prefix = f"tocsin_{service}_{noun}"
        self.received = Counter(f"{prefix}_in", f"{noun} received", registry=registry)
        self.finished = Counter(f"{prefix}_out", f"{noun} finished, by outcome", ["outcome"], registry=registry)
        self.in_progress = Gauge(f"{prefix}_in_progress", f"{noun} being worked on", registry=registry)
        self.duration = Histogram(
            f"{prefix}_duration_seconds", f"time to finish one of {noun}", buckets=DURATION_BUCKETS, registry=registry
        )
        self.last_success = Gauge(
            f"{prefix}_last_success_timestamp_seconds", f"when {noun} last succeeded (Unix time)", registry=registry
        )
        for outcome in outcomes:
            self.finished.labels(outcome)

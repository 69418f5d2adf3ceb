"""What the API counts."""

from prometheus_client import CollectorRegistry, Counter, Histogram

_KINDS = ("2xx", "3xx", "4xx", "5xx")


class ApiMetrics:
    """Requests by kind of answer, how long they took, and refusals by reason."""

    def __init__(self, registry: CollectorRegistry, faults: "tuple[str, ...]") -> None:
        self.requests = Counter(
            "tocsin_alert_api_requests", "requests to the page and the API", ["answer"], registry=registry
        )
        self.duration = Histogram("tocsin_alert_api_request_seconds", "time of a request", registry=registry)
        self.refused = Counter(
            "tocsin_alert_api_refusals", "requests that were not answered with what they asked for", ["reason"],
            registry=registry,
        )  # fmt: skip
        for kind in _KINDS:
            self.requests.labels(kind)
        for fault in faults:
            self.refused.labels(fault)

    def count(self, status: int) -> None:
        """Count an answer."""
        kind = f"{status // 100}xx"
        self.requests.labels(kind if kind in _KINDS else "5xx").inc()

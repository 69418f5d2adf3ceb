"""The reserved sink at the end of the chain: takes test items and measures how long they were under way."""

from services.alert.delivery import Delivered, Outcome
from services.alert.ledger import Claimed
from services.alert.metrics import AlertMetrics
from services.alert.watch import Endpoint
from shared.clock import Clock


class SinkChannel:
    """Takes everything."""

    def __init__(self, *, metrics: AlertMetrics, clock: Clock) -> None:
        self._metrics = metrics
        self._clock = clock

    async def send(self, endpoint: Endpoint, delivery: Claimed) -> Outcome:
        """Measure and forget."""
        assert endpoint.channel == "sink"
        if delivery.occurred_at is not None:
            age = (self._clock.now() - delivery.occurred_at).total_seconds()
            self._metrics.canary_age.observe(max(0.0, age))
            self._metrics.canary_last.set(delivery.occurred_at.timestamp())
        return Delivered()

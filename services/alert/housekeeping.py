"""What is kept how long, and the loop that sees to it.

| what | setting | default |
|---|---|---|
| deliveries that are done (delivered, dead, expired), with their bodies | ``keep_deliveries_days`` | 120 |
| single attempts and what was answered | ``keep_attempts_days`` | 30 |
| incidents whose newest report is older, with all their changes | ``keep_incidents_days`` | 1095 |
| the audit; revoked and expired keys; reported errors that are closed; holds and mutes that have ended | ``keep_audit_days`` | 730 |

Nothing pending is ever taken away. Replicas take turns; each round works in small batches, so that nobody waits for it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.alert.errors import LedgerError
from shared.logging import logger

TABLES = (
    "deliveries", "attempts", "bodies", "incidents", "changes", "audit", "api_keys", "error_reports", "silences"
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Keep:
    """Days for each kind of thing."""

    deliveries_days: int
    attempts_days: int
    incidents_days: int
    audit_days: int


class Broom(Protocol):
    """Takes away what is too old."""

    async def sweep(self, keep: Keep) -> Mapping[str, int] | None:
        """Return how many rows of each table went; None when another replica is at it. Raises ``LedgerError``."""
        ...


class HousekeepingMetrics:
    """Rows taken away, rounds that failed, when the last one succeeded."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.removed = Counter(
            "tocsin_alert_rows_removed", "rows that were older than is kept", ["table"], registry=registry
        )
        self.failures = Counter(
            "tocsin_alert_housekeeping_failures", "rounds of housekeeping that failed", registry=registry
        )
        self.last_success = Gauge(
            "tocsin_alert_housekeeping_last_success_timestamp_seconds", "when a round succeeded last", registry=registry
        )
        for table in TABLES:
            self.removed.labels(table)


class Housekeeping:
    """Sweeps for ever; a database that does not answer only delays it."""

    def __init__(self, broom: Broom, keep: Keep, metrics: HousekeepingMetrics, *, every_seconds: float) -> None:
        self._broom = broom
        self._keep = keep
        self._metrics = metrics
        self._every_seconds = every_seconds

    async def run(self) -> None:
        """Sweep, wait, and so on."""
        while True:
            await self.once()
            await asyncio.sleep(self._every_seconds)

    async def once(self) -> None:
        """One round; a failure is counted and logged."""
        try:
            removed = await self._broom.sweep(self._keep)
        except LedgerError as error:
            self._metrics.failures.inc()
            logger().warning("housekeeping.failed", reason=str(error))
            return
        if removed is None:
            return
        for table, count in removed.items():
            self._metrics.removed.labels(table).inc(count)
        self._metrics.last_success.set_to_current_time()
        if any(removed.values()):
            logger().info("housekeeping.done", **{table: count for table, count in removed.items() if count})

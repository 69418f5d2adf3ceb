"""``tocsin.sources.v1`` into the ledger's database, where every replica finds the last word on every feed.

A record that cannot be read is counted and passed over: the feed's next one replaces it within minutes.
"""

from collections.abc import Sequence
from typing import Protocol

from services.alert.metrics import AlertMetrics
from shared.codec import DecodeError, decode
from shared.events.source import SourceHealth
from shared.kafka.dead_letters import Received
from shared.logging import logger


class SourceShelf(Protocol):
    """Where they are kept."""

    async def tell(self, sources: Sequence[SourceHealth]) -> None:
        """Keep the last word on each; raises ``LedgerError``."""
        ...


class SourceIntake:
    """Takes batches of records in."""

    def __init__(self, *, shelf: SourceShelf, metrics: AlertMetrics) -> None:
        self._shelf = shelf
        self._metrics = metrics

    async def handle(self, batch: Sequence[Received]) -> None:
        """Return when the batch is kept; raises ``LedgerError``."""
        found = []
        for record in batch:
            try:
                found.append(decode(SourceHealth, record.value))
            except DecodeError as error:
                self._metrics.sources_unreadable.inc()
                logger().warning("source.unreadable", reason=str(error), offset=record.offset)
        if found:
            await self._shelf.tell(found)

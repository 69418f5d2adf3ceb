"""What a batch caused, made durable: published and acknowledged, the link table's changelog with it, then written to the table."""

import asyncio
import time
from collections.abc import Callable, Sequence

from services.classify.errors import ClassifyError, InfrastructureError
from services.classify.link_table import LinkTable, Row
from services.classify.metrics import ClassifyMetrics
from services.classify.stages import Outcome
from shared.kafka.dead_letters import Received
from shared.kafka.publisher import Acknowledged, Publisher, PublishError, Record
from shared.logging import logger
from shared.topics import LINK_CHANGELOG

_RETRY_SECONDS = 1.0


class Durability:
    """Publishes and writes. What cannot be published is tried again; after ``deadline_seconds`` the process is ended."""

    def __init__(
        self,
        *,
        publisher: Publisher,
        table: LinkTable,
        metrics: ClassifyMetrics,
        deadline_seconds: float,
        end: Callable[[ClassifyError], None],
    ) -> None:
        self._publisher = publisher
        self._table = table
        self._metrics = metrics
        self._deadline_seconds = deadline_seconds
        self._end = end

    async def keep(self, batch: Sequence[Received], outcomes: Sequence[Outcome]) -> None:
        """Return when the outcomes of the batch are acknowledged and written; raises ``StateError`` when the changelog began anew."""
        records: list[Record] = []
        entries: list[tuple[int, bytes, bytes, int]] = []
        for received, outcome in zip(batch, outcomes, strict=True):
            records += outcome.records
            if outcome.entry is not None:
                key, value = outcome.entry
                entries.append((received.partition, key, value, len(records)))
                records.append(Record(topic=LINK_CHANGELOG.name, key=key, value=value, partition=received.partition))
        acknowledged = await self._publish(records) if records else ()
        if after := [record for outcome in outcomes for record in outcome.after]:
            await self._publish(after)
        rows: dict[int, list[Row]] = {}
        for partition, key, value, number in entries:
            row = Row(key=key, value=value, changelog_offset=acknowledged[number].offset)
            rows.setdefault(partition, []).append(row)
        for partition, kept in rows.items():
            self._table.keep(partition, kept)

    async def rewrite(self, partition: int, rows: Sequence[tuple[bytes, bytes | None]]) -> None:
        """Write rows of one partition, None deletes; in order, acknowledged by the changelog before the table has them."""
        acknowledged = await self._publish(
            [Record(topic=LINK_CHANGELOG.name, key=key, value=value, partition=partition) for key, value in rows]
        )
        self._table.keep(
            partition,
            [
                Row(key=key, value=value, changelog_offset=at.offset)
                for (key, value), at in zip(rows, acknowledged, strict=True)
            ],
        )

    async def _publish(self, records: Sequence[Record]) -> tuple[Acknowledged, ...]:
        """Publish until acknowledged. Repeating is harmless: records are the same bytes under the same ids."""
        started = time.monotonic()
        while True:
            try:
                return await self._publisher.publish(records)
            except PublishError as error:
                self._metrics.publish_retries.inc()
                waited = time.monotonic() - started
                logger().warning("publish.retried", topic=error.topic, reason=error.reason, waited_s=round(waited, 1))
                if waited > self._deadline_seconds:
                    self._end(InfrastructureError(error.topic, error.reason, waited))
                await asyncio.sleep(_RETRY_SECONDS)

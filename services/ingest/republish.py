"""Refilling a Kafka that lost its items: the outbox's rows once more, byte for byte, under their ids."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from services.ingest.ports import ItemPublisher
from services.ingest.work import OutboxRow


class StoredRows(Protocol):
    """The outbox as it is read back."""

    def rows_since(self, since: datetime, *, batch: int) -> AsyncIterator[Sequence[OutboxRow]]:
        """Yield the rows stored since then, oldest first."""
        ...


async def republish(stored: StoredRows, publisher: ItemPublisher, *, since: datetime, batch: int) -> int:
    """Publish every row stored since then and return how many; raises ``PublishError``, and then it may simply be run again.

    Rows that still wait for their first acknowledgement are published too and stay pending: the service settles them.
    """
    count = 0
    async for rows in stored.rows_since(since, batch=batch):
        await publisher.publish(rows)
        count += len(rows)
    return count

"""Kafka: outbox rows as records of the items topic."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from services.ingest.work import OutboxRow
from shared.kafka.connection import KafkaConnection
from shared.kafka.errors import KafkaError
from shared.kafka.publisher import Publisher, PublishError, Record
from shared.topics import ITEMS

_AT_ONCE = 100
"""The client takes 0.1 ms of the event loop for a record and does not pause between them: five hundred would hold up every poll."""


class KafkaItemPublisher:
    """Publishes while its context is open. After a failure the producer is made anew: an idempotent one may be past saving."""

    def __init__(self, connection: KafkaConnection, *, timeout_seconds: float) -> None:
        self._connection = connection
        self._timeout_seconds = timeout_seconds
        self._publisher: Publisher | None = None

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self._close()

    async def publish(self, rows: Sequence[OutboxRow], *, partition: int | None = None) -> None:
        """Return when every row is acknowledged; raises ``PublishError``. Without a ``partition`` the key decides."""
        try:
            publisher = self._publisher or await self._open()
        except (KafkaError, OSError) as error:
            raise PublishError(ITEMS.name, f"Kafka cannot be reached: {error}") from error
        try:
            for start in range(0, len(rows), _AT_ONCE):
                await publisher.publish(
                    [
                        Record(topic=ITEMS.name, key=row.key, value=row.value, headers=row.headers, partition=partition)
                        for row in rows[start : start + _AT_ONCE]
                    ]
                )
        except PublishError:
            await self._close()
            raise

    async def _open(self) -> Publisher:
        publisher = Publisher(self._connection, client_id="tocsin-ingest", timeout_seconds=self._timeout_seconds)
        await publisher.__aenter__()
        self._publisher = publisher
        return publisher

    async def _close(self) -> None:
        if self._publisher is not None:
            publisher, self._publisher = self._publisher, None
            await publisher.__aexit__(None, None, None)

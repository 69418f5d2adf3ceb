"""PostgreSQL and Kafka for the sentry: feeds in short, a row for the outbox, health records."""

from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import asyncpg

from services.ingest.adapters import rows as values
from services.ingest.adapters.postgres import acquired
from services.ingest.source_health import FeedRow
from services.ingest.work import OutboxRow
from shared.codec import encode, headers
from shared.events.source import SourceHealth
from shared.kafka.connection import KafkaConnection
from shared.kafka.errors import KafkaError
from shared.kafka.publisher import Publisher, PublishError, Record
from shared.topics import SOURCES


class PostgresSentryBook:
    """See ``sentry.SentryBook``."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    async def feed_rows(self, *, after: str, limit: int) -> Sequence[FeedRow]:
        """See ``sentry.SentryBook``."""
        async with acquired(self._pool) as connection:
            found = await connection.fetch(
                """SELECT slug, outlet, tier, is_active AND retired_at IS NULL AS is_active, last_success_at, next_poll_at, failures
                FROM tocsin_ingest.feeds WHERE slug > $1 ORDER BY slug LIMIT $2""",
                after,
                limit,
            )
        return [FeedRow(**dict(row)) for row in found]

    async def store(self, row: OutboxRow) -> bool:
        """Insert the row unclaimed, so that the next sweep of any replica publishes it; raises ``LedgerUnavailableError``."""
        async with acquired(self._pool) as connection:
            status: str = await connection.execute(
                """INSERT INTO tocsin_ingest.outbox (event_id, item_id, feed, key, value, headers, mark, created_at)
                SELECT event_id, item_id, feed, key, value, headers, mark, $8
                FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[])
                    AS r(event_id, item_id, feed, key, value, headers, mark)
                ON CONFLICT (event_id) DO NOTHING""",
                *values.outbox_arrays([row]),
                datetime.now(tz=UTC),
            )
        return status == "INSERT 0 1"


class KafkaHealthPublisher:
    """Tells while its context is open; connects at the first word, and anew after a failure."""

    def __init__(self, connection: KafkaConnection, *, timeout_seconds: float) -> None:
        self._connection = connection
        self._timeout_seconds = timeout_seconds
        self._publisher: Publisher | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self._close()

    async def tell(self, reports: Sequence[SourceHealth]) -> None:
        """Return when every record is acknowledged; raises ``PublishError``."""
        records = [
            Record(
                topic=SOURCES.name,
                key=one.slug.encode(),
                value=encode(one),
                headers=headers(one, event_id=f"{one.slug}@{one.at:%Y-%m-%dT%H:%M:%S}", occurred_at=one.at),
            )
            for one in reports
        ]
        try:
            publisher = self._publisher or await self._open()
        except (KafkaError, OSError) as error:
            raise PublishError(SOURCES.name, f"Kafka cannot be reached: {error}") from error
        try:
            await publisher.publish(records)
        except PublishError:
            await self._close()
            raise

    async def _open(self) -> Publisher:
        publisher = Publisher(
            self._connection, client_id="tocsin-ingest-sources", timeout_seconds=self._timeout_seconds
        )
        await publisher.__aenter__()
        self._publisher = publisher
        return publisher

    async def _close(self) -> None:
        if self._publisher is not None:
            publisher, self._publisher = self._publisher, None
            await publisher.__aexit__(None, None, None)

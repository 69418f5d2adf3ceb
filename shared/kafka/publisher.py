"""Publishing: a record counts only when the broker has acknowledged it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.codec import Headers
from shared.kafka.connection import KafkaConnection


class PublishError(Exception):
    """The broker did not take a record within the time limit, or refused it; nothing may be marked as sent."""

    def __init__(self, topic: str, reason: str) -> None:
        super().__init__(f"publishing to {topic} failed: {reason}")
        self.topic = topic
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A record to publish; ``topic`` without prefix. ``partition`` is set only where a fixed table decides it (link regions)."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    partition: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Acknowledged:
    """Where the broker stored a record."""

    partition: int
    offset: int


class Publisher:
    """An idempotent producer that waits for all replicas; open it as a context."""

    def __init__(self, connection: KafkaConnection, *, client_id: str, timeout_seconds: float = 30.0) -> None:
        self._connection = connection
        self._client_id = client_id
        self._timeout_seconds = timeout_seconds
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> Self:
        producer = AIOKafkaProducer(
            **self._connection.client_options(),
            client_id=self._client_id,
            acks="all",
            enable_idempotence=True,
            linger_ms=2,
            max_batch_size=131_072,  # of one partition; the default of 16 kB would cut 64 link entries into as many round trips
            request_timeout_ms=int(self._timeout_seconds * 1000),
            compression_type="gzip",
            max_request_size=4_194_304,
        )
        try:
            await producer.start()
        except BaseException:
            await producer.stop()  # else its sockets are closed by the garbage collector, which warns
            raise
        self._producer = producer
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._producer is not None:
            producer, self._producer = self._producer, None
            try:
                async with asyncio.timeout(self._timeout_seconds):
                    await producer.stop()
            except TimeoutError:
                pass  # nothing is lost: what was not acknowledged was never marked as sent

    async def publish(self, records: Sequence[Record]) -> tuple[Acknowledged, ...]:
        """Return when every record is acknowledged, in the records' order; raises ``PublishError`` when any is not, and then any may or may not be stored."""
        if self._producer is None:
            raise RuntimeError("the publisher is not open")
        producer = self._producer
        topic = records[0].topic if records else ""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                waiting = [
                    await producer.send(
                        self._connection.topic(record.topic),
                        value=record.value,
                        key=record.key,
                        headers=list(record.headers),
                        partition=record.partition,
                    )
                    for record in records
                ]
                stored = await asyncio.gather(*waiting)
        except TimeoutError as error:
            raise PublishError(topic, f"no acknowledgement within {self._timeout_seconds:g} s") from error
        except (KafkaError, ValueError, AssertionError) as error:
            raise PublishError(topic, f"{type(error).__name__}: {error}") from error
        return tuple(Acknowledged(partition=one.partition, offset=one.offset) for one in stored)

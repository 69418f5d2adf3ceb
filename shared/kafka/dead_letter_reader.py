"""Reading dead-letter topics, and sending letters back where they came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.kafka.connection import KafkaConnection
from shared.kafka.dead_letters import Received, replayed
from shared.kafka.publisher import Publisher
from shared.topics import REPORTS, Topic, dead_letters_of


class NoSuchLetterError(Exception):
    """A number was given that the topic does not have; retention may have removed it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadLetter:
    """A message put aside; ``number`` is its offset in the dead-letter topic, ``source`` where it stood."""

    number: int
    at: datetime
    reason: str
    source: str
    error_type: str
    error: str
    received: Received


async def list_letters(connection: KafkaConnection, topic: Topic) -> list[DeadLetter]:
    """Return every dead letter of a topic, oldest first."""
    name = dead_letters_of(topic).name
    consumer = AIOKafkaConsumer(**connection.client_options(), client_id="tocsin-dlq", enable_auto_commit=False)
    await consumer.start()
    try:
        partition = TopicPartition(connection.topic(name), 0)
        consumer.assign([partition])
        begin = (await consumer.beginning_offsets([partition]))[partition]
        end = (await consumer.end_offsets([partition]))[partition]
        letters: list[DeadLetter] = []
        consumer.seek(partition, begin)
        at = begin
        while at < end:
            records = (await consumer.getmany(partition, timeout_ms=1000)).get(partition, [])
            letters += [_letter(name, record) for record in records]
            at = await consumer.position(partition)
        return letters
    finally:
        await consumer.stop()


def _letter(topic: str, record: Any) -> DeadLetter:
    headers = tuple(record.headers)
    about = {key: value.decode("utf-8", "replace") for key, value in headers}
    return DeadLetter(
        number=record.offset,
        at=datetime.fromtimestamp(record.timestamp / 1000, tz=UTC),
        reason=about.get("dlq-reason", "unknown"),
        source=f"{about.get('dlq-topic', '?')}/{about.get('dlq-partition', '?')}@{about.get('dlq-offset', '?')}",
        error_type=about.get("dlq-error-type", ""),
        error=about.get("dlq-error", ""),
        received=Received(
            topic=topic,
            partition=record.partition,
            offset=record.offset,
            key=record.key,
            value=record.value,
            headers=headers,
        ),
    )


async def one_letter(connection: KafkaConnection, topic: Topic, number: int) -> DeadLetter:
    """Return one dead letter; raises ``NoSuchLetterError``."""
    for letter in await list_letters(connection, topic):
        if letter.number == number:
            return letter
    raise NoSuchLetterError(f"there is no dead letter {number} of {topic.name}; 'tocsin dlq list' shows what there is")


async def replay_letters(connection: KafkaConnection, topic: Topic, numbers: Sequence[int] | None) -> int:
    """Publish letters (all when ``numbers`` is None) to the topic they came from and return how many; raises ``NoSuchLetterError`` before any is sent."""
    letters = {letter.number: letter for letter in await list_letters(connection, topic)}
    wanted = list(letters) if numbers is None else list(numbers)
    absent = [number for number in wanted if number not in letters]
    if absent:
        raise NoSuchLetterError(f"there is no dead letter {', '.join(map(str, absent))} of {topic.name}")
    # A report must go back to its region's partition; elsewhere it would never meet its incident.
    records = []
    for number in wanted:
        received = letters[number].received
        partition = int(dict(received.headers)["dlq-partition"]) if topic == REPORTS else None
        records.append(replayed(received, partition=partition))
    if records:
        async with Publisher(connection, client_id="tocsin-dlq") as publisher:
            await publisher.publish(records)
    return len(records)

"""Publishing, consuming, declaring topics and replaying dead letters, on a real broker."""

import pytest

from shared.kafka.connection import KafkaConnection
from shared.kafka.consumer import Consumer
from shared.kafka.dead_letter_reader import NoSuchLetterError, list_letters, one_letter, replay_letters
from shared.kafka.dead_letters import DeadLetterReason, Received, dead_letter
from shared.kafka.lag import LagReader
from shared.kafka.publisher import Publisher, PublishError, Record
from shared.kafka.topics import TopicError, apply, missing
from shared.topics import ALL, ITEMS, REPORTS, Topic, dead_letters_of
from tests.support.servers import unique_name


@pytest.fixture
def connection(kafka_bootstrap: str) -> KafkaConnection:
    """A connection whose topics and groups belong to this test alone."""
    return KafkaConnection(bootstrap=kafka_bootstrap, topic_prefix=f"{unique_name('t')}.")


async def read_all(connection: KafkaConnection, topic: Topic, count: int) -> list[Received]:
    found: list[Received] = []
    async with Consumer(connection, topic=topic.name, group=unique_name("g"), client_id="test") as consumer:
        async for batch in consumer.batches(wait_seconds=0.2):
            found += batch
            if len(found) >= count:
                return found
    return found


async def test_topics_are_created_once_with_their_retention_and_kept_afterwards(connection: KafkaConnection) -> None:
    assert len(await missing(connection, ALL)) == len(ALL)
    first = await apply(connection, ALL)
    second = await apply(connection, ALL)
    assert set(first.created) == {connection.topic(topic.name) for topic in ALL} == set(second.kept)
    assert not second.created
    assert await missing(connection, ALL) == ()


async def test_a_changed_partition_count_is_refused_not_mended(connection: KafkaConnection) -> None:
    await apply(connection, [Topic(name="t.v1", partitions=2, retention=None)])
    with pytest.raises(TopicError, match="has 2 partitions and is declared with 3"):
        await apply(connection, [Topic(name="t.v1", partitions=3, retention=None)])


async def test_publishing_returns_where_each_record_is_stored(connection: KafkaConnection) -> None:
    await apply(connection, ALL)
    async with Publisher(connection, client_id="test") as publisher:
        stored = await publisher.publish(
            [Record(topic=REPORTS.name, key=b"mena", value=b"%d" % n, partition=3) for n in range(5)]
        )
    assert [(one.partition, one.offset) for one in stored] == [(3, n) for n in range(5)]
    assert [record.value for record in await read_all(connection, REPORTS, 5)] == [b"0", b"1", b"2", b"3", b"4"]


async def test_a_topic_that_does_not_exist_is_an_error_within_the_time_limit(connection: KafkaConnection) -> None:
    async with Publisher(connection, client_id="test", timeout_seconds=2) as publisher:
        with pytest.raises(PublishError, match=ITEMS.name):
            await publisher.publish([Record(topic=ITEMS.name, key=None, value=b"x")])


async def test_what_was_not_committed_is_delivered_again(connection: KafkaConnection) -> None:
    await apply(connection, ALL)
    async with Publisher(connection, client_id="test") as publisher:
        await publisher.publish([Record(topic=ITEMS.name, key=b"k", value=b"%d" % n, partition=0) for n in range(4)])

    async def first_batch(commit: int) -> list[bytes | None]:
        async with Consumer(connection, topic=ITEMS.name, group="g", client_id="test") as consumer:
            async for batch in consumer.batches(wait_seconds=0.2):
                if batch:
                    assert await consumer.commit(batch[:commit])
                    return [record.value for record in batch]
        raise AssertionError("no batch came")

    assert await first_batch(commit=0) == [b"0", b"1", b"2", b"3"]
    assert await first_batch(commit=3) == [b"0", b"1", b"2", b"3"]
    async with LagReader(connection) as reader:
        assert await reader.lag("g", [ITEMS]) == 1
    assert await first_batch(commit=1) == [b"3"]


async def test_a_dead_letter_keeps_its_bytes_and_goes_back_where_it_came_from(connection: KafkaConnection) -> None:
    await apply(connection, ALL)
    spoilt = Received(
        topic=REPORTS.name, partition=4, offset=17, key=b"africa", value=b"\xff{", headers=(("fetched-at", b"then"),)
    )
    async with Publisher(connection, client_id="test") as publisher:
        await publisher.publish([dead_letter(spoilt, DeadLetterReason.UNDECODABLE, ValueError("not JSON"))])
    (letter,) = await list_letters(connection, REPORTS)
    assert (letter.reason, letter.source, letter.error) == ("undecodable", f"{REPORTS.name}/4@17", "not JSON")
    assert letter.received.value == b"\xff{"
    with pytest.raises(NoSuchLetterError, match="no dead letter 5"):
        await one_letter(connection, REPORTS, 5)
    assert await replay_letters(connection, REPORTS, None) == 1
    (back,) = await read_all(connection, REPORTS, 1)
    assert (back.partition, back.key, back.value, back.headers) == (4, b"africa", b"\xff{", (("fetched-at", b"then"),))
    assert (await read_all(connection, dead_letters_of(REPORTS), 1))[0].value == b"\xff{"

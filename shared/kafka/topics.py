"""Declaring topics on the broker: creates what is missing, adjusts settings, never deletes, never adds partitions silently."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from shared.kafka.connection import KafkaConnection
from shared.topics import Topic


class TopicError(Exception):
    """A topic on the broker contradicts its declaration in a way that must not be mended silently."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied:
    """What ``apply`` did."""

    created: tuple[str, ...]
    kept: tuple[str, ...]


async def missing(connection: KafkaConnection, topics: Sequence[Topic]) -> tuple[str, ...]:
    """Return the names of declared topics that the broker does not have."""
    admin = AIOKafkaAdminClient(**connection.client_options(), client_id="tocsin-topics")
    await admin.start()
    try:
        existing = set(await admin.list_topics())
    finally:
        await admin.close()
    return tuple(name for name in (connection.topic(topic.name) for topic in topics) if name not in existing)


async def apply(connection: KafkaConnection, topics: Sequence[Topic], *, replication_factor: int = 1) -> Applied:
    """Make the broker's topics match; raises ``TopicError`` when an existing one has another partition count."""
    admin = AIOKafkaAdminClient(**connection.client_options(), client_id="tocsin-topics")
    await admin.start()
    try:
        wanted = {connection.topic(topic.name): topic for topic in topics}
        existing = set(await admin.list_topics())
        described = (
            {
                found["topic"]: len(found["partitions"])
                for found in await admin.describe_topics(sorted(existing & set(wanted)))
            }
            if existing & set(wanted)
            else {}
        )
        for name, count in described.items():
            if count != wanted[name].partitions:
                raise TopicError(
                    f"topic {name} has {count} partitions and is declared with {wanted[name].partitions}; "
                    "an incident's reports meet by partition, so move to a new topic instead of changing this one"
                )
        missing = [name for name in wanted if name not in existing]
        if missing:
            response = await admin.create_topics(
                [
                    NewTopic(
                        name=name,
                        num_partitions=wanted[name].partitions,
                        replication_factor=replication_factor,
                        topic_configs=wanted[name].config,
                    )
                    for name in missing
                ]
            )
            for name, code, *text in response.topic_errors:
                if code not in (0, 36):  # 36: somebody else created it meanwhile
                    raise TopicError(f"the broker refused to create {name}: error {code} {' '.join(map(str, text))}")
        if described:
            await admin.alter_configs(
                [
                    ConfigResource(ConfigResourceType.TOPIC, name, configs=wanted[name].config)
                    for name in sorted(described)
                ]
            )
        return Applied(created=tuple(missing), kept=tuple(sorted(described)))
    finally:
        await admin.close()

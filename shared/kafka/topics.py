"""Declaring topics on the broker: creates what is missing, adjusts settings, never deletes, never adds partitions silently."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from shared.kafka.connection import KafkaConnection
from shared.logging import logger
from shared.topics import Topic

_ALREADY_EXISTS = 36
"""Kafka's error code; somebody else created the topic meanwhile."""
_DENIED = (29, 31)
"""TOPIC_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED."""
_APPEAR_SECONDS = 20.0


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
    """Make the broker's topics match; raises ``TopicError`` when one has another partition count, is refused, or does not appear."""
    wanted = {connection.topic(topic.name): topic for topic in topics}
    admin = AIOKafkaAdminClient(**connection.client_options(), client_id="tocsin-topics")
    await admin.start()
    try:
        existing = set(await admin.list_topics()) & set(wanted)
        created = tuple(name for name in wanted if name not in existing)
        if created:
            await _create(admin, {name: wanted[name] for name in created}, replication_factor)
        for name, count in (await _partition_counts(admin, set(wanted))).items():
            if count != wanted[name].partitions:
                raise TopicError(
                    f"topic {name} has {count} partitions and is declared with {wanted[name].partitions}; "
                    "an incident's reports meet by partition, so move to a new topic instead of changing this one"
                )
        if existing:
            await _set(admin, {name: wanted[name] for name in sorted(existing)})
        return Applied(created=created, kept=tuple(sorted(existing)))
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, topics: dict[str, Topic], replication_factor: int) -> None:
    response = await admin.create_topics(
        [
            NewTopic(
                name=name,
                num_partitions=topic.partitions,
                replication_factor=replication_factor,
                topic_configs=topic.config,
            )
            for name, topic in topics.items()
        ]
    )
    for name, code, *text in response.topic_errors:
        if code in _DENIED:
            raise TopicError(
                f"topic {name} does not exist and our user may not create it; have it declared with "
                f"{topics[name].partitions} partitions and {_settings_of(topics[name])}, and read, write and describe granted"
            )
        if code not in (0, _ALREADY_EXISTS):
            raise TopicError(f"the broker refused to create {name}: error {code} {' '.join(map(str, text))}")


async def _set(admin: AIOKafkaAdminClient, topics: dict[str, Topic]) -> None:
    responses = await admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, name, configs=topic.config) for name, topic in topics.items()]
    )
    denied = []
    for response in responses:
        for code, text, _kind, name in response.resources:
            if code in _DENIED:
                denied.append(name)
            elif code != 0:
                raise TopicError(f"the broker refused the settings of {name}: error {code} {text or ''}".rstrip())
    if denied:
        # Where others declare the topics this is as it should be; what they should have set is said.
        wanted = "; ".join(f"{name}: {_settings_of(topics[name])}" for name in denied)
        logger().warning("topics.settings_not_ours", reason="our user may not change them", declared=wanted)


def _settings_of(topic: Topic) -> str:
    return ", ".join(f"{key}={value}" for key, value in topic.config.items())


async def _partition_counts(admin: AIOKafkaAdminClient, names: set[str]) -> dict[str, int]:
    """Partition counts of topics that exist or were just created: a new topic takes a moment to be known everywhere."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _APPEAR_SECONDS
    while True:
        absent = names - set(await admin.list_topics())
        if not absent:
            return {found["topic"]: len(found["partitions"]) for found in await admin.describe_topics(sorted(names))}
        if loop.time() > until:
            raise TopicError(
                f"created but not known to the broker after {_APPEAR_SECONDS:g} s: {', '.join(sorted(absent))}"
            )
        await asyncio.sleep(0.05)

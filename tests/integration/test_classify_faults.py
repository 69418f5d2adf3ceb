"""The classify service when its state is lost, corrupt, refused or behind: rebuilt with the same ids, nothing skipped."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from shared.embedded.processes import ChildProcess
from shared.events.report import Report
from shared.geo.regions import partition_of
from shared.kafka.connection import KafkaConnection
from shared.kafka.publisher import Publisher
from shared.kafka.topics import apply, missing
from shared.topics import ALL, FAUST_APP_ID, LINK_CHANGELOG, REPORTS
from tests.support.classify_worker import WAIT_SECONDS, changes_of, records_of, report_record, running, until
from tests.support.link_chaos import survive, verdict
from tests.support.link_story import Story
from tests.support.link_world import world
from tests.support.reports import EPOCH, report
from tests.support.servers import unique_name

STORY = [report(number, place=report(number // 3).place) for number in range(1, 10)]


@pytest.fixture
async def connection(kafka_bootstrap: str) -> KafkaConnection:
    """Topics of this test alone."""
    made = KafkaConnection(bootstrap=kafka_bootstrap, topic_prefix=f"{unique_name('f')}.")
    await apply(made, ALL)
    return made


async def publish(connection: KafkaConnection, *reports: Report) -> None:
    async with Publisher(connection, client_id="test") as publisher:
        await publisher.publish([report_record(one) for one in reports])


async def link(connection: KafkaConnection, data_dir: Path, *reports: Report, changes: int) -> float:
    """Run a worker until there are so many changes in all; returns how often it found its changelog lost."""
    async with running(connection, data_dir) as worker:
        if reports:
            await publish(connection, *reports)
        await changes_of(connection, changes)
        return worker.registry.get_sample_value("tocsin_classify_changelogs_lost_total") or 0.0


async def assert_whole(connection: KafkaConnection) -> None:
    compared = await verdict(connection, [])
    assert compared.problems == ()
    assert compared.changes > 0


async def admin(connection: KafkaConnection, work: Callable[[AIOKafkaAdminClient], Awaitable[object]]) -> None:
    client = AIOKafkaAdminClient(**connection.client_options())
    await client.start()
    try:
        await work(client)
    finally:
        await client.close()


def truncate(folder: Path, pattern: str) -> int:
    """Cut files in half, as a disk that filled up does; returns how many."""
    spoilt = list(folder.rglob(pattern))
    for path in spoilt:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return len(spoilt)


async def lose_the_changelog(connection: KafkaConnection) -> None:
    name = connection.topic(LINK_CHANGELOG.name)
    await admin(connection, lambda client: client.delete_topics([name]))
    while not await missing(connection, [LINK_CHANGELOG]):  # noqa: ASYNC110  # the broker tells nobody when it is gone
        await asyncio.sleep(0.05)
    await apply(connection, ALL)


@pytest.mark.parametrize("keeps_its_disk", [True, False])
async def test_a_lost_changelog_is_rebuilt_from_the_reports_with_the_same_ids(
    connection: KafkaConnection, tmp_path: Path, keeps_its_disk: bool
) -> None:
    await link(connection, tmp_path / "one", *STORY[:6], changes=6)
    await lose_the_changelog(connection)
    folder = tmp_path / ("one" if keeps_its_disk else "two")
    # Six changes are published again, with the same bodies, and three are new.
    await link(connection, folder, *STORY[6:], changes=15)
    await assert_whole(connection)
    assert len(await records_of(connection, LINK_CHANGELOG, 9)) == 9


async def test_a_table_older_than_a_changelog_that_was_begun_anew_is_not_believed(
    connection: KafkaConnection, tmp_path: Path
) -> None:
    await link(connection, tmp_path / "one", *STORY[:3], changes=3)
    await lose_the_changelog(connection)
    await link(connection, tmp_path / "two", *STORY[3:6], changes=9)
    await link(connection, tmp_path / "one", *STORY[6:], changes=12)
    await assert_whole(connection)


async def test_a_corrupt_store_is_rebuilt_from_the_changelog(connection: KafkaConnection, tmp_path: Path) -> None:
    await link(connection, tmp_path, *STORY[:6], changes=6)
    assert truncate(tmp_path, "MANIFEST*") > 0
    assert await link(connection, tmp_path, *STORY[6:], changes=9) == 0
    await assert_whole(connection)


async def test_linking_goes_on_where_its_table_ends_whatever_was_committed(
    connection: KafkaConnection, tmp_path: Path
) -> None:
    await link(connection, tmp_path, *STORY[:3], changes=3)
    await publish(connection, *STORY[3:6])
    consumer = AIOKafkaConsumer(
        **connection.client_options(), group_id=connection.topic(FAUST_APP_ID), enable_auto_commit=False
    )
    await consumer.start()
    reports = TopicPartition(connection.topic(REPORTS.name), partition_of("mena"))
    consumer.assign([reports])
    await consumer.commit({reports: 6})  # three reports too far
    await consumer.stop()
    await link(connection, tmp_path, changes=6)
    await assert_whole(connection)


async def test_a_broker_that_refuses_the_changelog_for_a_while_loses_nothing(
    connection: KafkaConnection, tmp_path: Path
) -> None:
    async def limit(size: str) -> None:
        name = connection.topic(LINK_CHANGELOG.name)
        config = LINK_CHANGELOG.config | {"max.message.bytes": size}
        await admin(
            connection,
            lambda client: client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs=config)]),
        )

    async with running(connection, tmp_path / "one") as worker:
        await limit("100")
        await publish(connection, *STORY[:6])
        await until(
            lambda: (worker.registry.get_sample_value("tocsin_classify_publish_retries_total") or 0) > 0, "a refusal"
        )
        assert await records_of(connection, LINK_CHANGELOG, 0, settle_seconds=0.2) == []
        await limit("1048576")
        await asyncio.wait_for(_linked(connection, 6), WAIT_SECONDS)
    await link(connection, tmp_path / "two", *STORY[6:], changes=9)
    await assert_whole(connection)


async def test_what_was_forgotten_is_gone_from_the_changelog_too_and_is_not_taken_for_lost(
    connection: KafkaConnection, tmp_path: Path
) -> None:
    old = [
        report(n, published=EPOCH - timedelta(days=365), occurred_on=(EPOCH - timedelta(days=365)).date())
        for n in (1, 2, 3)
    ]
    async with running(connection, tmp_path / "one") as worker:
        await publish(connection, *old)
        await changes_of(connection, 3)
        assert await worker.classifier.evict_once() == 0  # their reports may come again
        reports = TopicPartition(connection.topic(REPORTS.name), partition_of("mena"))
        await admin(connection, lambda client: client.delete_records({reports: RecordsToDelete(before_offset=2)}))
        assert await worker.classifier.evict_once() == 2
        assert worker.registry.get_sample_value("tocsin_classify_open_incidents") == 3
        await publish(connection, report(4))
        await changes_of(connection, 4)
        assert worker.registry.get_sample_value("tocsin_classify_open_incidents") == 1
    assert await link(connection, tmp_path / "two", report(5), changes=5) == 0


async def _linked(connection: KafkaConnection, count: int) -> None:
    await records_of(connection, LINK_CHANGELOG, count, settle_seconds=0.1)


@pytest.mark.servers
@pytest.mark.timeout(300)
async def test_a_changelog_that_is_deleted_under_a_running_worker_comes_back_whole(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        keeping = asyncio.create_task(made.keep_running())
        try:
            records = list(Story(7).records(120))
            await made.publish(records[:80])
            await made.drained(60)
            await lose_the_changelog(made.connection)
            await made.publish(records[80:])
            await made.drained(120)
            made.add_worker()  # without a disk: it believes the changelog alone
            made.workers[0].kill()
            await made.publish(list(Story(8, first=1000).records(30)))
            await made.drained(120)
            assert (await verdict(made.connection, [])).problems == ()
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)


@pytest.mark.servers
@pytest.mark.timeout(900)
async def test_each_fault_of_workers_broker_changelog_and_state_at_random_changes_nothing(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        result = await survive(made, items=400, seed=5, tell=print, per_second=60, hurry=True)
    assert result.problems == ()
    assert result.changes > 200
    assert result.moved > 0


@pytest.mark.servers
@pytest.mark.timeout(180)
@pytest.mark.parametrize("has_begun", [True, False])
async def test_a_stop_while_kafka_is_away_ends_within_its_bound(tmp_path: Path, has_begun: bool) -> None:
    async with world(tmp_path, workers=1 if has_begun else 0, settings={"TOCSIN_CLASSIFY_STOP_SECONDS": "5"}) as made:
        if has_begun:
            await made.publish(list(Story(9).records(40)))
            await made.drained(60)
        assert made.broker.child is not None
        made.broker.child.kill()
        await made.broker.child.wait()
        worker = made.workers[0] if has_begun else made.add_worker()
        await _logged(worker, "state.rebuilt" if has_begun else "kafka.awaited")
        began = time.monotonic()
        assert await worker.stop() in (0, 75)
        assert time.monotonic() - began < 10
        if has_begun:
            await made.broker.start()
            worker.start()
            await made.publish(list(Story(10, first=1000).records(40)))
            await made.drained(60)
            assert (await verdict(made.connection, [])).problems == ()


async def _logged(worker: ChildProcess, event: str) -> None:
    assert worker.log_path is not None
    path = worker.log_path
    await until(lambda: path.exists() and event in path.read_text(encoding="utf-8"), f"{worker.name} logged {event}")

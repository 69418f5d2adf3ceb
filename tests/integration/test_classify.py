"""The classify service on a real broker: acknowledged before stored, stored before committed, the same after every crash."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from shared.codec import decode
from shared.events.facts import Casualties, Count
from shared.events.incident import ChangeKind, IncidentChange
from shared.events.report import Kind
from shared.kafka.connection import KafkaConnection
from shared.kafka.publisher import Publisher, Record
from shared.kafka.topics import apply
from shared.topics import ALL, INCIDENTS, ITEMS, LINK_CHANGELOG, REPORTS, dead_letters_of
from tests.support.classify_worker import WAIT_SECONDS, changes_of, item_record, records_of, report_record, running
from tests.support.link_story import in_first_schema
from tests.support.reports import report, village
from tests.support.servers import unique_name


@pytest.fixture
async def connection(kafka_bootstrap: str) -> KafkaConnection:
    """Topics of this test alone."""
    made = KafkaConnection(bootstrap=kafka_bootstrap, topic_prefix=f"{unique_name('c')}.")
    await apply(made, ALL)
    return made


async def test_an_item_becomes_a_report_and_an_incident_and_its_times_travel_on(
    connection: KafkaConnection, tmp_path: Path
) -> None:
    async with running(connection, tmp_path) as worker:
        await worker.publisher.publish([item_record(1)])
        (change,) = await changes_of(connection, 1)
        assert (change.change, change.notify, change.item_id) == (ChangeKind.OPENED, True, "i00001")
        (record,) = await records_of(connection, INCIDENTS, 1)
        names = {name for name, _ in record.headers}
        assert {"event-id", "occurred-at", "read-at", "linked-at"} <= names
        assert record.key == change.incident_id.encode()


async def test_a_message_that_cannot_be_decoded_or_read_is_put_aside_with_its_bytes_and_the_rest_go_on(
    connection: KafkaConnection, tmp_path: Path
) -> None:
    async with running(connection, tmp_path) as worker:
        await worker.publisher.publish(
            [
                Record(topic=ITEMS.name, key=b"k", value=b"\xff not json", partition=0),
                Record(topic=ITEMS.name, key=b"k", value=None, partition=0),
                item_record(1, title="spoilt"),
                item_record(2),
                Record(topic=REPORTS.name, key=b"mena", value=b"{}", partition=0),
            ]
        )
        (change,) = await changes_of(connection, 1)
        assert change.item_id == "i00002"
        letters = await records_of(connection, dead_letters_of(ITEMS), 3)
        reasons = sorted((dict(letter.headers)["dlq-reason"], letter.value) for letter in letters if letter.value)
        assert reasons[0][0] == b"processing_failed"
        assert reasons[1] == (b"undecodable", b"\xff not json")
        (letter,) = await records_of(connection, dead_letters_of(REPORTS), 1)
        assert letter.value == b"{}"


async def test_a_report_seen_again_is_answered_with_the_same_bytes(connection: KafkaConnection, tmp_path: Path) -> None:
    async with running(connection, tmp_path) as worker:
        await worker.publisher.publish([report_record(report(1)), report_record(report(2)), report_record(report(1))])
        records = await records_of(connection, INCIDENTS, 3)
    by_change: dict[tuple[str, int], set[bytes | None]] = {}
    for record in records:
        change = decode(IncidentChange, record.value)
        by_change.setdefault((change.incident_id, change.revision), set()).add(record.value)
    assert len(records) == 3
    assert sorted(len(bodies) for bodies in by_change.values()) == [1, 1]


async def test_a_report_of_the_first_schema_is_linked_and_impossible_facts_are_kept_out_and_counted(
    connection: KafkaConnection, tmp_path: Path
) -> None:
    told = [report(number) for number in range(9)]
    bad: dict[int, dict[str, object]] = {
        1: {"published": datetime(1970, 1, 1, tzinfo=UTC)},
        2: {"published": datetime(2099, 1, 1, tzinfo=UTC)},
        3: {"occurred_on": date(2099, 1, 1)},
        4: {"occurred_on": date(1970, 1, 1)},
        5: {"place": msgspec.structs.replace(village(5), lat=48.2, lon=16.4)},
        6: {"casualties": Casualties(killed=Count(best=-3, low=-3, high=-3))},
        7: {"casualties": Casualties(killed=Count(best=10_000, low=10_000, high=10_000))},
    }
    async with running(connection, tmp_path) as worker:
        await worker.publisher.publish(
            [
                in_first_schema(report_record(told[0])),
                *(report_record(msgspec.structs.replace(told[number], **facts)) for number, facts in bad.items()),
                report_record(told[8]),
            ]
        )
        changes = {change.item_id: change for change in await changes_of(connection, 7)}
        assert set(changes) == {one.item_id for number, one in enumerate(told) if number not in (1, 2)}
        old, eighth = changes[told[0].item_id], changes[told[8].item_id]
        assert (old.change, old.place, old.casualties) == (ChangeKind.OPENED, told[0].place, told[0].casualties)
        assert (eighth.change, eighth.occurred_on) == (ChangeKind.OPENED, told[8].occurred_on)
        assert [changes[told[number].item_id].occurred_on for number in (3, 4)] == [None, None]
        assert all(change.place is not None and change.place.lat != 48.2 for change in changes.values())
        assert [changes[told[number].item_id].casualties.killed for number in (6, 7)] == [None, None]
        counted = {
            reason: worker.registry.get_sample_value("tocsin_classify_kept_out_total", {"reason": reason})
            for reason in ("impossible_publication", "impossible_date", "point_outside_country", "absurd_toll")
        }
        assert counted == {
            "impossible_publication": 2,
            "impossible_date": 2,
            "point_outside_country": 1,
            "absurd_toll": 2,
        }
        assert worker.registry.get_sample_value("tocsin_classify_reports_linked_out_total", {"outcome": "nothing"}) == 2


@pytest.mark.parametrize("keeps_its_disk", [True, False])
async def test_open_incidents_survive_a_restart_even_without_their_directory(
    connection: KafkaConnection, tmp_path: Path, keeps_its_disk: bool
) -> None:
    async with running(connection, tmp_path / "one") as worker:
        await worker.publisher.publish([report_record(report(1))])
        (opened,) = await changes_of(connection, 1)
    seven = Casualties(killed=Count(best=7, low=7, high=7))
    later = report(2, kind=Kind.UPDATE, place=report(1).place, casualties=seven)
    async with running(connection, tmp_path / ("one" if keeps_its_disk else "two")) as worker:
        await worker.publisher.publish([report_record(later)])
        changes = await changes_of(connection, 2)
    updated = changes[-1]
    assert (updated.change, updated.incident_id, updated.revision) == (ChangeKind.UPDATED, opened.incident_id, 2)


async def test_a_refused_changelog_ends_the_process_with_nothing_committed_and_nothing_lost(
    connection: KafkaConnection, tmp_path: Path
) -> None:
    async with running(connection, tmp_path / "one", deadline_seconds=0.5) as worker:
        worker.publisher.refuses = lambda records: any(record.topic == LINK_CHANGELOG.name for record in records)
        await Publisher.publish(worker.publisher, [report_record(report(1))])
        await asyncio.wait_for(worker.ended.wait(), WAIT_SECONDS)
        assert await records_of(connection, LINK_CHANGELOG, 0, settle_seconds=0.5) == []
        assert (worker.registry.get_sample_value("tocsin_classify_publish_retries_total") or 0) > 0
    async with running(connection, tmp_path / "two"):
        changes = await changes_of(connection, 1)
    assert {(change.item_id, change.revision) for change in changes} == {("i00001", 1)}

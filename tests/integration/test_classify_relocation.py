"""An incident that a correction puts into another link region, on a real broker: whatever ends in the middle, it is one incident."""

import asyncio
import io
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from services.classify.backtest import write_changes
from shared.codec import decode
from shared.desk.decision import desk_record, desk_report, region_of_incident
from shared.events.facts import Casualties, Count, Place, Precision
from shared.events.incident import ChangeKind, IncidentChange
from shared.events.report import AttackFacts, DeskAction, DeskVerb, Kind, Report
from shared.geo.regions import partition_of
from shared.ids import incident_id
from shared.kafka.connection import KafkaConnection
from shared.kafka.publisher import Publisher, Record
from shared.kafka.topics import apply
from shared.topics import ALL, INCIDENTS, REPORTS
from tests.support.classify_worker import WAIT_SECONDS, running
from tests.support.link_story import report_records
from tests.support.link_world import dump
from tests.support.reports import EPOCH, report, village
from tests.support.servers import unique_name

KHOST = Place(name="Khost", lat=33.34, lon=69.92, precision=Precision.TOWN, country="AF", admin1="AF-KHO")
ATTACKED = incident_id(report(1).item_id, 0)


@pytest.fixture
async def connection(kafka_bootstrap: str) -> KafkaConnection:
    """Topics of this test alone."""
    made = KafkaConnection(bootstrap=kafka_bootstrap, topic_prefix=f"{unique_name('m')}.")
    await apply(made, ALL)
    return made


def hands_over(records: Sequence[Record]) -> bool:
    return any(record.topic == REPORTS.name and record.partition == partition_of("asia") for record in records)


async def tell(connection: KafkaConnection, *reports: Report) -> None:
    async with Publisher(connection, client_id="test") as publisher:
        await publisher.publish([record for one in reports for record in report_records(one)])


async def told(connection: KafkaConnection, count: int) -> list[IncidentChange]:
    """All changes by incident and revision, once there are so many; one may be on the topic twice."""
    deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
    while True:
        records = await dump(connection, INCIDENTS)
        by_id = {
            (one.incident_id, one.revision): one for one in (decode(IncidentChange, record.value) for record in records)
        }
        if len(by_id) >= count:
            return sorted(by_id.values(), key=lambda one: (one.incident_id != ATTACKED, one.incident_id, one.revision))
        assert asyncio.get_running_loop().time() < deadline, f"{len(by_id)} of {count} changes"


async def correct(connection: KafkaConnection, history: Sequence[IncidentChange], *, place: Place, hours: int) -> None:
    """The desk corrects the place, addressed as its command does: to the region where the incident is linked now."""
    action = DeskAction(
        verb=DeskVerb.CORRECT,
        incident_id=ATTACKED,
        who="duty editor",
        why="the wrong village",
        facts=AttackFacts(place=place, confidence=1.0),
    )
    its_own = [change for change in history if change.incident_id == ATTACKED]
    decision = desk_report(action, region_of_incident(its_own), EPOCH + timedelta(hours=hours))
    async with Publisher(connection, client_id="desk") as publisher:
        await publisher.publish([desk_record(decision)])


def news(number: int, place: Place, killed: int, hours: int, kind: Kind = Kind.REPORT) -> Report:
    return report(
        number,
        kind=kind,
        place=place,
        outlet=f"outlet-{number}",
        published=EPOCH + timedelta(hours=hours),
        casualties=Casualties(killed=Count(best=killed, low=killed, high=killed)),
        title=f"Toll of the attack rises to {killed}",
    )


async def assert_the_backtest_is_the_topic(connection: KafkaConnection, folder: Path) -> None:
    """``tocsin backtest --reports`` over a dump gives the topic's changes, each once."""
    file = folder / "reports.jsonl"
    file.write_bytes(b"".join((record.value or b"") + b"\n" for record in await dump(connection, REPORTS)))
    folded = io.BytesIO()
    assert write_changes(file, are_reports=True, sample=False, into=folded) == 0
    lines = [decode(IncidentChange, line) for line in folded.getvalue().splitlines()]
    published = [decode(IncidentChange, one.value) for one in await dump(connection, INCIDENTS)]
    by_id = {(one.incident_id, one.revision): one for one in published}
    assert all(by_id[one.incident_id, one.revision] == one for one in published), "one revision, one body"
    assert {(one.incident_id, one.revision): one for one in lines} == by_id
    assert len(lines) == len(by_id)


async def test_it_stays_one_incident_when_the_worker_ends_in_the_middle_and_when_its_state_is_lost_after(
    connection: KafkaConnection, tmp_path: Path
) -> None:
    home = village(1)
    async with running(connection, tmp_path / "one", deadline_seconds=0.5) as worker:
        await tell(connection, news(1, home, 4, 0), news(2, home, 4, 1))
        changes = await told(connection, 2)
        worker.publisher.refuses = hands_over
        await correct(connection, changes, place=KHOST, hours=3)
        await asyncio.wait_for(worker.ended.wait(), WAIT_SECONDS)
        assert len(await told(connection, 3)) == 3  # the correction is told, the other region knows nothing of it
    async with running(connection, tmp_path / "one"):
        await told(connection, 4)  # the adoption: news of Khost that came before it would be of another attack
        await tell(connection, news(3, KHOST, 9, 6, Kind.UPDATE))
        await told(connection, 5)
    async with running(connection, tmp_path / "two"):  # without the state of the first
        await tell(connection, news(4, KHOST, 11, 7, Kind.UPDATE), news(5, home, 2, 8))
        changes = await told(connection, 7)
        await correct(connection, changes, place=home, hours=9)
        await told(connection, 9)
    await assert_the_backtest_is_the_topic(connection, tmp_path)
    changes = await told(connection, 9)
    moved, other = changes[:-1], changes[-1]
    assert [one.incident_id for one in moved] == [ATTACKED] * 8
    assert [one.revision for one in moved] == list(range(1, 9))
    assert [one.moved_to for one in moved] == [None, None, "asia", None, None, None, "mena", None]
    assert [one.change for one in moved if one.notify] == [ChangeKind.OPENED, *[ChangeKind.UPDATED] * 4]
    assert (moved[-1].place, moved[-1].source_count) == (home, 4)
    assert (other.change, other.revision, other.incident_id != ATTACKED) == (ChangeKind.OPENED, 1, True)

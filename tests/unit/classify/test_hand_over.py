"""A correction into another link region, through the stages and the table: sent after the correction, and the same bytes again."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry

from services.classify.durable import Durability
from services.classify.entries import decode_entry, encode_entry, restore
from services.classify.errors import ClassifyError
from services.classify.link.settings import LinkSettings
from services.classify.linking import Linker
from services.classify.metrics import ClassifyMetrics
from services.classify.stages import Outcome
from shared.codec import decode, encode
from shared.desk.decision import desk_report
from shared.events.facts import Place, Precision
from shared.events.incident import IncidentChange
from shared.events.report import AttackFacts, DeskAction, DeskVerb, Report
from shared.geo.regions import LinkRegion, partition_of
from shared.ids import incident_id
from shared.kafka.dead_letters import Received
from shared.kafka.publisher import Acknowledged, Record
from shared.topics import INCIDENTS, LINK_CHANGELOG, REPORTS
from tests.support.reports import EPOCH as NOW
from tests.support.reports import report

KHOST = Place(name="Khost", lat=33.34, lon=69.92, precision=Precision.TOWN, country="AF", admin1="AF-KHO")
HOME, THERE = partition_of("mena"), partition_of("asia")


class Broker:
    """Takes records in rounds."""

    def __init__(self) -> None:
        self.rounds: list[list[Record]] = []

    async def publish(self, records: Sequence[Record]) -> tuple[Acknowledged, ...]:
        self.rounds.append(list(records))
        return tuple(Acknowledged(partition=one.partition or 0, offset=n) for n, one in enumerate(records))


class Table:
    """Rows by partition and key."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, bytes], bytes] = {}

    def keep(self, partition: int, rows: Sequence[object]) -> None:
        for row in rows:
            self.rows[partition, row.key] = row.value  # type: ignore[attr-defined]

    def get(self, partition: int, key: bytes) -> bytes | None:
        return self.rows.get((partition, key))


def fail(error: ClassifyError) -> None:
    raise error


class Worker:
    """The link stage without the stream framework."""

    def __init__(self) -> None:
        self.broker, self.table = Broker(), Table()
        regions = {partition: restore([]).region for partition in (HOME, THERE)}
        self.linker = Linker(stored=self.table.get, settings=LinkSettings(), now=lambda: NOW, regions=regions)
        self.durability = Durability(
            publisher=self.broker,  # type: ignore[arg-type]  # a fake
            table=self.table,  # type: ignore[arg-type]  # a fake
            metrics=ClassifyMetrics(CollectorRegistry()),
            deadline_seconds=1,
            end=fail,
        )
        self.offset = 0

    async def take(self, value: bytes, partition: int) -> Outcome:
        received = Received(topic=REPORTS.name, partition=partition, offset=self.offset, key=b"", value=value)
        self.offset += 1
        (outcome,) = self.linker.link([received])
        await self.durability.keep([received], [outcome])
        return outcome


async def corrected() -> tuple[Worker, Report]:
    worker = Worker()
    await worker.take(encode(report(1)), HOME)
    action = DeskAction(
        verb=DeskVerb.CORRECT,
        incident_id=incident_id(report(1).item_id, 0),
        who="desk",
        why="the wrong Kh",
        facts=AttackFacts(place=KHOST, confidence=1.0),
    )
    decision = desk_report(action, LinkRegion.MENA, NOW)
    worker.broker.rounds.clear()
    await worker.take(encode(decision), HOME)
    return worker, decision


async def test_the_hand_over_is_sent_once_the_correction_is_acknowledged_and_lies_in_the_other_partition() -> None:
    worker, _ = await corrected()
    first, second = worker.broker.rounds
    assert [one.topic for one in first] == [INCIDENTS.name, LINK_CHANGELOG.name]
    assert [(one.topic, one.partition, one.key) for one in second] == [(REPORTS.name, THERE, b"asia")]


async def test_a_correction_that_is_read_again_hands_over_the_same_bytes_and_the_other_region_takes_them_once() -> None:
    worker, decision = await corrected()
    (handed,) = worker.broker.rounds[1]
    again = await worker.take(encode(decision), HOME)
    assert (again.outcome, [one.value for one in again.after]) == ("repeated", [handed.value])
    assert handed.value is not None
    taken = await worker.take(handed.value, THERE)
    repeated = await worker.take(handed.value, THERE)
    assert (taken.outcome, repeated.outcome) == ("corroborated", "repeated")
    (change,) = [decode(IncidentChange, one.value) for one in taken.records if one.value]
    assert (change.incident_id, change.revision, change.place) == (incident_id(report(1).item_id, 0), 3, KHOST)


async def test_a_worker_that_takes_over_restores_both_regions_from_the_table() -> None:
    worker, _ = await corrected()
    (handed,) = worker.broker.rounds[1]
    assert handed.value is not None
    await worker.take(handed.value, THERE)
    for partition, region in worker.linker.regions.items():
        rows = [value for (where, _), value in worker.table.rows.items() if where == partition]
        assert all(encode_entry(decode_entry(row)) == row for row in rows)
        assert restore(reversed(rows)).region.incidents.contents() == region.incidents.contents()

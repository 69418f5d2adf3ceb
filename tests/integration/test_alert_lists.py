"""Holds, mutes, lists and limits in real PostgreSQL: what waits survives, is told once, and races lose nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from click.testing import CliRunner, Result
from prometheus_client import CollectorRegistry

from services.alert.adapters.lists import PostgresLists
from services.alert.adapters.postgres import PostgresLedger
from services.alert.area import Circle, CodedArea, Extent, Polygon
from services.alert.bulletins import BulletinWriter
from services.alert.canary import CanaryCatcher
from services.alert.compose import Composer, Sender
from services.alert.consumer import ChangeHandler
from services.alert.gatherer import Gatherer
from services.alert.manners import Digest, DigestPace, Manners
from services.alert.matching import WatchIndex
from services.alert.metrics import AlertMetrics
from services.alert.schema import SCHEMA
from services.alert.silences import Ending, Silence, SilenceKind
from services.alert.watch import Watch
from services.cli.__main__ import cli
from shared.events.incident import IncidentChange, Severity, Status
from shared.postgres.migrate import upgrade
from tests.support.incidents import opened, received, updated
from tests.support.ledger import FakeHandOver, FakePublisher, StandingClock
from tests.support.places import FewPlaces
from tests.unit.alert.test_consumer import DESK

SENDER = Sender(address="alerts@tocsin.example", name="Tocsin")


@dataclass
class Base:
    """A migrated database."""

    pool: "asyncpg.Pool[asyncpg.Record]"
    clock: StandingClock
    lists: PostgresLists

    def handler(self, watch: Watch) -> ChangeHandler:
        """A replica that takes changes in."""
        index = WatchIndex([watch])
        return ChangeHandler(
            ledger=PostgresLedger(self.pool, owner="test"),
            index=index,
            endpoints={"desk": DESK},
            composer=Composer(index=index, names=FewPlaces(), sender=SENDER),
            canaries=CanaryCatcher(names=FewPlaces(), sender=SENDER),
            dead_letters=FakePublisher(),
            metrics=AlertMetrics(CollectorRegistry()),
            clock=self.clock,
            hand_over=FakeHandOver(),
        )

    def gatherer(self, watch: Watch) -> Gatherer:
        """A replica that tells what is due."""
        return Gatherer(
            lists=self.lists,
            index=WatchIndex([watch]),
            endpoints={"desk": DESK},
            writer=BulletinWriter(names=FewPlaces(), sender=SENDER),
            hand_over=FakeHandOver(),
            metrics=AlertMetrics(CollectorRegistry()),
            clock=self.clock,
        )

    async def sent(self) -> list[tuple[str, str]]:
        """Message and subject of each delivery."""
        rows = await self.pool.fetch("SELECT message, incident_id FROM tocsin_alert.deliveries ORDER BY position")
        return [(row["message"], row["incident_id"]) for row in rows]

    async def bodies(self, message: str) -> list[Mapping[str, Any]]:
        """The bodies of one kind."""
        rows = await self.pool.fetch(
            """SELECT content FROM tocsin_alert.deliveries JOIN tocsin_alert.bodies USING (body_id)
            WHERE message = $1 ORDER BY position""",
            message,
        )
        return [json.loads(row["content"])["data"] for row in rows]

    async def waiting(self) -> int:
        """How many entries wait."""
        return int(await self.pool.fetchval("SELECT count(*) FROM tocsin_alert.waiting"))


@pytest.fixture
async def base(postgres_database: str) -> AsyncIterator[Base]:
    await upgrade(postgres_database, SCHEMA)
    async with asyncpg.create_pool(postgres_database, min_size=2, max_size=8) as pool:
        yield Base(pool=pool, clock=StandingClock(), lists=PostgresLists(pool, PostgresLedger(pool, owner="test")))


def _watch(**manners: Any) -> Watch:
    return Watch(
        id="iraq", name="Iraq", areas=(CodedArea(codes=("IQ",)),), endpoints=("desk",), manners=Manners(**manners)
    )


def _at(number: int, **changed: Any) -> IncidentChange:
    return opened(number, **({"severity": Severity.MODERATE} | changed))


async def test_a_digest_is_told_once_by_however_many_replicas_and_a_retraction_leaves_it(base: Base) -> None:
    watch = _watch(digest=Digest(pace=DigestPace.HOUR))
    handler = base.handler(watch)
    first, second = _at(1), _at(2)
    await handler.handle([received(first), received(second), received(_at(3))])
    await handler.handle([received(updated(second, status=Status.RETRACTED))])
    assert (await base.sent(), await base.waiting()) == ([], 2)
    base.clock.at += timedelta(hours=1)
    await asyncio.gather(*(base.gatherer(watch).round() for _ in range(4)))
    (body,) = await base.bodies("digest")
    assert sorted(body["incident_ids"]) == sorted([first.incident_id, _at(3).incident_id])
    assert await base.waiting() == 0
    await handler.handle([received(updated(first, status=Status.RETRACTED))])
    assert [message for message, _ in await base.sent()] == ["digest", "retraction"]


async def test_what_reaches_a_list_in_its_last_moment_is_told_under_an_id_of_its_own(base: Base) -> None:
    watch = _watch(digest=Digest(pace=DigestPace.HOUR))
    await base.handler(watch).handle([received(_at(1))])
    late = StandingClock(base.clock.at)
    base.clock.at += timedelta(hours=1)
    await base.gatherer(watch).round()
    slow = replace(base, clock=late)
    await slow.handler(watch).handle([received(_at(2))])
    base.clock.at += timedelta(seconds=15)
    await base.gatherer(watch).round()
    assert [body["incident_ids"] for body in await base.bodies("digest")] == [
        [_at(1).incident_id],
        [_at(2).incident_id],
    ]


async def test_a_hold_is_kept_through_restarts_and_released_dropped_or_ended_by_its_time(base: Base) -> None:
    watch = _watch()
    areas = (CodedArea(codes=("IQ", "IQG10", "IQG10Q05")),)
    silence = Silence(id=0, kind=SilenceKind.HOLD, areas=areas, place="Khanaqin", who="ops", created_at=base.clock.at)
    for number, ending in ((1, Ending.RELEASED), (2, Ending.DROPPED), (3, Ending.EXPIRED)):
        until = base.clock.at + timedelta(minutes=30) if ending is Ending.EXPIRED else None
        held = await base.lists.add(replace(silence, until=until))
        await base.handler(watch).handle([received(_at(number))])
        (row,) = await base.lists.listed(SilenceKind.HOLD, ended=False)
        assert (row.silence.id, row.silence.areas, row.keeps) == (held, areas, 1)
        await base.gatherer(watch).round()
        assert await base.waiting() == 1
        base.clock.at += timedelta(hours=1)
        if ending is not Ending.EXPIRED:
            assert await base.lists.end(held, SilenceKind.HOLD, ending, base.clock.at) == 1
            assert await base.lists.end(held, SilenceKind.HOLD, ending, base.clock.at) is None
        await base.gatherer(watch).round()
        assert await base.waiting() == 0
    assert [body["incident_ids"] for body in await base.bodies("summary")] == [
        [_at(1).incident_id],
        [_at(3).incident_id],
    ]
    endings = [row.ending for row in await base.lists.listed(SilenceKind.HOLD, ended=True)]
    assert endings == [Ending.EXPIRED, Ending.DROPPED, Ending.RELEASED]


async def test_a_limit_is_kept_by_replicas_together_but_for_a_quarter_each(base: Base) -> None:
    watch = _watch(limit_an_hour=20)
    replicas = [base.handler(watch) for _ in range(3)]
    numbers = iter(range(1, 1000))
    for _ in range(20):
        await asyncio.gather(*(one.handle([received(_at(next(numbers)))]) for one in replicas))
    rung = [message for message, _ in await base.sent()].count("alert")
    assert 20 <= rung <= 20 + 3 * 5
    base.clock.at += timedelta(minutes=15)
    await base.gatherer(watch).round()
    (body,) = await base.bodies("summary")
    assert body["incident_count"] == 60 - rung


async def test_lists_are_told_while_changes_come_and_nothing_is_lost_or_told_twice(base: Base) -> None:
    watch = _watch(limit_an_hour=1, digest=None)
    handlers = [base.handler(watch) for _ in range(2)]
    stop = asyncio.Event()

    async def tell() -> None:
        while not stop.is_set():
            base.clock.at += timedelta(minutes=15)
            await base.gatherer(watch).round()

    telling = asyncio.create_task(tell())
    for start in range(1, 121, 12):
        halves = range(start, start + 6), range(start + 6, start + 12)
        await asyncio.gather(
            *(
                one.handle_patiently([received(_at(number)) for number in numbers])
                for one, numbers in zip(handlers, halves, strict=True)
            )
        )
    stop.set()
    await telling
    base.clock.at += timedelta(hours=1)
    await base.gatherer(watch).round()
    told = [subject for message, subject in await base.sent() if message == "alert"]
    for body in await base.bodies("summary"):
        told += body["incident_ids"]
    assert sorted(told) == sorted(_at(number).incident_id for number in range(1, 121))
    assert await base.waiting() == 0


async def test_every_kind_of_area_comes_back_as_it_was_kept(base: Base) -> None:
    extent = Extent(covers=frozenset({"IQG10Q05"}), touches=frozenset({"IQ", "IQG10"}))
    areas = (
        CodedArea(codes=("SY", "SY-DY")),
        Circle(lat=34.1, lon=45.2, radius_km=10.0, extent=extent),
        Polygon(ring=((44.0, 34.0), (45.0, 34.0), (45.0, 35.0), (44.0, 34.0)), extent=None),
    )
    await base.lists.add(
        Silence(id=0, kind=SilenceKind.MUTE, watch_id="iraq", areas=areas, who="ops", created_at=base.clock.at)
    )
    (row,) = await base.lists.listed(SilenceKind.MUTE, ended=False)
    assert row.silence.areas == areas


async def test_the_commands_hold_list_release_drop_and_mute(
    base: Base, postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_ALERT_POSTGRES_DSN", postgres_database)

    async def run(*words: str) -> str:
        result = await asyncio.to_thread(CliRunner().invoke, cli, list(words))
        assert result.exit_code == 0, result.output
        return result.output

    base.clock.at = datetime.now(tz=UTC)
    said = await run("hold", "--area", "IQG10Q05", "--until", "2h", "--why", "false reports", "--who", "ops")
    assert said.startswith("hold 1: what lies in IQG10Q05 waits until ")
    await base.handler(_watch()).handle([received(_at(1)), received(_at(2))])
    listed = await run("hold", "list")
    assert "ops  what lies in IQG10Q05, until" in listed
    assert "2 incidents wait: false reports" in listed
    assert "2 incidents will be told" in await run("hold", "release", "1")
    base.clock.at = datetime.now(tz=UTC)
    await base.gatherer(_watch()).round()
    assert [message for message, _ in await base.sent()] == ["summary"]
    await run("hold", "--source", "Sirwan Post")
    assert "0 incidents go unsaid" in await run("hold", "drop", "2", "--yes")
    await run("mute", "--watch", "iraq", "--incident", _at(1).incident_id, "--until", "1d")
    assert f"incident {_at(1).incident_id} for iraq" in await run("mute", "list")
    assert await run("mute", "end", "3") == "mute 3 is over\n"
    assert "released" in await run("hold", "list", "--ended")
    wrong = await asyncio.to_thread(CliRunner().invoke, cli, ["hold", "release", "9"])
    assert "no hold 9 is in force" in wrong.output


async def test_watches_are_added_to_the_database_and_tried_on_what_the_service_has_seen(
    base: Base, postgres_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_ALERT_POSTGRES_DSN", postgres_database)
    path = tmp_path / "watches.yaml"
    path.write_text(
        "endpoints: {desk: {channel: pull}}\nwatches: {iraq: {places: [IQ], endpoints: [desk]}}\n", encoding="utf-8"
    )

    async def run(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, cli, ["watches", *words, "--file", str(path)])

    added = await run("add", "diyala", "--place", "ديالى", "--to", "desk", "--database")
    assert added.output == "diyala is added to the database\n"
    again = await run("add", "diyala", "--place", "Diyala", "--to", "desk", "--database")
    assert "there is a watch diyala already" in again.output
    (row,) = await base.pool.fetch("SELECT id, tenant, document::text AS document FROM tocsin_alert.subscriptions")
    assert (row["id"], json.loads(row["document"])["places"]) == ("diyala", ["ديالى"])
    listed = await run("list", "--database")
    assert "diyala: diyala\n  where: IQG10 (narrowed when vague)\n  tells: desk (pull)" in listed.output
    assert "diyala" not in (await run("list")).output
    base.clock.at = datetime.now(tz=UTC)
    await base.handler(_watch()).handle([received(_at(1)), received(_at(2, test=True))])
    both = await run("test", "--days", "7", "--database")
    assert "desk  diyala (alert), iraq (alert)" in both.output
    tried = await run("test", "--days", "7")
    assert tried.exit_code == 0, tried.output
    assert tried.output.count("desk  iraq (alert)") == 1
    assert "1 deliveries" in tried.output

"""The outbox's publisher: what is swept, what is handed over, what happens when it is told to stop."""

import asyncio
from datetime import timedelta

from prometheus_client import CollectorRegistry

from services.ingest.errors import LedgerUnavailableError
from services.ingest.feed import Validators
from services.ingest.identity import IdentityMode
from services.ingest.metrics import IngestMetrics
from services.ingest.outbox import Outbox
from services.ingest.polled import row_of
from services.ingest.versions import identified, new_versions
from services.ingest.work import Settlement
from tests.support.ingest_fakes import NOON, FakePublisher, InlineParser, ToldClock, a_feed, rss


class PendingRows:
    """A ledger with rows that an earlier life left, told apart from those that the caller holds."""

    def __init__(self, rows=()):
        self.rows, self.settled, self.failures = list(rows), [], 0
        self.when_settled = asyncio.Condition()

    async def pending(self, *, limit, now, held):
        taken = [row for row in self.rows if row.event_id not in held][:limit]
        self.rows = [row for row in self.rows if row not in taken]
        return taken

    async def settle(self, settlements, *, now):
        if self.failures:
            self.failures -= 1
            raise LedgerUnavailableError("PostgreSQL: away")
        async with self.when_settled:
            self.settled.extend(settlements)
            self.when_settled.notify_all()

    async def until_settled(self, count):
        async with asyncio.timeout(10), self.when_settled:
            await self.when_settled.wait_for(lambda: sum(len(one.rows) for one in self.settled) >= count)


async def rows_of(count, slug="dijla-news"):
    feed = a_feed(slug)
    body = rss({str(n): (f"Story {n}", NOON - timedelta(minutes=n)) for n in range(count)})
    document = await InlineParser().parse(body, content_type="", url=feed.url, language="en")
    entries = identified(feed, document.entries, IdentityMode.GUID, {})
    versions = new_versions(feed, entries, {}, language=None, is_first_poll=False, now=NOON)
    return [row_of(version, fetched_at=NOON) for version in versions]


class Press:
    """An outbox at work on a ledger and a Kafka of ours."""

    def __init__(self, left=(), **changes):
        self.ledger, self.publisher = PendingRows(left), FakePublisher()
        self.outbox = Outbox(
            ledger=self.ledger,
            publisher=self.publisher,
            metrics=IngestMetrics(CollectorRegistry()),
            clock=ToldClock(),
            batch=changes.pop("batch", 100),
            sweep_seconds=0.0,
        )

    async def run_until(self, count):
        running = asyncio.create_task(self.outbox.run())
        await self.ledger.until_settled(count)
        self.outbox.stop()
        async with asyncio.timeout(10):
            await running


async def test_what_an_earlier_life_left_does_not_wait_until_the_queue_is_empty():
    left, new = (await rows_of(4))[:2], await rows_of(30, "busy")
    press = Press(left, batch=1)
    for row in new:
        press.outbox.offer(Settlement(feed="busy", rows=(row,), validators=None))
    await press.run_until(32)
    assert {row.event_id for row in press.publisher.sent[:4]} >= {left[0].event_id, left[1].event_id}


async def test_rows_that_are_held_are_not_swept_a_second_time():
    rows = await rows_of(3)
    press = Press(rows)
    press.outbox.offer(Settlement(feed="dijla-news", rows=tuple(rows), validators=Validators(etag="x")))
    await press.run_until(3)
    assert len(press.publisher.sent) == 3
    assert [settlement.validators for settlement in press.ledger.settled] == [Validators(etag="x")]


async def test_a_database_that_is_away_after_publishing_is_waited_for_without_publishing_again():
    rows = await rows_of(2)
    press = Press()
    press.ledger.failures = 2
    press.outbox.offer(Settlement(feed="dijla-news", rows=tuple(rows), validators=None))
    await press.run_until(2)
    assert len(press.publisher.sent) == 2


async def test_told_to_stop_it_publishes_what_it_was_handed():
    rows = await rows_of(2)
    press = Press()
    press.outbox.offer(Settlement(feed="dijla-news", rows=tuple(rows), validators=None))
    press.outbox.stop()
    async with asyncio.timeout(10):
        await press.outbox.run()
    assert len(press.publisher.sent) == 2


async def test_told_to_stop_while_kafka_is_away_it_stops_and_settles_nothing():
    rows = await rows_of(2)
    press = Press()
    press.publisher.fail_next(10)
    press.outbox.offer(Settlement(feed="dijla-news", rows=tuple(rows), validators=None))
    press.outbox.stop()
    async with asyncio.timeout(10):
        await press.outbox.run()
    assert press.ledger.settled == []


async def test_a_full_queue_refuses_and_the_rows_are_swept_later():
    [row] = await rows_of(1)
    press = Press([row])
    settlement = Settlement(feed="dijla-news", rows=(row,), validators=None)
    while press.outbox.offer(settlement):
        pass
    other = Settlement(feed="dijla-news", rows=tuple(await rows_of(1, "other")), validators=None)
    assert press.outbox.offer(other) is False


async def test_the_next_batch_goes_out_while_the_last_one_is_settled():
    rows = await rows_of(2)
    press = Press(batch=1)
    may_settle, settle = asyncio.Event(), press.ledger.settle

    async def slow(settlements, *, now):
        await may_settle.wait()
        await settle(settlements, now=now)

    press.ledger.settle = slow
    for row in rows:
        press.outbox.offer(Settlement(feed="dijla-news", rows=(row,), validators=None))
    running = asyncio.create_task(press.outbox.run())
    async with asyncio.timeout(10):
        while len(press.publisher.sent) < 2:  # noqa: ASYNC110 - the fake tells nobody
            await asyncio.sleep(0.01)
        assert press.ledger.settled == []
        may_settle.set()
        await press.ledger.until_settled(2)
        press.outbox.stop()
        await running


async def test_polls_wait_while_too_much_is_queued_and_go_on_when_it_is_published(monkeypatch):
    monkeypatch.setattr("services.ingest.outbox._LONGEST_WAIT_SECONDS", 60.0)
    rows = await rows_of(1)
    press = Press()
    assert await asyncio.wait_for(press.outbox.room(), 1) is None
    while press.outbox.offer(Settlement(feed="dijla-news", rows=tuple(rows) * 100, validators=None)):
        pass
    waiting = asyncio.create_task(press.outbox.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    running = asyncio.create_task(press.outbox.run())
    async with asyncio.timeout(10):
        await waiting
        press.outbox.stop()
        await running


async def test_polls_do_not_wait_for_long_when_kafka_is_away(monkeypatch):
    monkeypatch.setattr("services.ingest.outbox._LONGEST_WAIT_SECONDS", 0.01)
    rows = await rows_of(1)
    press = Press()
    while press.outbox.offer(Settlement(feed="dijla-news", rows=tuple(rows) * 100, validators=None)):
        pass
    async with asyncio.timeout(5):
        await press.outbox.room()

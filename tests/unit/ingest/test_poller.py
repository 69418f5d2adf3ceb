"""The shell around polls, with a ledger in memory: one feed's fault costs one poll, and the database's faults are waited out."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from services.ingest.errors import LedgerUnavailableError, ParserUnavailableError
from services.ingest.feed import FeedState, Lease
from services.ingest.metrics import IngestMetrics
from services.ingest.outbox import Outbox
from services.ingest.outcome import Failed, FailureReason
from services.ingest.politeness import Politeness
from services.ingest.poller import Poller
from services.ingest.recorder import Recorder
from services.ingest.schedule import PollLimits
from services.ingest.visit import Visitor
from tests.support.ingest_fakes import NOON, FakeFetcher, FakePublisher, InlineParser, ToldClock, a_feed, fetched, rss


class MemoryLedger:
    """Feeds that are due once, and everything that was stored."""

    def __init__(self, feeds):
        self.due = [Lease(feed=feed, state=FeedState(), until=NOON + timedelta(minutes=2)) for feed in feeds]
        self.finished, self.released, self.settled, self.held = [], [], [], []
        self.failures = 0
        self.stored_before = set()
        self.all_done = asyncio.Event()
        self._expected = len(feeds)

    def _fail(self):
        if self.failures:
            self.failures -= 1
            raise LedgerUnavailableError("PostgreSQL: away")

    async def lease(self, *, limit, now):
        self._fail()
        taken, self.due = self.due[:limit], self.due[limit:]
        return taken

    async def seconds_to_next(self, now):
        return 0.05

    async def release(self, slugs, *, not_before):
        self.released.append((tuple(slugs), not_before))
        self._note()

    async def hold_host(self, host, *, until):
        self.held.append((host, until))
        return 2

    async def marks(self, item_ids, *, feed, now):
        return {}

    async def finish(self, records):
        self.finished.extend(records)
        self._note()
        return frozenset(row.event_id for record in records for row in record.rows) - self.stored_before

    async def pending(self, *, limit, now, held):
        return ()

    async def settle(self, settlements, *, now):
        self.settled.extend(settlements)

    def _note(self):
        if len(self.finished) + len(self.released) >= self._expected:
            self.all_done.set()


class BrokenParser(InlineParser):
    """Fails for one feed in a way that nobody foresaw, and for another because no process can be started."""

    async def parse(self, body, *, content_type, url, language):
        if language == "xx":
            raise RuntimeError("unforeseen")
        if language == "yy":
            raise ParserUnavailableError("no process")
        return await super().parse(body, content_type=content_type, url=url, language=language)


class Shop:
    """A poller with its surroundings."""

    def __init__(self, feeds, *, expected=None, throttled_hosts=(), workers=4, **politeness):
        self.fetcher, self.publisher, self.clock = FakeFetcher(), FakePublisher(), ToldClock()
        self.ledger = MemoryLedger(feeds)
        if expected is not None:
            self.ledger._expected = expected
        self.registry = CollectorRegistry()
        self.metrics = IngestMetrics(self.registry)
        for feed in feeds:
            self.fetcher.respond_with(feed.url, fetched(rss({"1": ("A blast", NOON)}), etag='"v1"'))
        self.outbox = Outbox(
            ledger=self.ledger, publisher=self.publisher, metrics=self.metrics, clock=self.clock, batch=10
        )
        self.recorder = Recorder(self.ledger)
        self.poller = Poller(
            ledger=self.ledger,
            visitor=Visitor(
                fetcher=self.fetcher,
                parser=BrokenParser(),
                ledger=self.ledger,
                clock=self.clock,
                limits=PollLimits(),
                random=lambda: 0.5,
            ),
            recorder=self.recorder,
            outbox=self.outbox,
            politeness=Politeness(
                **{"connections": 9, "delay_seconds": 0.0, "longest_wait_seconds": 1.0, **politeness},
                monotonic=lambda: 0.0,
            ),
            metrics=self.metrics,
            clock=self.clock,
            workers=workers,
            throttled_hosts=throttled_hosts,
            longest_hold_seconds=3600.0,
        )

    async def work(self):
        """Run until every feed was finished or put off, then end as the service does."""
        polling = asyncio.create_task(self.poller.run())
        publishing = asyncio.create_task(self.outbox.run())
        async with asyncio.timeout(10):
            await self.ledger.all_done.wait()
            self.poller.stop()
            await polling
            self.outbox.stop()
            await publishing

    def counted(self, name, **labels):
        return self.registry.get_sample_value(name, labels)


async def test_items_are_stored_published_and_settled_with_the_validators_of_their_poll():
    shop = Shop([a_feed(f"feed-{n}") for n in range(10)])
    await shop.work()
    assert len(shop.publisher.sent) == 10
    assert {settlement.validators.etag for settlement in shop.ledger.settled} == {'"v1"'}
    assert shop.counted("tocsin_ingest_polls_out_total", outcome="changed") == 10
    assert shop.counted("tocsin_ingest_items_out_total", outcome="published") == 10
    assert shop.counted("tocsin_ingest_item_versions_total", change="new") == 10


async def test_how_fresh_items_are_is_measured_from_the_second_poll_of_a_feed_on():
    known = FeedState(first_fetched_at=NOON - timedelta(days=1))
    for state, counted in ((FeedState(), 0), (known, 1)):
        shop = Shop([a_feed(tier=1)])
        shop.ledger.due = [replace(lease, state=state) for lease in shop.ledger.due]
        await shop.work()
        assert shop.counted("tocsin_ingest_item_age_seconds_count", tier="1") == counted


async def test_a_row_that_was_stored_before_is_not_published_with_this_polls_bytes():
    feed = a_feed()
    first = Shop([feed])
    await first.work()
    again = Shop([feed])
    again.ledger.stored_before = {row.event_id for row in first.publisher.sent}
    await again.work()
    assert again.publisher.sent == []


async def test_an_unforeseen_fault_costs_one_poll():
    feeds = [a_feed("good"), a_feed("odd", language="xx"), a_feed("unlucky", language="yy")]
    shop = Shop(feeds, expected=1)
    await shop.work()
    assert [record.feed for record in shop.ledger.finished] == ["good"]
    assert shop.counted("tocsin_ingest_polls_out_total", outcome="failed") == 2


async def test_a_database_that_is_away_is_waited_for():
    shop = Shop([a_feed()])
    shop.ledger.failures = 2
    await shop.work()
    assert len(shop.publisher.sent) == 1
    assert shop.counted("tocsin_ingest_database_failures_total") == 2


async def test_a_feed_whose_host_is_too_busy_is_put_off_and_not_failed():
    feeds = [a_feed(f"feed-{n}", url=f"https://one.example/{n}") for n in range(3)]
    shop = Shop(feeds, delay_seconds=0.9)
    await shop.work()
    assert len(shop.ledger.released) == 1
    assert shop.ledger.released[0][1] == NOON + timedelta(seconds=1.8)
    assert shop.counted("tocsin_ingest_polls_out_total", outcome="failed") == 0


@pytest.mark.parametrize("failures", [1, 3])
async def test_kafka_that_is_away_is_waited_for_and_nothing_is_settled_before(failures):
    shop = Shop([a_feed()])
    shop.publisher.fail_next(failures)
    await shop.work()
    settled = len(shop.ledger.settled)
    assert settled == len(shop.publisher.sent)
    assert shop.counted("tocsin_ingest_publish_failures_total") >= 1


BUSY = Failed(reason=FailureReason.THROTTLED, detail="answered 429", status=429, retry_after_seconds=7200.0)


async def test_a_configured_host_means_its_retry_after_for_all_its_feeds_within_the_longest_hold():
    feeds = [a_feed(f"feed-{n}", url=f"https://one.example/{n}") for n in range(2)]
    shop = Shop([*feeds, a_feed("other")], throttled_hosts=["one.example"], workers=1)
    shop.fetcher.respond_with(feeds[0].url, BUSY)
    await shop.work()
    until = NOON + timedelta(seconds=3600)
    assert shop.ledger.held == [("one.example", until)]
    assert shop.ledger.released == [(("feed-1",), until)], "what was leased already is put off too"
    assert {record.feed for record in shop.ledger.finished} == {"feed-0", "other"}
    assert shop.counted("tocsin_ingest_held_hosts_total") == 1


async def test_elsewhere_a_retry_after_is_the_feeds_own():
    feeds = [a_feed(f"feed-{n}", url=f"https://one.example/{n}") for n in range(2)]
    shop = Shop(feeds, throttled_hosts=["two.example"], workers=1)
    shop.fetcher.respond_with(feeds[0].url, BUSY)
    await shop.work()
    assert (shop.ledger.held, shop.ledger.released) == ([], [])

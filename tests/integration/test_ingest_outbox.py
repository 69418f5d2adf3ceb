"""Nothing lost, nothing twice: the ledger in a real PostgreSQL, with a Kafka that fails on command and crashes between any two steps."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from services.ingest.adapters.archive import PostgresArchive
from services.ingest.adapters.articles import PostgresArticleBook
from services.ingest.adapters.postgres import PostgresLedger
from services.ingest.article import full_version
from services.ingest.feed import Validators
from services.ingest.metrics import IngestMetrics
from services.ingest.outbox import Outbox
from services.ingest.outcome import Failed, FailureReason, NotModified
from services.ingest.polled import row_of
from services.ingest.republish import republish
from services.ingest.schedule import PollLimits
from services.ingest.schema import SCHEMA
from services.ingest.visit import Visitor
from services.ingest.work import Settlement
from shared.codec import decode
from shared.events.item import Item, ItemChange
from shared.postgres.migrate import upgrade
from tests.support.ingest_fakes import NOON, FakeFetcher, FakePublisher, InlineParser, ToldClock, a_feed, fetched, rss

FEED = a_feed(interval_seconds=60)
OLD = NOON - timedelta(days=3)
FRESH = NOON - timedelta(minutes=5)


class Life:
    """One life of a replica over the database: what it knows in memory dies with it."""

    def __init__(self, pool, fetcher, publisher, clock, *, instance="a", feeds=(FEED,)):
        self.clock = clock
        self.publisher = publisher
        self.ledger = PostgresLedger(
            pool, instance=instance, feeds=feeds, lease_for=timedelta(seconds=120), claim_for=timedelta(seconds=60)
        )
        self.outbox = Outbox(
            ledger=self.ledger,
            publisher=publisher,
            metrics=IngestMetrics(CollectorRegistry()),
            clock=clock,
            batch=100,
            sweep_seconds=0.0,
        )
        self.visitor = Visitor(
            fetcher=fetcher,
            parser=InlineParser(),
            ledger=self.ledger,
            clock=clock,
            limits=PollLimits(),
            random=lambda: 0.5,
        )

    async def begin(self):
        await self.ledger.take_office(self.clock.now())
        return self

    async def poll(self):
        """Poll every due feed and store what came; hand nothing to the publisher yet."""
        settlements = []
        for lease in await self.ledger.lease(limit=10, now=self.clock.now()):
            visit = await self.visitor.visit(lease)
            stored = await self.ledger.finish([visit.record])
            rows = tuple(row for row in visit.record.rows if row.event_id in stored)
            if rows:
                settlements.append(Settlement(feed=lease.feed.slug, rows=rows, validators=visit.record.validators))
        return settlements

    async def publish(self, settlements=()):
        """Publish what was handed over; without it, what a sweep of the database finds."""
        for settlement in settlements:
            assert self.outbox.offer(settlement)
        running = asyncio.create_task(self.outbox.run())
        await self.until(lambda pending: pending == 0)
        self.outbox.stop()
        await running

    async def until(self, is_reached):
        async with asyncio.timeout(20):
            while not is_reached(await self.pending()):  # noqa: ASYNC110 - another system is waited for
                await asyncio.sleep(0.02)

    async def pending(self):
        return (await PostgresArchive(self.ledger._pool).overview(self.clock.now())).pending


@asynccontextmanager
async def opened(dsn):
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=4)
    try:
        yield pool
    finally:
        await pool.close()


@pytest.fixture
async def pool(postgres_database):
    await upgrade(postgres_database, SCHEMA)
    async with opened(postgres_database) as pool:
        yield pool


@pytest.fixture
def fetcher():
    return FakeFetcher()


@pytest.fixture
def publisher():
    return FakePublisher()


@pytest.fixture
def clock():
    return ToldClock()


@pytest.fixture
def life(pool, fetcher, publisher, clock):
    def begin(**changes):
        return Life(pool, fetcher, changes.pop("publisher", publisher), clock, **changes).begin()

    return begin


async def feed_row(pool, slug=FEED.slug):
    return await pool.fetchrow("SELECT * FROM tocsin_ingest.feeds WHERE slug = $1", slug)


async def test_items_stored_before_a_crash_are_published_by_the_next_life_with_the_same_bytes(
    life, fetcher, publisher, pool, clock
):
    fetcher.respond_with(FEED.url, fetched(rss({"1": ("A blast", FRESH)}), etag='"v1"'))
    first = await life()
    [settlement] = await first.poll()
    clock.advance(5)

    second = await life()
    await second.publish()

    assert [(row.event_id, row.value, row.headers) for row in publisher.sent] == [
        (row.event_id, row.value, row.headers) for row in settlement.rows
    ]
    assert (await feed_row(pool))["etag"] is None, (
        "validators went with the life that knew them: the feed is read again"
    )
    clock.advance(60)
    assert await second.poll() == [], "and reading it again brings nothing new"
    assert (await feed_row(pool))["etag"] == '"v1"'


async def test_items_published_before_a_crash_but_not_marked_are_published_again_with_the_same_bytes(
    life, fetcher, publisher, clock
):
    fetcher.respond_with(FEED.url, fetched(rss({"1": ("A blast", FRESH), "2": ("A fire", FRESH)}), etag='"v1"'))
    first = await life()
    [settlement] = await first.poll()
    await publisher.publish(settlement.rows)
    clock.advance(5)

    second = await life()
    await second.publish()

    assert len(publisher.sent) == 4
    by_id = {}
    for row in publisher.sent:
        by_id.setdefault(row.event_id, set()).add((row.value, row.headers))
    assert len(by_id) == 2
    assert all(len(different) == 1 for different in by_id.values())


async def test_an_acknowledgement_that_got_lost_repeats_the_same_bytes_and_then_settles(life, fetcher, publisher, pool):
    fetcher.respond_with(FEED.url, fetched(rss({"1": ("A blast", FRESH)}), etag='"v1"'))
    one = await life()
    settlements = await one.poll()
    publisher.fail_next(2, but_store=True)

    await one.publish(settlements)

    assert len(publisher.sent) == 3
    assert len({(row.event_id, row.value, row.headers) for row in publisher.sent}) == 1
    assert (await feed_row(pool))["etag"] == '"v1"'


async def test_while_kafka_is_away_neither_validators_nor_seen_marks_advance(life, fetcher, publisher, pool, clock):
    fetcher.respond_with(FEED.url, fetched(rss({"1": ("A blast", FRESH)}), etag='"v1"'))
    one = await life()
    publisher.fail_next(1_000)
    await one.poll()
    for _ in range(3):
        clock.advance(60)
        assert await one.poll() == [], "the item waits once, however often its feed is read"
    row = await feed_row(pool)
    assert (row["etag"], row["body_hash"]) == (None, None)
    assert await pool.fetchval("SELECT count(*) FROM tocsin_ingest.items") == 0
    assert [validators.etag for _, validators in fetcher.asked] == [None] * 4


async def test_an_item_that_is_edited_while_kafka_is_away_becomes_a_second_version(life, fetcher, publisher, clock):
    fetcher.respond_with(
        FEED.url, fetched(rss({"1": ("Four killed", FRESH)})), fetched(rss({"1": ("Seven killed", FRESH)}))
    )
    one = await life()
    await one.poll()
    clock.advance(60)
    await one.poll()
    clock.advance(61)  # the claims of both polls have ended
    await one.publish()

    items = [decode(Item, row.value) for row in publisher.sent]
    assert [(item.version, item.change, item.title) for item in items] == [
        (1, ItemChange.NEW, "Four killed"),
        (2, ItemChange.TITLE, "Seven killed"),
    ]
    assert items[0].item_id == items[1].item_id
    assert items[0].event_id != items[1].event_id


async def test_a_text_that_returns_to_an_earlier_form_is_published_under_an_id_of_its_own(
    life, fetcher, publisher, clock
):
    bodies = [rss({"1": (title, FRESH)}) for title in ("Four killed", "Seven killed", "Four killed")]
    fetcher.respond_with(FEED.url, *map(fetched, bodies))
    one = await life()
    for _ in bodies:
        await one.publish(await one.poll())
        one.outbox._stopping.clear()
        clock.advance(60)
    assert [decode(Item, row.value).version for row in publisher.sent] == [1, 2, 3]
    assert len({row.event_id for row in publisher.sent}) == 3


async def test_a_304_touches_only_the_schedule(life, fetcher, pool, clock):
    fetcher.respond_with(FEED.url, fetched(rss({"1": ("A blast", FRESH)}), etag='"v1"'), NotModified())
    one = await life()
    await one.publish(await one.poll())
    before = dict(await feed_row(pool))
    clock.advance(60)
    await one.poll()
    after = dict(await feed_row(pool))
    assert fetcher.asked[-1][1].etag == '"v1"'
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"last_polled_at", "last_success_at", "last_outcome", "next_poll_at"}


async def test_old_items_of_the_first_poll_are_backfill_and_old_items_of_later_polls_are_news(
    life, fetcher, publisher, clock
):
    fetcher.respond_with(
        FEED.url,
        fetched(rss({"1": ("Old", OLD), "2": ("Fresh", FRESH)})),
        fetched(rss({"3": ("Told late", OLD), "1": ("Old", OLD), "2": ("Fresh", FRESH)})),
    )
    one = await life()
    await one.publish(await one.poll())
    one.outbox._stopping.clear()
    clock.advance(60)
    await one.publish(await one.poll())
    backfill = {item.title: item.backfill for item in (decode(Item, row.value) for row in publisher.sent)}
    assert backfill == {"Old": True, "Fresh": False, "Told late": False}


async def test_a_first_poll_that_failed_is_not_the_first_poll(life, fetcher, publisher, clock):
    failed = Failed(reason=FailureReason.SERVER_ERROR, detail="answered 500", status=500)
    fetcher.respond_with(FEED.url, failed, fetched(rss({"1": ("Old", OLD)})))
    one = await life()
    await one.poll()
    clock.advance(3600)
    await one.publish(await one.poll())
    assert [decode(Item, row.value).backfill for row in publisher.sent] == [True]


async def test_republishing_sends_the_same_bytes_and_old_rows_are_pruned_only_when_acknowledged(
    life, fetcher, publisher, pool, clock
):
    fetcher.respond_with(FEED.url, fetched(rss({"1": ("A blast", FRESH)})), fetched(rss({"2": ("A fire", FRESH)})))
    one = await life()
    await one.publish(await one.poll())
    clock.advance(60)
    await one.poll()  # stays pending
    archive = PostgresArchive(pool)

    again = FakePublisher()
    assert await republish(archive, again, since=NOON - timedelta(hours=1), batch=1) == 2
    assert (again.sent[0].event_id, again.sent[0].value, again.sent[0].headers) == (
        publisher.sent[0].event_id,
        publisher.sent[0].value,
        publisher.sent[0].headers,
    )
    clock.advance(8 * 86_400)
    deleted, _ = await archive.delete_old(
        rows_before=clock.now() - timedelta(days=7), marks_before=NOON - timedelta(days=400)
    )
    assert deleted == 1
    assert await one.pending() == 1


async def test_no_feed_is_leased_twice_and_a_dead_replicas_feeds_are_taken_over_after_its_lease(
    pool, clock, publisher, fetcher
):
    feeds = tuple(a_feed(f"feed-{number}") for number in range(20))
    one = await Life(pool, fetcher, publisher, clock, instance="one", feeds=feeds).begin()
    two = await Life(pool, fetcher, publisher, clock, instance="two", feeds=feeds).begin()
    taken = await asyncio.gather(*(life.ledger.lease(limit=7, now=clock.now()) for life in (one, two, one, two)))
    slugs = [lease.feed.slug for leases in taken for lease in leases]
    assert len(slugs) == len(set(slugs)) == 20
    assert await two.ledger.lease(limit=20, now=clock.now()) == []
    clock.advance(121)
    assert len(await two.ledger.lease(limit=20, now=clock.now())) == 20


async def test_trusted_local_feeds_are_polled_first_when_workers_are_short(life, clock):
    feeds = tuple(a_feed(f"tier-{tier}-{number}", tier=tier) for number in range(2) for tier in (3, 2, 1))
    alive = await life(feeds=feeds)
    taken = [lease.feed.tier for _ in range(3) for lease in await alive.ledger.lease(limit=2, now=clock.now())]
    assert taken == [1, 1, 2, 2, 3, 3]


async def test_a_feed_with_more_items_than_are_read_says_so_in_its_health(life, clock, pool, fetcher):
    stories = {str(number): ("A blast", FRESH - timedelta(minutes=number)) for number in range(2_100)}
    fetcher.respond_with(FEED.url, fetched(rss(stories)), fetched(rss({"new": ("Another", FRESH)})))
    alive = await life()
    await alive.poll()
    row = await feed_row(pool)
    assert (row["failures"], row["last_error_at"]) == (0, clock.now())
    assert row["last_error"] == "carries 2100 items, of which the first 2000 were read"
    clock.advance(70)
    await alive.poll()
    assert (await feed_row(pool))["last_error_at"] == NOON, "that was then"


async def test_a_replica_polls_no_feed_of_another_list_and_does_not_wake_for_it(pool, clock, publisher, fetcher):
    mine, others = a_feed("mine", interval_seconds=60), tuple(a_feed(f"other-{number}") for number in range(3))
    knows_all = await Life(pool, fetcher, publisher, clock, instance="new", feeds=(mine, *others)).begin()
    knows_one = await Life(pool, fetcher, publisher, clock, instance="old", feeds=(mine,)).begin()
    await pool.execute("UPDATE tocsin_ingest.feeds SET is_active = true")  # as the other one has it
    assert [lease.feed.slug for lease in await knows_one.ledger.lease(limit=9, now=clock.now())] == ["mine"]
    assert await knows_one.ledger.lease(limit=9, now=clock.now()) == []
    assert await knows_one.ledger.seconds_to_next(clock.now()) == 120, "its own lease's end, not what others have to do"
    assert len(await knows_all.ledger.lease(limit=9, now=clock.now())) == 3, "what it took by mistake was given back"


async def test_many_polls_ask_for_their_items_together_and_each_hears_of_its_own(life, pool, clock, fetcher):
    feeds = tuple(a_feed(f"f{n}", url=f"https://a.example/{n}") for n in range(4))
    for number, feed in enumerate(feeds):
        fetcher.respond_with(feed.url, fetched(rss({f"{number}-{n}": ("A blast", FRESH) for n in range(3)})))
    alive = await life(feeds=feeds)
    settlements = await alive.poll()
    await alive.ledger.settle(settlements[:2], now=clock.now())  # two are known by their marks, two wait for Kafka
    names = {one.feed: [row.mark.item_id for row in one.rows] for one in settlements}
    every = [item for listed in names.values() for item in listed]
    found = await asyncio.gather(
        *(alive.ledger.marks(listed, feed=feed, now=clock.now()) for feed, listed in names.items())
    )
    assert [sorted(one) for one in found] == [sorted(listed) for listed in names.values()]
    others = await alive.ledger.marks(every, feed=settlements[2].feed, now=clock.now())
    assert set(others) == set(every) - set(names[settlements[3].feed]), "rows that wait are those of the feed only"


async def test_a_replica_that_restarts_takes_back_its_leases_and_rows_at_once(life, fetcher, publisher, pool):
    fetcher.respond_with(FEED.url, fetched(rss({"1": ("A blast", FRESH)})))
    first = await life()
    await first.poll()
    await pool.execute("UPDATE tocsin_ingest.feeds SET next_poll_at = $1", NOON)
    assert len(await first.ledger.lease(limit=1, now=NOON)) == 1
    second = await life()
    assert len(await second.ledger.lease(limit=1, now=NOON)) == 1
    assert len(await second.ledger.pending(limit=10, now=NOON, held=())) == 1


async def test_a_poll_that_outlived_its_lease_stores_its_items_but_not_the_schedule(pool, clock, publisher, fetcher):
    fetcher.respond_with(FEED.url, fetched(rss({"1": ("A blast", FRESH)}), etag='"v1"'))
    slow = await Life(pool, fetcher, publisher, clock, instance="slow").begin()
    [lease] = await slow.ledger.lease(limit=1, now=clock.now())
    visit = await slow.visitor.visit(lease)
    clock.advance(121)
    other = await Life(pool, fetcher, publisher, clock, instance="other").begin()
    [again] = await other.ledger.lease(limit=1, now=clock.now())
    assert await slow.ledger.finish([visit.record]) == {row.event_id for row in visit.record.rows}
    row = await feed_row(pool)
    assert row["leased_by"] == "other"
    assert row["last_polled_at"] is None
    repeated = await other.visitor.visit(again)
    assert await other.ledger.finish([repeated.record]) == frozenset(), "the same event is never stored twice"


async def test_a_feed_that_left_the_list_rests_with_what_is_known_of_it_and_may_come_back(
    pool, clock, publisher, fetcher
):
    fetcher.respond_with(FEED.url, fetched(rss({"1": ("A blast", FRESH)}), etag='"v1"'))
    one = await Life(pool, fetcher, publisher, clock).begin()
    await one.publish(await one.poll())
    await Life(pool, fetcher, publisher, clock, feeds=(a_feed("other"),)).begin()
    assert (await feed_row(pool))["is_active"] is False
    clock.advance(600)
    back = await Life(pool, fetcher, publisher, clock).begin()
    [lease] = await back.ledger.lease(limit=5, now=clock.now())
    assert lease.state.validators.etag == '"v1"'


async def test_a_feed_with_a_new_address_is_read_afresh_but_its_items_stay_known(pool, clock, publisher, fetcher):
    moved = replace(FEED, url="https://elsewhere.example/feed")
    body = rss({"1": ("A blast", FRESH)})
    for url in (FEED.url, moved.url):
        fetcher.respond_with(url, fetched(body, etag='"v1"'))
    one = await Life(pool, fetcher, publisher, clock).begin()
    await one.publish(await one.poll())
    two = await Life(pool, fetcher, publisher, clock, feeds=(moved,)).begin()
    assert await two.poll() == []
    assert fetcher.asked[-1] == (moved.url, Validators())


async def test_a_buried_entry_is_withdrawn_in_the_words_it_had(life, fetcher, publisher, clock):
    def atom(inner):
        return fetched(
            f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">'
            f"<title>Dijla</title>{inner}</feed>".encode()
        )

    entry = "<entry><id>urn:1</id><title>A blast</title><updated>2026-04-11T11:00:00Z</updated></entry>"
    tomb = '<at:deleted-entry ref="urn:1" when="2026-04-11T12:00:00Z"/>'
    fetcher.respond_with(FEED.url, atom(entry), atom(tomb), atom(tomb + " "))
    alive = await life()
    for _ in range(3):
        await alive.publish(await alive.poll())
        clock.advance(70)
    items = [decode(Item, row.value) for row in publisher.sent]
    assert [(item.change, item.version, item.title) for item in items] == [
        (ItemChange.NEW, 1, "A blast"),
        (ItemChange.WITHDRAWN, 2, "A blast"),
    ]


async def test_a_host_that_is_held_is_held_for_all_its_feeds_and_replicas_and_no_other(life, pool, clock):
    feeds = tuple(
        a_feed(f"f{n}", url=f"https://{host}/{n}") for n, host in enumerate(("a.example",) * 2 + ("b.example",))
    )
    one, other = await life(feeds=feeds), await life(feeds=feeds, instance="b")
    until = clock.now() + timedelta(hours=1)
    assert await one.ledger.hold_host("a.example", until=until) == 2
    assert [lease.feed.slug for lease in await other.ledger.lease(limit=9, now=clock.now())] == ["f2"]
    assert (await feed_row(pool, "f0"))["interval_reason"] == "retry_after"
    clock.advance(3601)
    assert len(await one.ledger.lease(limit=9, now=clock.now())) == 3


async def test_full_text_is_the_next_version_and_waits_for_a_poll_of_its_feed(life, pool, fetcher, publisher, clock):
    feed = a_feed(full_text=True, interval_seconds=60)
    stories = rss({"1": ("A blast", FRESH)})
    fetcher.respond_with(feed.url, fetched(stories), fetched(stories + b"<!-- again -->"))
    alive = await life(feeds=(feed,))
    await alive.publish(await alive.poll())
    book = PostgresArticleBook(pool, feeds=lambda: {feed.slug: feed}, instance="a", claim_for=timedelta(seconds=60))

    def make(mark, last):
        version = full_version(mark, last, "The mortar shells fell on the village before dawn. " * 9)
        return row_of(version, fetched_at=clock.now())

    [article] = await book.take(limit=9, now=clock.now(), until=clock.now() + timedelta(seconds=120))
    assert article.url == "https://dijla.example/1"
    assert await book.take(limit=9, now=clock.now(), until=clock.now()) == [], "nobody else gets it meanwhile"
    clock.advance(70)
    [lease] = await alive.ledger.lease(limit=9, now=clock.now())
    assert await book.conclude(article, now=clock.now(), make=make) is False, "its feed is being polled"
    visit = await alive.visitor.visit(lease)
    await alive.ledger.finish([visit.record])
    row = await book.conclude(article, now=clock.now(), make=make)
    await alive.publish([Settlement(feed=feed.slug, rows=(row,))])
    assert await book.conclude(article, now=clock.now(), make=make) is None, "it is not done twice"
    clock.advance(400)
    assert await book.take(limit=9, now=clock.now(), until=clock.now()) == []
    await alive.publish(await alive.poll())
    items = [decode(Item, row.value) for row in publisher.sent]
    assert [(item.version, item.content is None) for item in items] == [(1, True), (2, False)]


async def test_an_edit_keeps_the_full_text_until_the_page_is_read_anew(life, pool, fetcher, publisher, clock):
    feed = a_feed(full_text=True, interval_seconds=60)
    fetcher.respond_with(feed.url, *(fetched(rss({"1": (title, FRESH)})) for title in ("A blast", "Two blasts")))
    alive = await life(feeds=(feed,))
    await alive.publish(await alive.poll())
    book = PostgresArticleBook(pool, feeds=lambda: {feed.slug: feed}, instance="a", claim_for=timedelta(seconds=60))
    text = ("The mortar shells fell on the village before dawn. " * 9).strip()
    [article] = await book.take(limit=9, now=clock.now(), until=clock.now())
    row = await book.conclude(
        article, now=clock.now(), make=lambda mark, last: row_of(full_version(mark, last, text), fetched_at=clock.now())
    )
    await alive.publish([Settlement(feed=feed.slug, rows=(row,))])
    clock.advance(70)
    await alive.publish(await alive.poll())
    last = decode(Item, publisher.sent[-1].value)
    assert (last.version, last.title, last.content) == (3, "Two blasts", text)
    [again] = await book.take(limit=9, now=clock.now(), until=clock.now())
    assert again.event_id == last.event_id

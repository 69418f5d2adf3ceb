"""Which feeds a replica polls: leases in a real PostgreSQL, lists that come and go, hosts that are held."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from services.ingest.feed import Validators
from services.ingest.schema import SCHEMA
from shared.postgres.migrate import upgrade
from tests.support.ingest_fakes import NOON, FakeFetcher, FakePublisher, ToldClock, a_feed, fetched, rss
from tests.support.ingest_life import FEED, FRESH, Life, feed_row, opened


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

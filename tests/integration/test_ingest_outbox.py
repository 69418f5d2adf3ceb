"""Nothing lost, nothing twice: the ledger in a real PostgreSQL, with a Kafka that fails on command and crashes between any two steps."""

from datetime import timedelta

import pytest

from services.ingest.adapters.archive import PostgresArchive
from services.ingest.adapters.articles import PostgresArticleBook
from services.ingest.article import full_version
from services.ingest.outcome import Failed, FailureReason, NotModified
from services.ingest.polled import row_of
from services.ingest.republish import republish
from services.ingest.schema import SCHEMA
from services.ingest.work import Settlement
from shared.codec import decode
from shared.events.item import Item, ItemChange
from shared.postgres.migrate import upgrade
from tests.support.ingest_fakes import NOON, FakeFetcher, FakePublisher, ToldClock, a_feed, fetched, rss
from tests.support.ingest_life import FEED, FRESH, OLD, Life, feed_row, opened


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

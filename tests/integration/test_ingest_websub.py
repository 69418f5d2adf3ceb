"""WebSub over real HTTP and PostgreSQL: subscribed, verified, pushed, read once; and nothing believed that the secret did not sign."""

import asyncio
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta

import asyncpg
import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.ingest.adapters.callback import CallbackLimits, CallbackServer
from services.ingest.adapters.feed_desk import FeedDesk
from services.ingest.adapters.postgres import PostgresLedger
from services.ingest.adapters.subscriptions import PostgresSubscriptionBook
from services.ingest.metrics import IngestMetrics
from services.ingest.outbox import Outbox
from services.ingest.pushes import Pushes
from services.ingest.recorder import Recorder
from services.ingest.schedule import PollLimits
from services.ingest.schema import SCHEMA
from services.ingest.subscriber import Subscriber
from services.ingest.subscription import SubscriptionState
from services.ingest.visit import Visitor
from services.ingest.work import PushRecord, Settlement
from shared.codec import decode
from shared.events.item import Item
from shared.postgres.migrate import upgrade
from tests.support.hub import Hub, Subscribed, push
from tests.support.ingest_fakes import NOON, FakeFetcher, FakePublisher, InlineParser, ToldClock, a_feed, fetched, rss
from tests.support.waiting import until

FRESH = NOON - timedelta(minutes=5)
HUB_LINK = "<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='hub' href='https://hub.example/'/>"
SECOND = "https://second.example/"
TWO_HUBS = HUB_LINK + HUB_LINK.replace("https://hub.example/", SECOND)
FEED = a_feed(interval_seconds=3600)


class Diverted:
    """Posts to the hub on loopback what is meant for its public https address."""

    def __init__(self, hub):
        self.hub = hub
        self.status = 202
        self.verifies = True
        self.asked = []

    async def post_form(self, url, form):
        self.asked.append((url, form))
        if self.verifies:
            await self.hub.verify(
                Subscribed(callback=form["hub.callback"], topic=form["hub.topic"], secret=form.get("hub.secret"))
            )
        return self.status


class Stage:
    """Ingest with its callback open, Kafka and the feed's server by hand."""

    def __init__(self, pool, hub):
        self.clock, self.fetcher, self.publisher = ToldClock(), FakeFetcher(), FakePublisher()
        self.hub, self.hubs = hub, Diverted(hub)
        self.registry = CollectorRegistry()
        self.metrics = IngestMetrics(self.registry)
        self.pool = pool
        self.ledger = PostgresLedger(
            pool,
            instance="a",
            feeds=[FEED],
            lease_for=timedelta(seconds=120),
            claim_for=timedelta(seconds=60),
            keeps_hubs=True,
        )
        self.book = self.book_at("https://news.example/websub")
        self.outbox = Outbox(
            ledger=self.ledger,
            publisher=self.publisher,
            metrics=self.metrics,
            clock=self.clock,
            batch=100,
            sweep_seconds=0.0,
        )
        self.recorder = Recorder(self.ledger)
        self.visitor = Visitor(
            fetcher=self.fetcher,
            parser=InlineParser(),
            ledger=self.ledger,
            clock=self.clock,
            limits=PollLimits(),
            random=lambda: 0.5,
        )
        self.pushes = Pushes(
            book=self.book,
            visitor=self.visitor,
            recorder=self.recorder,
            outbox=self.outbox,
            metrics=self.metrics,
            clock=self.clock,
        )
        self.subscriber = None

    @asynccontextmanager
    async def open(self):
        await self.ledger.take_office(self.clock.now())
        server = CallbackServer(
            host="127.0.0.1",
            port=0,
            limits=CallbackLimits(body_bytes=100_000, seconds=5.0, lease_seconds=86_400),
            book=self.book,
            arrived=self.pushes.arrived,
            metrics=self.metrics,
            clock=self.clock,
            random=lambda: 0.5,
        )
        async with server:
            self.callback = f"http://127.0.0.1:{server.port}/websub"
            self.subscriber = Subscriber(
                book=self.book,
                hubs=self.hubs,
                metrics=self.metrics,
                clock=self.clock,
                callback=self.callback,
                lease_seconds=86_400,
                random=lambda: 0.5,
                turn=lambda _hub: nullcontext(),
            )
            loops = [asyncio.create_task(loop.run()) for loop in (self.pushes, self.outbox)]
            try:
                yield self
            finally:
                for task in loops:
                    task.cancel()
                await asyncio.gather(*loops, return_exceptions=True)

    async def poll(self, body):
        self.fetcher.respond_with(FEED.url, fetched(body, url=FEED.url))
        async with asyncio.timeout(10):
            while not (leases := await self.ledger.lease(limit=10, now=self.clock.now())):  # noqa: ASYNC110 - the database is waited for
                await asyncio.sleep(0.01)  # its row is locked while an acknowledgement is stored
        for lease in leases:
            visit = await self.visitor.visit(lease)
            await self.ledger.finish([visit.record])
            if visit.record.rows:
                self.outbox.offer(
                    Settlement(feed=FEED.slug, rows=visit.record.rows, validators=visit.record.validators)
                )

    async def subscribed(self):
        """Poll once, so that the feed and its hub are known; return the subscription that the hub then has."""
        await self.poll(rss({"1": ("A blast", FRESH)}, channel=HUB_LINK))
        await self.subscriber.ask_due()
        return self.hub.subscribed[-1]

    def book_at(self, callback, **limits):
        return PostgresSubscriptionBook(
            self.pool,
            feeds=lambda: self.ledger.feeds,
            instance="a",
            lease_for=timedelta(seconds=120),
            callback=callback,
            **limits,
        )

    async def hold(self):
        """As if a poll ran: pushes wait."""
        await self.pool.execute(
            "UPDATE tocsin_ingest.feeds SET leased_by = 'b', leased_until = $1", NOON + timedelta(days=9)
        )

    @property
    def titles(self):
        return [decode(Item, row.value).title for row in self.publisher.sent]

    def counted(self, outcome):
        return self.registry.get_sample_value("tocsin_ingest_pushes_total", {"outcome": outcome})

    async def standing(self):
        return await self.pool.fetchrow(
            "SELECT s.*, f.next_poll_at, f.leased_until FROM tocsin_ingest.subscriptions s JOIN tocsin_ingest.feeds f ON f.slug = s.feed"
        )


@pytest.fixture
async def stage(postgres_database):
    await upgrade(postgres_database, SCHEMA)
    async with (
        asyncpg.create_pool(postgres_database, min_size=1, max_size=4) as pool,
        Hub() as hub,
        Stage(pool, hub).open() as stage,
    ):
        yield stage


async def test_a_feed_that_names_a_hub_is_subscribed_and_its_pushes_are_items(stage):
    subscription = await stage.subscribed()
    standing = await stage.standing()
    assert standing["state"] == SubscriptionState.ACTIVE.value
    assert standing["expires_at"] == NOON + timedelta(days=1)
    assert NOON + timedelta(hours=12) < standing["due_at"] < NOON + timedelta(hours=20)
    assert subscription.secret is not None
    assert await push(subscription, rss({"2": ("Another blast", FRESH)})) == 202
    await until(lambda: "Another blast" in stage.titles, saw=lambda: stage.titles)
    after = await stage.standing()
    assert (after["next_poll_at"], after["leased_until"]) == (standing["next_poll_at"], None)
    stage.clock.advance(3601)
    await stage.poll(rss({"2": ("Another blast", FRESH), "1": ("A blast", FRESH)}, channel=HUB_LINK))
    await until(lambda: len(stage.titles) >= 2)
    assert sorted(stage.titles) == ["A blast", "Another blast"], "polled again it is known"
    assert await stage.pool.fetchval("SELECT count(*) FROM tocsin_ingest.pushes") == 0


async def test_nothing_is_believed_that_the_secret_did_not_sign(stage):
    subscription = await stage.subscribed()
    forged = rss({"9": ("Hundreds killed", FRESH)})
    assert await push(subscription, forged, signature="sha256=" + "0" * 64) == 202, (
        "told 2xx, so that nothing is learnt"
    )
    assert await push(Subscribed(callback=subscription.callback, topic="", secret=None), forged) == 202
    assert await push(Subscribed(callback=f"{stage.callback}/{'x' * 43}", topic="", secret="k"), forged) == 410
    assert await push(Subscribed(callback=f"{stage.callback}/status", topic="", secret="k"), forged) == 410
    assert (stage.counted("bad_signature"), stage.counted("unknown")) == (2, 2)
    assert await stage.pool.fetchval("SELECT count(*) FROM tocsin_ingest.pushes") == 0
    assert "Hundreds killed" not in stage.titles


async def test_a_hub_cannot_fill_the_store(stage):
    subscription = await stage.subscribed()
    await stage.hold()
    assert await push(subscription, b"x" * 200_000) == 413
    statuses = [await push(subscription, rss({str(number): ("A blast", FRESH)})) for number in range(22)]
    assert statuses == [202] * 20 + [429] * 2
    assert (stage.counted("too_large"), stage.counted("throttled")) == (1, 2)
    stage.clock.advance(25 * 3600)
    await until(lambda: stage.counted("dropped") == 20)


async def test_hubs_together_cannot_fill_the_disk(stage):
    await stage.subscribed()
    await stage.hold()
    book = stage.book_at("https://news.example/websub", most_bytes=1_000)
    told = [
        await book.receive(feed, b"x" * 400, content_type="", now=NOON, most=20) for feed in ("one", "two", "three")
    ]
    assert told == [True, True, False]


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_push_whose_compression_is_damaged_is_an_answer_and_a_count(stage, encoding):
    subscription = await stage.subscribed()
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(
            subscription.callback, content=b"no such thing", headers={"Content-Encoding": encoding}
        )
    assert answer.status_code == 503
    assert stage.counted("broken") == 1


async def test_a_denial_in_any_words_is_kept(stage):
    subscription = await stage.subscribed()
    async with httpx.AsyncClient(trust_env=False) as client:
        query = {"hub.mode": "denied", "hub.topic": subscription.topic, "hub.reason": "not\x00you"}
        assert (await client.get(subscription.callback, params=query)).status_code == 200
    assert (await stage.standing())["last_error"] == "denied: not?you"
    assert (await stage.book.states(NOON))[SubscriptionState.REFUSED] == 1


async def test_a_lease_that_ended_is_not_counted_as_active(stage):
    await stage.subscribed()
    assert (await stage.book.states(NOON))[SubscriptionState.ACTIVE] == 1
    later = await stage.book.states(NOON + timedelta(days=2))
    assert (later[SubscriptionState.ACTIVE], later[SubscriptionState.EXPIRED]) == (0, 1)


async def test_a_feed_that_names_another_hub_at_every_poll_has_hubs_asked_every_ten_minutes(stage):
    first = await stage.subscribed()
    asked = []
    for number in range(4):
        stage.clock.advance(3601 if number == 0 else 180)
        await stage.pool.execute("UPDATE tocsin_ingest.feeds SET next_poll_at = $1", stage.clock.now())
        link = HUB_LINK.replace("hub.example", f"hub{number}.example")
        await stage.poll(rss({str(number): ("Moved", FRESH)}, channel=link))
        asked.append(await stage.subscriber.ask_due())
    assert asked == [0, 0, 0, 0]
    stage.clock.advance(180)
    assert await stage.subscriber.ask_due() == 1
    assert stage.hubs.asked[-1][0] == "https://hub3.example/"
    assert await push(first, rss({"5": ("Late", FRESH)})) == 410, "the first hub's address is no more"


async def test_a_subscription_nobody_asked_for_is_not_confirmed(stage):
    subscription = await stage.subscribed()
    heard = len(stage.hub.subscribed)
    await stage.hub.verify(Subscribed(callback=subscription.callback, topic="https://evil.example/", secret="k"))
    await stage.hub.verify(Subscribed(callback=f"{stage.callback}/{'y' * 43}", topic=subscription.topic, secret="k"))
    assert len(stage.hub.subscribed) == heard


async def test_a_hub_that_refuses_is_asked_again_and_polling_goes_on(stage):
    stage.hubs.status, stage.hubs.verifies = 503, False
    await stage.poll(rss({"1": ("A blast", FRESH)}, channel=HUB_LINK))
    await stage.subscriber.ask_due()
    standing = await stage.standing()
    assert standing["state"] == SubscriptionState.REFUSED.value
    assert standing["last_error"] == "the hub answered 503 where 202 was expected"
    assert await stage.subscriber.ask_due() == 0, "not before its time"
    stage.hubs.status, stage.hubs.verifies = 202, True
    stage.clock.advance(3601)
    assert await stage.subscriber.ask_due() == 1
    assert (await stage.standing())["state"] == SubscriptionState.ACTIVE.value
    await stage.poll(rss({"3": ("Polled", FRESH)}, channel=HUB_LINK))
    await until(lambda: "Polled" in stage.titles)


async def test_when_a_hub_refuses_the_next_one_that_the_feed_names_is_asked_and_kept(stage):
    stage.hubs.status, stage.hubs.verifies = 403, False
    await stage.poll(rss({"1": ("A blast", FRESH)}, channel=TWO_HUBS))
    await stage.subscriber.ask_due()
    stage.hubs.status, stage.hubs.verifies = 202, True
    stage.clock.advance(60)
    assert await stage.subscriber.ask_due() == 1
    assert [url for url, _ in stage.hubs.asked] == ["https://hub.example/", SECOND]
    first, second = (form for _, form in stage.hubs.asked)
    assert first["hub.callback"] != second["hub.callback"]
    assert first["hub.secret"] != second["hub.secret"]
    standing = await stage.standing()
    assert (standing["state"], standing["hub"], standing["last_error"]) == (
        SubscriptionState.ACTIVE.value,
        SECOND,
        None,
    )
    old = Subscribed(callback=first["hub.callback"], topic=first["hub.topic"], secret=first["hub.secret"])
    assert await push(old, rss({"9": ("From the first", FRESH)})) == 410, "the one before is told to stop"
    assert await push(stage.hub.subscribed[-1], rss({"2": ("Another blast", FRESH)})) == 202
    await until(lambda: "Another blast" in stage.titles, saw=lambda: stage.titles)
    stage.clock.advance(3601)
    await stage.poll(rss({"3": ("A third", FRESH)}, channel=TWO_HUBS))
    assert (await stage.standing())["hub"] == SECOND, "as long as the feed names it"
    stage.clock.advance(3601)
    await stage.poll(rss({"4": ("A fourth", FRESH)}, channel=HUB_LINK))
    assert (await stage.standing())["hub"] == "https://hub.example/"


async def test_when_a_hub_never_verifies_the_next_one_is_asked(stage):
    stage.hubs.verifies = False
    await stage.poll(rss({"1": ("A blast", FRESH)}, channel=TWO_HUBS))
    await stage.subscriber.ask_due()
    assert await stage.subscriber.ask_due() == 0, "it has its time"
    stage.clock.advance(15 * 60)
    await stage.subscriber.ask_due()
    assert [url for url, _ in stage.hubs.asked] == ["https://hub.example/", SECOND]


async def test_a_hub_that_verifies_and_then_answers_with_an_error_has_subscribed_us(stage):
    stage.hubs.status = 504
    await stage.subscribed()
    standing = await stage.standing()
    assert (standing["state"], standing["last_error"]) == (SubscriptionState.ACTIVE.value, None)


async def test_a_hub_that_takes_the_request_and_never_verifies_is_asked_again(stage):
    stage.hubs.verifies = False
    await stage.poll(rss({"1": ("A blast", FRESH)}, channel=HUB_LINK))
    assert await stage.subscriber.ask_due() == 1
    assert (await stage.standing())["state"] == SubscriptionState.REQUESTED.value
    stage.clock.advance(3600)
    assert await stage.subscriber.ask_due() == 1


async def test_requests_that_drip_cannot_take_more_than_their_number(stage):
    subscription = await stage.subscribed()
    where = httpx.URL(subscription.callback)
    drips = [await asyncio.open_connection(where.host, where.port) for _ in range(16)]
    for _, writer in drips:
        writer.write(f"POST {where.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n".encode())
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(10):
        while (answer := await client.get(f"{stage.callback}/nothing")).status_code == 404:  # noqa: ASYNC110 - a server is waited for
            await asyncio.sleep(0.01)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    for _, writer in drips:
        writer.close()


async def test_a_lease_is_renewed_and_the_token_stays(stage):
    first = await stage.subscribed()
    stage.clock.advance(20 * 3600)
    assert await stage.subscriber.ask_due() == 1
    assert stage.hub.subscribed[-1] == first
    assert (await stage.standing())["expires_at"] == NOON + timedelta(hours=20, days=1)


async def test_hubs_are_told_a_new_public_address_at_once(stage):
    await stage.subscribed()
    assert await stage.book_at("https://news.example/websub").ask_moved(NOON) == 0
    assert await stage.subscriber.ask_due() == 0
    assert await stage.book_at("https://elsewhere.example/websub").ask_moved(NOON) == 1
    assert await stage.subscriber.ask_due() == 1


async def test_a_feed_that_names_no_hub_any_more_is_forgotten_there(stage):
    subscription = await stage.subscribed()
    stage.clock.advance(3601)
    await stage.poll(rss({"4": ("Moved", FRESH)}))
    assert await stage.standing() is None
    assert await push(subscription, rss({"5": ("Late", FRESH)})) == 410, "so the hub ends it"


async def test_a_feed_that_rests_ends_its_subscription_and_is_subscribed_anew_when_it_is_polled_again(stage):
    subscription = await stage.subscribed()
    desk = FeedDesk(stage.pool)
    await desk.pause(FEED.slug, stage.clock.now())
    assert await push(subscription, rss({"5": ("Paused", FRESH)})) == 410
    assert await stage.pool.fetchval("SELECT count(*) FROM tocsin_ingest.pushes") == 0
    await desk.unpause(FEED.slug)
    assert await stage.subscriber.ask_due() == 1, "for its hub was told that it is over"
    assert (await stage.standing())["state"] == SubscriptionState.ACTIVE.value
    assert await push(subscription, rss({"5": ("Resumed", FRESH)})) == 202


async def test_a_feed_that_rests_is_not_renewed(stage):
    await stage.subscribed()
    await FeedDesk(stage.pool).pause(FEED.slug, stage.clock.now())
    stage.clock.advance(20 * 3600)
    assert await stage.subscriber.ask_due() == 0


async def test_a_replica_that_is_yet_to_hear_of_a_feed_does_not_end_its_subscription(stage):
    subscription = await stage.subscribed()
    stage.ledger._list({})
    assert await push(subscription, rss({"5": ("Early", FRESH)})) == 202
    assert stage.counted("unknown") == 0


async def test_a_retired_feed_is_not_brought_back_by_a_push(stage):
    subscription = await stage.subscribed()
    await stage.hold()
    assert await push(subscription, rss({"5": ("Late", FRESH)})) == 202
    await stage.pool.execute(
        "UPDATE tocsin_ingest.feeds SET leased_until = NULL, leased_by = NULL, retired_at = $1", NOON
    )
    assert await stage.pushes.read_waiting() == 0
    assert await push(subscription, rss({"6": ("Later", FRESH)})) == 410


async def test_a_push_leaves_a_feeds_schedule_as_others_set_it_meanwhile(stage):
    await stage.subscribed()
    for outcome, later in (("failed", NOON + timedelta(hours=4)), ("changed", NOON + timedelta(minutes=1))):
        await stage.pool.execute(
            "UPDATE tocsin_ingest.feeds SET leased_by = 'a', last_outcome = $1, next_poll_at = $2", outcome, later
        )
        await stage.ledger.finish([PushRecord(feed=FEED.slug, push_id=0, heard_at=NOON, finished_at=NOON)])
        row = await stage.pool.fetchrow("SELECT * FROM tocsin_ingest.feeds")
        assert (row["last_outcome"], row["next_poll_at"], row["leased_by"]) == (outcome, later, None)


@pytest.mark.parametrize(("failures", "reason"), [(1, "backoff"), (0, "retry_after")])
async def test_a_push_cannot_have_a_feed_polled_whose_publisher_asked_for_peace(stage, failures, reason):
    await stage.subscribed()
    later = NOON + timedelta(hours=4)
    await stage.pool.execute(
        "UPDATE tocsin_ingest.feeds SET leased_by = 'a', failures = $1, interval_reason = $2, next_poll_at = $3",
        failures,
        reason,
        later,
    )
    await stage.ledger.finish([PushRecord(feed=FEED.slug, push_id=0, poll_at=NOON, finished_at=NOON)])
    assert (await stage.standing())["next_poll_at"] == later


async def test_what_an_unsigned_push_says_is_never_kept_and_not_lost_in_a_poll_that_runs(stage):
    subscription = await stage.subscribed()
    await stage.pool.execute("UPDATE tocsin_ingest.subscriptions SET secret = NULL")
    await stage.hold()
    for _ in range(3):
        assert await push(subscription, rss({"5": ("Hundreds killed", FRESH)})) == 202
    rows = await stage.pool.fetch("SELECT body FROM tocsin_ingest.pushes")
    assert [row["body"] for row in rows] == [b""], "one note, without a word of it"
    stage.clock.advance(60)
    await stage.pool.execute("UPDATE tocsin_ingest.feeds SET leased_by = NULL, leased_until = NULL")
    await until(lambda: stage.counted("woke") == 3)
    assert (await stage.standing())["next_poll_at"] <= stage.clock.now(), "when the poll has ended the next one is due"


async def test_a_poll_that_is_overdue_goes_before_pushes(stage):
    subscription = await stage.subscribed()
    await stage.hold()
    assert await push(subscription, rss({"5": ("Pushed", FRESH)})) == 202
    stage.clock.advance(3600 + 60)
    await stage.pool.execute("UPDATE tocsin_ingest.feeds SET leased_by = NULL, leased_until = NULL")
    assert await stage.pushes.read_waiting() == 0
    await stage.poll(rss({"1": ("A blast", FRESH)}, channel=HUB_LINK))
    await until(lambda: "Pushed" in stage.titles, saw=lambda: stage.titles)


async def test_the_push_that_waited_longest_is_read_first(postgres_database):
    await upgrade(postgres_database, SCHEMA)
    feeds = {slug: a_feed(slug=slug) for slug in (f"feed-{number:02}" for number in range(10))}
    times = {"lease_for": timedelta(seconds=120)}
    async with asyncpg.create_pool(postgres_database, min_size=1, max_size=2) as pool:
        ledger = PostgresLedger(
            pool, instance="a", feeds=feeds.values(), claim_for=timedelta(seconds=60), keeps_hubs=True, **times
        )
        await ledger.take_office(NOON)
        await pool.executemany(
            "INSERT INTO tocsin_ingest.pushes (feed, content_type, body, received_at) VALUES ($1, '', '', $2)",
            [(slug, NOON) for slug in reversed(feeds)],
        )
        book = PostgresSubscriptionBook(pool, feeds=lambda: feeds, instance="a", callback="", **times)
        taken = await book.take_pushes(limit=3, now=NOON)
    assert sorted(one.lease.feed.slug for one in taken) == ["feed-07", "feed-08", "feed-09"]


async def test_a_push_that_is_no_feed_has_the_feed_polled(stage):
    subscription = await stage.subscribed()
    stage.clock.advance(60)
    assert await push(subscription, b"<html>down for maintenance</html>") == 202
    await until(lambda: stage.counted("woke") == 1)
    assert (await stage.standing())["next_poll_at"] <= stage.clock.now()

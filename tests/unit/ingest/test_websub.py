"""WebSub's pushes: whose count, what they leave, and how they go together with polls."""

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from services.ingest.feed import FeedState, HubLinks, Lease, Push
from services.ingest.metrics import IngestMetrics
from services.ingest.politeness import NotYourTurnError
from services.ingest.subscriber import Subscriber
from services.ingest.subscription import SubscriptionState
from shared.codec import decode
from shared.events.item import Item, ItemChange
from tests.support.hub_words import ASKED, FEED, FRESH, HUB, NAMED
from tests.support.ingest_fakes import NOON, ToldClock, fetched, rss
from tests.unit.ingest.test_visit import Desk


def leased(**state):
    known = {"first_fetched_at": NOON - timedelta(days=1), "last_polled_at": NOON - timedelta(minutes=1), **state}
    return Lease(feed=FEED, state=FeedState(**known), until=NOON)


def a_push(body, at=NOON):
    return Push(push_id=1, body=body, content_type="application/rss+xml", received_at=at)


async def test_a_story_pushed_and_polled_is_one_item_of_the_same_bytes():
    stories = {"1": ("A blast", FRESH), "2": ("Another blast", FRESH)}
    pushed, polled = Desk(), Desk()
    by_push = await pushed.visitor.receive(leased(), a_push(rss({"2": stories["2"]})))
    by_poll = await polled.visit(fetched(rss({"2": stories["2"]})), state=leased().state)
    assert [(row.event_id, row.value) for row in by_push.record.rows] == [
        (row.event_id, row.value) for row in by_poll.record.rows
    ]
    pushed.ledger.learn(by_push)
    after = await pushed.visit(fetched(rss(stories)), state=leased().state)
    assert [decode(Item, row.value).title for row in after.record.rows] == ["A blast"]


async def test_a_push_leaves_the_next_poll_and_what_is_remembered_of_the_feed_alone():
    visit = await Desk().visitor.receive(leased(), a_push(rss({"1": ("A blast", FRESH)})))
    record = visit.record
    assert (record.push_id, record.heard_at, record.poll_at) == (1, NOON, None)
    assert [decode(Item, row.value).title for row in record.rows] == ["A blast"]


async def test_an_edit_that_is_pushed_is_the_next_version():
    desk = Desk()
    first = await desk.visit(fetched(rss({"1": ("A blast", FRESH)})), state=leased().state)
    assert decode(Item, first.record.rows[0].value).version == 1
    second = await desk.visitor.receive(leased(), a_push(rss({"1": ("A blast, five killed", FRESH)})))
    assert [decode(Item, row.value).change for row in (*first.record.rows, *second.record.rows)] == [
        ItemChange.NEW,
        ItemChange.TITLE,
    ]
    assert second.record.poll_at is None


EDITED = {"1": ("A blast, five killed", FRESH)}


async def test_a_push_that_waited_while_the_feed_was_polled_undoes_no_edit_but_its_news_is_news():
    desk = Desk()
    await desk.visit(fetched(rss(EDITED)), state=leased().state)
    late = a_push(rss({"1": ("A blast", FRESH), "2": ("Another", FRESH)}), at=NOON - timedelta(minutes=2))
    visit = await desk.visitor.receive(leased(), late)
    assert [decode(Item, row.value).title for row in visit.record.rows] == ["Another"]
    assert visit.record.poll_at == NOON, "the poll tells what holds"
    failing = await desk.visitor.receive(leased(failures=1), late)
    assert len(failing.record.rows) == 2, "a poll that failed has seen nothing later"


async def test_a_push_that_a_hub_repeats_late_undoes_no_edit():
    desk = Desk()
    await desk.visit(fetched(rss({"1": ("A blast", FRESH)})), state=leased().state)
    desk.ledger.learn(await desk.visitor.receive(leased(), a_push(rss(EDITED))))
    again = await desk.visitor.receive(leased(), a_push(rss({"1": ("A blast", FRESH)})))
    assert (again.record.rows, again.record.poll_at) == ((), NOON)


async def test_a_poll_of_an_old_copy_does_not_undo_what_was_pushed_until_it_is_seen_twice():
    desk = Desk()
    await desk.visit(fetched(rss({"1": ("A blast", FRESH)})), state=leased().state)
    desk.ledger.learn(await desk.visitor.receive(leased(), a_push(rss(EDITED))))
    old = fetched(rss({"1": ("A blast", FRESH), "2": ("Another", FRESH)}), etag="old")
    pushed_since = await desk.visit(old, state=leased(last_success_at=NOON).state)
    assert [decode(Item, row.value).title for row in pushed_since.record.rows] == ["Another"]
    assert pushed_since.record.validators is None, "the next poll looks again"
    again = await desk.visit(old, state=pushed_since.record.state)
    assert [decode(Item, row.value).title for row in again.record.rows] == ["A blast"]
    assert again.record.validators.etag == "old"


def hourly(*numbers):
    return rss(
        {str(number): (f"Story {number}", NOON - timedelta(days=3) + timedelta(hours=number)) for number in numbers}
    )


async def rolled_over(pushed, listed):
    """Poll 1 and 2, have others pushed, poll what is listed then: how many may be lost."""
    desk = Desk()
    first = await desk.visit(fetched(hourly(1, 2)), state=leased(newest_item_at=None).state)
    desk.ledger.learn(await desk.visitor.receive(leased(), a_push(hourly(*pushed))))
    state = replace(first.record.state, newest_item_at=NOON - timedelta(days=3) + timedelta(hours=2))
    return (await desk.visit(fetched(hourly(*listed)), state=state)).possibly_lost


async def test_a_single_push_does_not_hide_that_the_feed_rolled_over():
    assert await rolled_over(pushed=[20], listed=range(10, 21)) > 0


async def test_a_hub_that_pushes_everything_is_no_roll_over():
    assert await rolled_over(pushed=range(3, 20), listed=range(10, 21)) == 0


@pytest.mark.parametrize("body", [b" ", b"<html><body>maintenance</body></html>", b"\x00\xff" * 50])
async def test_a_push_that_cannot_be_read_has_the_feed_polled_at_once(body):
    visit = await Desk().visitor.receive(leased(), a_push(body))
    assert visit.failure is not None
    assert (visit.record.rows, visit.record.poll_at, visit.record.heard_at) == ((), NOON, None)


async def test_a_push_that_nobody_signed_only_has_the_feed_polled():
    visit = await Desk().visitor.receive(leased(), a_push(b""))
    assert (visit.failure, visit.record.rows, visit.record.poll_at) == (None, (), NOON)


async def test_useless_pushes_cannot_have_a_feed_polled_without_end():
    visit = await Desk().visitor.receive(leased(last_polled_at=NOON), a_push(b""))
    assert visit.record.poll_at == NOON + timedelta(seconds=10)


async def test_a_push_before_the_first_poll_waits_for_it():
    visit = await Desk().visitor.receive(leased(first_fetched_at=None), a_push(rss({"1": ("A blast", FRESH)})))
    assert visit.record.rows == ()
    assert visit.record.poll_at == NOON


async def test_a_poll_tells_which_hub_the_feed_names():
    named = await Desk().visit(fetched(rss({"1": ("A blast", FRESH)}, channel=NAMED)))
    assert named.record.hubs == (HubLinks(hub=HUB, topic="https://dijla-news.example/canonical.xml"),)
    by_header = replace(fetched(rss({"1": ("A blast", FRESH)}, channel=NAMED)), hub=HubLinks(hub="https://b.example/", topic="x"))  # fmt: skip
    assert (await Desk().visit(by_header)).record.hubs[0].hub == "https://b.example/", "headers come first"
    assert (await Desk().visit(fetched(rss({"1": ("A blast", FRESH)})))).record.hubs == ()


class MemoryBook:
    """Subscriptions that are due once."""

    def __init__(self, *due):
        self.due, self.kept = list(due), {}

    async def take(self, *, limit, now):
        taken, self.due = self.due[:limit], self.due[limit:]
        return taken

    async def keep(self, subscription, *, if_attempts=None):
        self.kept[subscription.feed] = subscription


class OddHubs:
    """Breaks at one address, takes requests at any other."""

    async def post_form(self, url, form):
        if "odd" in url:
            raise RuntimeError(f"cannot read {url} with {form}")
        return 202


@asynccontextmanager
async def turn_at(url):
    if "busy" in url:
        raise NotYourTurnError("busy.example", 40.0)
    yield


async def test_a_hub_that_breaks_us_or_is_busy_holds_up_no_other():
    wanted = replace(ASKED, state=SubscriptionState.WANTED, attempts=0)
    odd, busy, good = (replace(wanted, feed=name, hub=f"https://{name}.example/") for name in ("odd", "busy", "good"))
    book, registry = MemoryBook(odd, busy, good), CollectorRegistry()
    subscriber = Subscriber(
        book=book,
        hubs=OddHubs(),
        metrics=IngestMetrics(registry),
        clock=ToldClock(),
        callback="https://news.example/websub",
        lease_seconds=600,
        random=lambda: 0.5,
        turn=turn_at,
    )
    with capture_logs() as logs:
        assert await subscriber.ask_due() == 3
    assert book.kept["good"].state is SubscriptionState.REQUESTED
    assert book.kept["odd"].due_at == NOON + timedelta(minutes=10), "it is asked again later"
    assert book.kept["busy"] == replace(busy, due_at=NOON + timedelta(seconds=40)), (
        "nothing was asked, so nothing failed"
    )
    assert registry.get_sample_value("tocsin_ingest_subscription_failures_total") == 1
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["subscription.broken"]
    assert ASKED.secret not in str(logs)
    assert ASKED.token not in str(logs)

"""WebSub's decisions: which hub a feed names, what a hub is asked and answered, whose pushes count, and what a push leaves."""

import hashlib
import hmac
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from services.ingest import hub_links, subscription
from services.ingest.adapters import feed_parser
from services.ingest.feed import FeedState, HubLinks, Lease, Push
from services.ingest.metrics import IngestMetrics
from services.ingest.outcome import FailureReason
from services.ingest.politeness import NotYourTurnError
from services.ingest.subscriber import Subscriber
from services.ingest.subscription import Confirmed, Denied, Subscription, SubscriptionState, Unasked
from shared.codec import decode
from shared.events.item import Item, ItemChange
from tests.support.ingest_fakes import NOON, ToldClock, a_feed, fetched, rss
from tests.unit.ingest.test_visit import Desk

FEED = a_feed()
FRESH = NOON - timedelta(minutes=5)
HUB = "https://hub.example/"
NAMED = f"<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='hub' href='{HUB}'/><atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='self' href='https://dijla-news.example/canonical.xml'/>"
ASKED = Subscription(
    feed="dijla-news",
    hub=HUB,
    topic="https://dijla-news.example/canonical.xml",
    token="t" * 43,
    secret="s" * 64,
    state=SubscriptionState.REQUESTED,
    attempts=1,
    due_at=NOON,
)
QUESTION = {
    "hub.mode": "subscribe",
    "hub.topic": ASKED.topic,
    "hub.challenge": "say this",
    "hub.lease_seconds": "86400",
}


def judged(changes=None, of=ASKED, jitter=0.5):
    query = {**QUESTION, **(changes or {})}
    return subscription.judge_question(
        of,
        {key: value for key, value in query.items() if value is not None},
        asked_seconds=7200,
        now=NOON,
        jitter=jitter,
    )


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (['<https://hub.example/>; rel="hub", <https://a.example/self>; rel="self"'], (HUB, "https://a.example/self")),
        (["<https://hub.example/>; rel=hub", "</self>; rel=self"], (HUB, "https://a.example/self")),
        (['<https://hub.example/>; rel="alternate hub"; type="x"'], (HUB, "https://a.example/feed")),
        (['<http://plain.example/>; rel="hub", <https://hub.example/>; rel="hub"'], (HUB, "https://a.example/feed")),
        (['<https://a.example/next>; rel="next"'], None),
        (['<javascript:alert(1)>; rel="hub"'], None),
        (["<<<>>>;;;rel", ""], None),
    ],
)
def test_link_headers_name_the_hub_and_the_topic(values, found):
    links = hub_links.in_headers(values, "https://a.example/feed")
    assert ((links.hub, links.topic) if links else None) == found


def test_a_document_names_its_hub_before_its_entries_only():
    named = feed_parser.parse(rss({"1": ("A blast", FRESH)}, channel=NAMED), content_type="", url=FEED.url, language="en", max_entries=9)  # fmt: skip
    assert named.hub == HubLinks(hub=HUB, topic="https://dijla-news.example/canonical.xml")
    quoted = rss({"1": ("A blast", FRESH)}).replace(b"<item>", b"<item>" + NAMED.encode())
    assert feed_parser.parse(quoted, content_type="", url=FEED.url, language="en", max_entries=9).hub is None


@pytest.mark.parametrize(
    ("head", "hub"),
    [
        ("<!-- <link rel='hub' href='https://old.example/'/> -->", None),
        ("<subtitle><![CDATA[ <link rel='hub' href='https://evil.example/'> ]]></subtitle>", None),
        ("<link data-rel='hub' href='https://evil.example/'/>", None),
        ("<link rel='hub' href='https://hub.example/?a=1&#38;b=&amp;amp;'/>", "https://hub.example/?a=1&b=&amp;"),
    ],
)
def test_only_the_documents_own_links_name_a_hub(head, hub):
    links = hub_links.in_head(head, "https://a.example/feed")
    assert (links.hub if links else None) == hub


async def test_a_document_that_breaks_off_does_not_say_that_there_is_no_hub():
    cut = fetched(rss({"1": ("A blast", FRESH), "2": ("Another", FRESH)})[:-40])
    visit = await Desk().visit(cut)
    assert visit.failure is FailureReason.CUT_OFF
    assert visit.record.hubs is None


def test_a_json_feed_names_its_hub():
    body = b'{"version": "https://jsonfeed.org/version/1.1", "title": "x", "feed_url": "https://a.example/self", "hubs": [{"type": "rssCloud", "url": "https://no.example"}, {"type": "WebSub", "url": "https://hub.example/"}], "items": []}'
    found = feed_parser.parse(body, content_type="", url="https://a.example/feed", language="en", max_entries=9)
    assert found.hub == HubLinks(hub=HUB, topic="https://a.example/self")


@given(st.text(alphabet="<>;,=\"' relhubsf/:x", max_size=200))
def test_no_header_breaks_the_reading(text):
    hub_links.in_headers([text], "https://a.example/feed")
    hub_links.in_head(f"<link hub {text}>", "https://a.example/feed")


def test_a_hub_is_asked_by_the_form_of_the_recommendation():
    assert subscription.request_of(ASKED, callback="https://news.example/websub/", lease_seconds=600) == {
        "hub.callback": f"https://news.example/websub/{'t' * 43}",
        "hub.mode": "subscribe",
        "hub.topic": ASKED.topic,
        "hub.lease_seconds": "600",
        "hub.secret": "s" * 64,
    }
    assert "hub.secret" not in subscription.request_of(
        replace(ASKED, secret=None), callback="https://x", lease_seconds=1
    )
    assert subscription.carries_secret(HUB)
    assert not subscription.carries_secret("http://hub.example/")


def test_what_was_asked_for_is_confirmed_and_renewed_before_its_lease_ends():
    answer = judged()
    assert isinstance(answer, Confirmed)
    assert answer.challenge == "say this"
    kept = answer.subscription
    assert (kept.state, kept.attempts, kept.expires_at) == (SubscriptionState.ACTIVE, 0, NOON + timedelta(days=1))
    assert [judged(jitter=jitter).subscription.due_at - NOON for jitter in (0.0, 1.0)] == [
        timedelta(days=0.5),
        timedelta(days=0.8),
    ]
    assert isinstance(judged(of=kept), Confirmed), "a renewal is confirmed too"


@pytest.mark.parametrize(
    ("told", "lease"),
    [("86400", 86400), ("1", 300), ("99999999999999", 30 * 86400), ("soon", 7200), (None, 7200), ("-5", 7200)],
)
def test_a_lease_is_taken_as_something_between_minutes_and_a_month(told, lease):
    assert judged({"hub.lease_seconds": told}).subscription.expires_at == NOON + timedelta(seconds=lease)


@pytest.mark.parametrize(
    "changes",
    [
        {"hub.topic": "https://other.example/"},
        {"hub.topic": None},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": None},
        {"hub.challenge": None},
        {"hub.challenge": "x" * 5000},
    ],
)
def test_what_was_not_asked_for_is_not_confirmed(changes):
    assert isinstance(judged(changes), Unasked)


def test_a_question_before_our_own_is_not_confirmed():
    assert isinstance(judged(of=replace(ASKED, state=SubscriptionState.WANTED)), Unasked)


def test_a_hub_that_asks_after_its_own_answer_was_given_up_is_confirmed():
    refused = subscription.after_refused(ASKED, "not finished within 30 s", NOON, 0.5)
    assert isinstance(judged(of=refused), Confirmed)


def test_a_hubs_words_cannot_play_tricks_on_database_or_terminal():
    said = judged({"hub.mode": "denied", "hub.reason": "no\x00pe\x1b[31m\ud800"}).subscription.last_error
    assert said == "denied: no?pe?[31m?"


def test_a_subscription_in_a_message_shows_no_secret():
    assert ASKED.secret not in repr(judged())
    assert ASKED.token not in repr(ASKED)


def test_a_denial_ends_it_for_a_day_and_says_why():
    answer = judged({"hub.mode": "denied", "hub.reason": "not for you"})
    assert isinstance(answer, Denied)
    assert answer.subscription.state is SubscriptionState.REFUSED
    assert answer.subscription.last_error == "denied: not for you"
    assert answer.subscription.due_at - NOON >= timedelta(days=1)


def test_a_hub_that_fails_is_asked_again_later_and_later_at_most_a_day_apart():
    waits, now = [], replace(ASKED, state=SubscriptionState.WANTED, attempts=0)
    for _ in range(12):
        asked = subscription.asked(now, NOON, 0.5)
        now = subscription.after_refused(asked, "answered 500", NOON, 0.5)
        waits.append(now.due_at - NOON)
        assert now.state is SubscriptionState.REFUSED
        assert now.last_error == "answered 500"
    assert waits[0] == timedelta(minutes=10)
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(days=1)


SECOND, PLAIN = "https://second.example/", "http://plain.example/"
SEVERAL = replace(ASKED, hubs=(HUB, SECOND, PLAIN))


def test_a_feed_may_name_several_hubs_those_over_https_first():
    named = f'<{PLAIN}>; rel="hub", <{HUB}>; rel="hub", <{SECOND}>; rel="hub", <{HUB}>; rel=hub'
    links = hub_links.in_headers([named], "https://a.example/feed")
    assert (links.hub, links.others) == (HUB, (SECOND, PLAIN))
    many = ", ".join(f'<https://h{number}.example/>; rel="hub"' for number in range(50))
    assert len(hub_links.in_headers([many], "https://a.example/feed").others) == 4


@pytest.mark.parametrize(
    ("changes", "asked_next"),
    [
        ({"state": SubscriptionState.REFUSED}, SECOND),
        ({"state": SubscriptionState.REQUESTED}, SECOND),
        ({"state": SubscriptionState.REFUSED, "hub": SECOND}, PLAIN),
        ({"state": SubscriptionState.REFUSED, "hub": PLAIN}, HUB),
        ({"state": SubscriptionState.REFUSED, "hub": "https://no.longer.named/"}, HUB),
        ({"state": SubscriptionState.WANTED}, None),
        ({"state": SubscriptionState.ACTIVE, "expires_at": NOON + timedelta(hours=1)}, None),
        ({"state": SubscriptionState.ACTIVE, "expires_at": NOON - timedelta(hours=1)}, SECOND),
        ({"state": SubscriptionState.ACTIVE, "expires_at": NOON - timedelta(hours=1), "attempts": 0}, None),
        ({"state": SubscriptionState.REFUSED, "hubs": (HUB,)}, None),
        ({"state": SubscriptionState.REFUSED, "hubs": ()}, None),
    ],
)
def test_a_hub_that_refuses_or_is_silent_gives_way_to_the_next_and_one_that_pushes_is_kept(changes, asked_next):
    assert subscription.next_hub(replace(SEVERAL, **changes), NOON) == asked_next


def test_another_hub_learns_neither_address_nor_secret_of_the_one_before():
    moved = subscription.moved_to(SEVERAL, SECOND, token="u" * 43, secret="r" * 64)
    form = subscription.request_of(moved, callback="https://news.example/websub", lease_seconds=600)
    assert ASKED.token not in str(form)
    assert ASKED.secret not in str(form)
    assert judged(of=moved).why == "not asked for yet", "nor can the one before verify in its place"


def test_all_hubs_of_a_feed_are_asked_soon_and_then_the_round_again_later_and_later():
    now, waits, asked_hubs = replace(SEVERAL, state=SubscriptionState.WANTED, attempts=0), [], []
    for _ in range(9):
        other = subscription.next_hub(now, NOON)
        now = now if other is None else subscription.moved_to(now, other, token="u" * 43, secret=None)
        asked_hubs.append(now.hub)
        now = subscription.after_refused(subscription.asked(now, NOON, 0.5), "answered 500", NOON, 0.5)
        waits.append((now.due_at - NOON) // timedelta(minutes=1))
    assert asked_hubs == [HUB, SECOND, PLAIN] * 3
    assert waits == [0, 0, 10, 0, 0, 20, 0, 0, 40]


def test_a_hub_that_denies_gives_way_at_once_when_there_is_another():
    denied = judged(
        {"hub.mode": "denied"}, of=replace(SEVERAL, state=SubscriptionState.ACTIVE, attempts=0)
    ).subscription
    assert denied.due_at < NOON + timedelta(minutes=1)
    assert subscription.next_hub(denied, NOON) == SECOND


def test_a_failed_renewal_leaves_the_running_lease():
    active = replace(ASKED, state=SubscriptionState.ACTIVE, expires_at=NOON + timedelta(hours=3), attempts=0)
    asked = subscription.asked(active, NOON, 0.5)
    after = subscription.after_refused(asked, "away", NOON, 0.5)
    assert (after.state, after.expires_at) == (SubscriptionState.ACTIVE, active.expires_at)


@pytest.mark.parametrize("method", subscription.ALGORITHMS)
def test_every_algorithm_of_the_recommendation_signs(method):
    digest = hmac.new(b"key", b"body", getattr(hashlib, method)).hexdigest()
    assert subscription.is_signed("key", f"{method}={digest}", b"body")
    assert subscription.is_signed("key", f" {method.upper()}={digest.upper()}", b"body")
    assert not subscription.is_signed("key", f"{method}={digest}", b"body.")
    assert not subscription.is_signed("other", f"{method}={digest}", b"body")


@pytest.mark.parametrize("header", [None, "", "sha256", "sha256=", "md5=" + "0" * 32, "sha256=ä", "=" * 9])
def test_anything_else_signs_nothing(header):
    assert not subscription.is_signed("key", header, b"body")


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

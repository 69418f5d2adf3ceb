"""WebSub's subscriptions: which hub a feed names, what a hub is asked and answered, which one is tried next."""

import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest import hub_links, subscription
from services.ingest.adapters import feed_parser
from services.ingest.feed import HubLinks
from services.ingest.outcome import FailureReason
from services.ingest.subscription import Confirmed, Denied, SubscriptionState, Unasked
from tests.support.hub_words import ASKED, FEED, FRESH, HUB, NAMED
from tests.support.ingest_fakes import NOON, fetched, rss
from tests.unit.ingest.test_visit import Desk

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

"""One poll from answer to record: what is remembered, what is published, what is said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.ingest.feed import FeedState, Lease, Validators
from services.ingest.outcome import Failed, FailureReason, Gone, NotModified, PollOutcome
from services.ingest.schedule import PollLimits
from services.ingest.visit import Visitor
from shared.codec import decode
from shared.events.item import Item
from tests.support.ingest_fakes import NOON, FakeFetcher, InlineParser, ToldClock, a_feed, fetched, rss

FEED = a_feed()
FRESH = NOON - timedelta(minutes=5)


class KnownMarks:
    """The part of the ledger that a visit asks: what is known of items."""

    def __init__(self):
        self.known = {}

    async def marks(self, item_ids, *, feed, now):
        return {item_id: self.known[item_id] for item_id in item_ids if item_id in self.known}

    def learn(self, visit):
        self.known |= {version.mark.item_id: version.mark for version in visit.versions}


class Desk:
    """A visitor with everything around it under control."""

    def __init__(self):
        self.fetcher, self.ledger, self.clock = FakeFetcher(), KnownMarks(), ToldClock()
        self.visitor = Visitor(
            fetcher=self.fetcher,
            parser=InlineParser(),
            ledger=self.ledger,
            clock=self.clock,
            limits=PollLimits(),
            random=lambda: 0.5,
        )

    async def visit(self, answer, state=FeedState(), feed=FEED, at=None):  # noqa: B008 - frozen
        self.fetcher.respond_with(at or feed.url, answer)
        visit = await self.visitor.visit(Lease(feed=feed, state=state, until=NOON))
        self.ledger.learn(visit)
        return visit


@pytest.fixture
def desk():
    return Desk()


async def test_a_first_document_publishes_its_items_and_keeps_the_validators_for_later(desk):
    visit = await desk.visit(fetched(rss({"1": ("A blast", FRESH)}), etag='W/"odd\'tag"'))
    assert visit.record.outcome is PollOutcome.CHANGED
    assert [decode(Item, row.value).title for row in visit.record.rows] == ["A blast"]
    assert visit.record.validators.etag == 'W/"odd\'tag"'
    assert visit.record.state.first_fetched_at == NOON
    assert dict(visit.record.rows[0].headers)["fetched-at"] == NOON.isoformat().encode()
    assert dict(visit.record.rows[0].headers)["occurred-at"] == FRESH.isoformat().encode()


async def test_the_stored_validators_are_sent_as_they_were_received(desk):
    validators = Validators(etag="odd", last_modified="yesterday")
    await desk.visit(NotModified(), FeedState(validators=validators))
    assert desk.fetcher.asked == [(FEED.url, validators)]


async def test_a_304_keeps_everything_but_the_schedule(desk):
    state = FeedState(
        validators=Validators(etag="x"),
        failures=3,
        last_error="answered 500",
        newest_item_at=FRESH,
        average_gap_seconds=600,
    )
    visit = await desk.visit(NotModified(), state)
    assert visit.record.validators is None
    assert visit.record.rows == ()
    assert visit.record.state == replace(state, failures=0, last_polled_at=NOON, last_success_at=NOON)


async def test_the_same_bytes_again_are_not_parsed_again(desk):
    answer = fetched(rss({"1": ("A blast", FRESH)}), etag='"new"')
    visit = await desk.visit(
        answer, FeedState(validators=Validators(etag='"old"', body_hash=answer.validators.body_hash))
    )
    assert visit.record.outcome is PollOutcome.UNCHANGED
    assert visit.entries == 0
    assert visit.record.validators.etag == '"new"'


async def test_other_bytes_with_nothing_new_in_them_are_unchanged(desk):
    first = await desk.visit(fetched(rss({"1": ("A blast", FRESH)})))
    again = await desk.visit(
        fetched(rss({"1": ("A blast", FRESH)}, channel="<lastBuildDate>x</lastBuildDate>")), first.record.state
    )
    assert (again.record.outcome, again.versions) == (PollOutcome.UNCHANGED, ())


async def test_a_failure_is_told_in_words_and_backs_off_without_losing_what_is_known(desk):
    state = FeedState(validators=Validators(etag="x"), newest_item_at=FRESH, failures=1)
    visit = await desk.visit(Failed(reason=FailureReason.SERVER_ERROR, detail="answered 500", status=500), state)
    assert (visit.record.outcome, visit.failure) == (PollOutcome.FAILED, FailureReason.SERVER_ERROR)
    assert visit.record.state == replace(state, failures=2, last_polled_at=NOON, last_error="answered 500")
    assert visit.record.validators is None
    assert visit.record.next_poll_at == NOON + timedelta(seconds=120)


async def test_an_html_page_is_a_failure_of_the_feed(desk):
    visit = await desk.visit(fetched(b"<html><body>Please sign in</body></html>"))
    assert visit.failure is FailureReason.NOT_A_FEED
    assert visit.record.state.last_error == "answered with an HTML page instead of a feed"


async def test_410_retires_the_feed_and_says_so(desk):
    visit = await desk.visit(Gone(detail="answered 410 Gone"))
    assert visit.record.is_retired
    assert (visit.record.outcome, visit.record.state.last_error) == (PollOutcome.GONE, "answered 410 Gone")


async def test_a_document_that_breaks_off_gives_its_items_but_neither_validators_nor_the_first_poll(desk):
    body = rss({str(n): (f"Story {n}", NOON - timedelta(days=3)) for n in range(9)})
    visit = await desk.visit(fetched(body[:-300], etag='"v1"'))
    assert visit.failure is FailureReason.CUT_OFF
    assert 0 < len(visit.record.rows) < 9
    assert visit.record.validators is None
    assert visit.record.state.first_fetched_at is None
    whole = await desk.visit(fetched(body), visit.record.state)
    assert all(version.item.backfill for version in whole.versions), "the rest is as old as the beginning was"


async def test_a_busy_feed_that_rolled_over_is_noticed_and_polled_sooner(desk):
    first = await desk.visit(fetched(rss({str(n): (f"Story {n}", FRESH) for n in range(3)})))
    desk.clock.advance(3600)
    visit = await desk.visit(fetched(rss({str(n): (f"Story {n}", FRESH) for n in range(10, 13)})), first.record.state)
    assert visit.possibly_lost == 1
    assert visit.record.interval_seconds == PollLimits().min_seconds


@pytest.mark.parametrize(
    ("hours_missed", "lost"),
    [(0, 1), (1, 1), (5, 5), (48, 48)],
)
async def test_what_a_feed_that_rolled_over_may_have_lost_is_estimated_from_its_pace(desk, hours_missed, lost):
    hourly = {str(n): (f"Story {n}", FRESH - timedelta(hours=5 - n)) for n in range(5)}
    first = await desk.visit(fetched(rss(hourly)))
    newest = FRESH - timedelta(hours=1)
    later = {str(n): (f"Story {n}", newest + timedelta(hours=hours_missed + n - 9)) for n in range(10, 15)}
    desk.clock.advance(3600 * (hours_missed + 8))
    visit = await desk.visit(fetched(rss(later)), first.record.state)
    assert visit.possibly_lost == lost


async def test_an_estimate_of_losses_is_bounded_whatever_the_dates_say(desk):
    hurried = {str(n): (f"Story {n}", NOON - timedelta(days=3000) + timedelta(seconds=n)) for n in range(3)}
    first = await desk.visit(fetched(rss(hurried)))
    visit = await desk.visit(fetched(rss({str(n): (f"Story {n}", FRESH) for n in range(10, 13)})), first.record.state)
    assert visit.possibly_lost == 10_000


async def test_a_feed_whose_guids_clash_switches_and_does_not_lose_its_items(desk):
    body = rss({str(n): (f"Story {n}", FRESH) for n in range(9)})
    for n in range(9):
        body = body.replace(f"'false'>{n}<".encode(), b"'false'>same<")
    visit = await desk.visit(fetched(body))
    assert len(visit.versions) == 9
    assert visit.record.state.identity_mode == "link"


async def test_a_permanent_redirect_is_followed_at_once_only_from_http_to_https(desk):
    feed = a_feed(url="http://dijla.example/feed")
    secure = "https://dijla.example/feed"
    first = await desk.visit(fetched(rss({"1": ("A", FRESH)}), moved_to=secure), feed=feed)
    await desk.visit(NotModified(), first.record.state, feed=feed, at=secure)
    assert [url for url, _ in desk.fetcher.asked] == [feed.url, secure]


async def test_another_permanent_redirect_must_be_seen_for_a_week(desk):
    moved = "https://new.example/feed"
    state = (await desk.visit(fetched(rss({"1": ("A", FRESH)}), moved_to=moved))).record.state
    desk.clock.advance(6 * 86_400)
    state = (await desk.visit(fetched(rss({"2": ("B", FRESH)}), moved_to=moved), state)).record.state
    desk.clock.advance(86_400)
    await desk.visit(NotModified(), state, at=moved)
    assert [url for url, _ in desk.fetcher.asked] == [FEED.url, FEED.url, moved]


async def test_one_answer_without_the_redirect_starts_the_week_anew(desk):
    moved = "https://new.example/feed"
    state = (await desk.visit(fetched(rss({"1": ("A", FRESH)}), moved_to=moved))).record.state
    state = (await desk.visit(fetched(rss({"2": ("B", FRESH)})), state)).record.state
    assert state.moved_to is None


async def test_when_the_old_address_is_gone_the_known_redirect_is_taken_at_once(desk):
    moved = "https://new.example/feed"
    state = (await desk.visit(fetched(rss({"1": ("A", FRESH)}), moved_to=moved))).record.state
    visit = await desk.visit(Gone(detail="answered 410 Gone"), state)
    assert not visit.record.is_retired
    await desk.visit(NotModified(), visit.record.state, at=moved)
    assert desk.fetcher.asked[-1][0] == moved

"""One poll from answer to record: what is remembered, what is published, what is said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.ingest.feed import FeedState, Lease, Validators
from services.ingest.outcome import Failed, FailureReason, Gone, NotModified, PollOutcome
from services.ingest.paging import OlderPages
from services.ingest.schedule import PollLimits
from services.ingest.visit import Visitor
from shared.codec import decode
from shared.events.item import Item, ItemChange
from tests.support.ingest_fakes import NOON, FakeFetcher, InlineParser, ToldClock, a_feed, fetched, rss

FEED = a_feed()
FRESH = NOON - timedelta(minutes=5)


class KnownMarks:
    """The part of the ledger that a visit asks: what is known of items."""

    def __init__(self):
        self.known = {}
        self.values = {}

    async def marks(self, item_ids, *, feed, now):
        return {item_id: self.known[item_id] for item_id in item_ids if item_id in self.known}

    async def last_values(self, event_ids):
        return {event_id: self.values[event_id] for event_id in event_ids if event_id in self.values}

    def learn(self, visit):
        self.values |= {row.event_id: row.value for row in visit.record.rows}
        self.known |= {version.mark.item_id: version.mark for version in visit.versions}


class Paces(list):
    """Remembers for which addresses the host's turn was awaited."""

    async def append_and_wait(self, url):
        self.append(url)


class Desk:
    """A visitor with everything around it under control."""

    def __init__(self):
        self.fetcher, self.ledger, self.clock = FakeFetcher(), KnownMarks(), ToldClock()
        self.paces = Paces()
        self.visitor = Visitor(
            fetcher=self.fetcher,
            parser=InlineParser(),
            ledger=self.ledger,
            clock=self.clock,
            limits=PollLimits(),
            random=lambda: 0.5,
            older_pages=OlderPages(
                fetcher=self.fetcher, parser=InlineParser(), pace=self.paces.append_and_wait, most_pages=3, seconds=5.0
            ),
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


ARCHIVE = "https://dijla-news.example/archive-"


def paged(stories, older=None):
    """The feed's page, linking to an older one."""
    link = f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="prev-archive" href="{older}"/>' if older else ""
    return fetched(rss(stories, channel=link), url=FEED.url)


def hourly(*numbers):
    return {str(n): (f"Story {n}", NOON - timedelta(days=2) + timedelta(hours=n)) for n in numbers}


async def rolled_over(desk, newest, *pages):
    """A feed that showed stories 0 to 2 shows only ``newest`` now, with older pages."""
    first = await desk.visit(paged(hourly(0, 1, 2)))
    for number, stories in enumerate(pages):
        older = f"{ARCHIVE}{number + 1}" if number + 1 < len(pages) else None
        desk.fetcher.respond_with(f"{ARCHIVE}{number}", paged(stories, older))
    desk.clock.advance(36_000)
    return await desk.visit(paged(newest, f"{ARCHIVE}0"), first.record.state)


async def test_a_feed_that_rolled_over_is_read_back_to_what_is_known_and_nothing_is_lost(desk):
    visit = await rolled_over(desk, hourly(9, 10), hourly(6, 7, 8), hourly(2, 3, 4, 5), hourly(-9))
    assert [version.item.title for version in visit.versions] == [f"Story {n}" for n in range(3, 11)]
    assert (visit.possibly_lost, visit.older_pages) == (0, 2)
    assert desk.paces == [f"{ARCHIVE}0", f"{ARCHIVE}1"], "each page waits for the host's turn"
    assert visit.record.interval_seconds == PollLimits().min_seconds, "and the feed is polled sooner"


async def test_what_is_older_than_the_newest_known_item_is_no_news_on_an_older_page(desk):
    visit = await rolled_over(desk, hourly(9, 10), hourly(-5, -4, 8))
    assert {version.item.title for version in visit.versions} == {"Story 8", "Story 9", "Story 10"}
    assert visit.possibly_lost == 0, "the page's dates reach back beyond the gap"


async def test_reading_back_ends_at_its_bound_and_says_what_may_be_lost(desk):
    pages = [hourly(30 - n) for n in range(9)]
    visit = await rolled_over(desk, hourly(40), *pages)
    assert visit.older_pages == 3
    assert visit.possibly_lost > 0


async def test_an_older_page_that_fails_costs_only_itself(desk):
    first = await desk.visit(paged(hourly(0, 1, 2)))
    desk.fetcher.respond_with(f"{ARCHIVE}0", Failed(reason=FailureReason.SERVER_ERROR, detail="answered 500"))
    desk.clock.advance(36_000)
    visit = await desk.visit(paged(hourly(9), f"{ARCHIVE}0"), first.record.state)
    assert [version.item.title for version in visit.versions] == ["Story 9"]
    assert visit.record.outcome is PollOutcome.CHANGED
    assert visit.possibly_lost > 0


async def test_pages_that_lead_in_a_circle_or_to_another_host_are_not_followed(desk):
    for older in (FEED.url, "https://internal.example/archive"):
        desk.ledger.known.clear()
        first = await desk.visit(paged(hourly(0)))
        visit = await desk.visit(paged(hourly(9), older), first.record.state)
        assert visit.older_pages == 0


async def test_a_feed_that_did_not_roll_over_is_not_read_back(desk):
    first = await desk.visit(paged(hourly(0, 1)))
    visit = await desk.visit(paged(hourly(1, 2), f"{ARCHIVE}0"), first.record.state)
    assert (visit.older_pages, desk.paces) == (0, [])


def atom(entries="", tombstones=""):
    return fetched(
        f"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">
        <title>Dijla</title>{tombstones}{entries}</feed>""".encode()
    )


BLAST = "<entry><id>urn:1</id><title>A blast</title><updated>2026-04-11T11:00:00Z</updated></entry>"
OTHER = "<entry><id>urn:2</id><title>A flood</title><updated>2026-04-11T11:00:00Z</updated></entry>"
BURIED = (
    '<at:deleted-entry ref="urn:1" when="2026-04-11T11:30:00Z"><at:comment>An error</at:comment></at:deleted-entry>'
)


async def test_an_entry_that_its_feed_buries_is_withdrawn_once_in_its_last_words(desk):
    first = await desk.visit(atom(BLAST + OTHER))
    visit = await desk.visit(atom(OTHER, BURIED), first.record.state)
    [version] = visit.versions
    assert (version.item.change, version.item.version, version.item.title) == (ItemChange.WITHDRAWN, 2, "A blast")
    assert version.item.item_id in {one.item.item_id for one in first.versions}
    again = await desk.visit(atom(OTHER, BURIED + "<!-- -->"), visit.record.state)
    assert again.versions == ()


async def test_a_withdrawn_entry_that_is_listed_again_stands_again(desk):
    first = await desk.visit(atom(BLAST))
    gone = await desk.visit(atom("", BURIED), first.record.state)
    back = await desk.visit(atom(BLAST, BURIED), gone.record.state)
    [version] = back.versions
    assert (version.item.change, version.item.version) == (ItemChange.TEXT, 3)
    assert len({first.versions[0].item.event_id, gone.versions[0].item.event_id, version.item.event_id}) == 3


async def test_a_tombstone_of_an_item_that_was_never_seen_says_nothing(desk):
    first = await desk.visit(atom(OTHER))
    assert (await desk.visit(atom(OTHER, BURIED), first.record.state)).versions == ()


async def test_an_item_that_merely_rolled_off_is_not_withdrawn(desk):
    first = await desk.visit(atom(BLAST + OTHER))
    assert (await desk.visit(atom(OTHER), first.record.state)).versions == ()


async def test_a_withdrawal_whose_last_words_are_no_longer_kept_is_still_told(desk):
    first = await desk.visit(atom(BLAST + OTHER))
    desk.ledger.values.clear()
    [version] = (await desk.visit(atom(OTHER, BURIED), first.record.state)).versions
    assert (version.item.change, version.item.title) == (ItemChange.WITHDRAWN, "(withdrawn)")


async def test_an_entry_that_is_buried_and_listed_all_the_same_stands(desk):
    first = await desk.visit(atom(BLAST))
    assert (await desk.visit(atom(BLAST, BURIED), first.record.state)).versions == ()

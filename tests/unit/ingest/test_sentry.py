"""Beside polling: a test item in every slot, the health of feeds to alert, and neither in the way of the news."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from services.classify.read.reader import Reader
from services.ingest.canary import canary, canary_row, slot_of
from services.ingest.errors import FeedsFileError, LedgerUnavailableError
from services.ingest.feed import Feed
from services.ingest.feeds_file import parse_feeds
from services.ingest.metrics import IngestMetrics
from services.ingest.sentry import Sentry
from services.ingest.source_health import FeedRow, health, is_worth_telling
from services.ingest.work import OutboxRow
from shared.codec import decode
from shared.events.item import Item
from shared.events.report import Kind
from shared.events.source import CANARY_FEED, SourceHealth
from shared.kafka.publisher import PublishError
from tests.support.ingest_fakes import NOON, ToldClock, a_feed

EVERY = timedelta(minutes=5)


def _row(slug: str = "sirwan-post", **changed: object) -> FeedRow:
    row = FeedRow(
        slug=slug,
        outlet="Sirwan Post",
        tier=1,
        is_active=True,
        last_success_at=NOON,
        next_poll_at=NOON + EVERY,
        failures=0,
    )
    return replace(row, **changed)  # type: ignore[arg-type]  # tests replace any field


class Book:
    """``SentryBook`` in memory, with an outbox that keeps each event id once."""

    def __init__(self, *rows: FeedRow) -> None:
        self.rows = list(rows)
        self.outbox: dict[str, OutboxRow] = {}
        self.fails = False

    async def feed_rows(self, *, after: str, limit: int) -> Sequence[FeedRow]:
        if self.fails:
            raise LedgerUnavailableError("told to fail")
        return sorted((row for row in self.rows if row.slug > after), key=lambda row: row.slug)[:limit]

    async def store(self, row: OutboxRow) -> bool:
        if self.fails:
            raise LedgerUnavailableError("told to fail")
        is_new = row.event_id not in self.outbox
        self.outbox.setdefault(row.event_id, row)
        return is_new


class Told:
    """``HealthPublisher`` that keeps what it was told."""

    def __init__(self) -> None:
        self.sent: list[SourceHealth] = []
        self.fails = False

    async def tell(self, reports: Sequence[SourceHealth]) -> None:
        if self.fails:
            raise PublishError("tocsin.sources.v1", "told to fail")
        self.sent += reports


class Listed:
    """A list of feeds."""

    def __init__(self, *feeds: Feed) -> None:
        self.feeds: Mapping[str, Feed] = {feed.slug: feed for feed in feeds}


class Stage:
    """A sentry among fakes."""

    def __init__(self, *rows: FeedRow, feeds: Sequence[Feed] = ()) -> None:
        self.book, self.told, self.clock = Book(*rows), Told(), ToldClock()
        self.registry = CollectorRegistry()
        self.sentry = self.replica(feeds)

    def replica(self, feeds: Sequence[Feed] = ()) -> Sentry:
        """A sentry over the same database."""
        return Sentry(
            book=self.book,
            listing=Listed(*feeds),
            publisher=self.told,
            metrics=IngestMetrics(CollectorRegistry()),
            clock=self.clock,
            canary_every=EVERY,
        )


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


@pytest.mark.parametrize("slots", [0, 1, 287, 288, 289])
def test_the_test_item_reads_as_an_attack_on_its_town(reader: Reader, slots: int) -> None:
    midnight = datetime(2026, 6, 12, tzinfo=UTC)
    report = reader.read(canary(midnight + slots * EVERY, EVERY))
    assert (report.kind, report.test) == (Kind.REPORT, True)
    assert report.place is not None
    assert report.place.admin1 == "IQG01"


def test_a_slots_item_is_the_same_from_every_replica_and_another_one_from_the_next_slot() -> None:
    slot = slot_of(NOON + timedelta(seconds=7), EVERY)
    assert slot == NOON
    assert canary_row(slot, EVERY) == canary_row(slot_of(NOON + timedelta(seconds=290), EVERY), EVERY)
    after = canary(slot + EVERY, EVERY)
    before = canary(slot, EVERY)
    assert before.item_id == after.item_id
    assert (after.version, after.event_id != before.event_id) == (before.version + 1, True)
    assert canary(slot + timedelta(days=1), EVERY).item_id != before.item_id


def test_the_test_item_is_marked_and_of_the_reserved_feed() -> None:
    row = canary_row(NOON, EVERY)
    item = decode(Item, row.value)
    assert (item.test, item.feed, row.feed) == (True, CANARY_FEED, CANARY_FEED)
    assert "TEST" in item.title


def test_no_feed_may_bear_the_reserved_name() -> None:
    text = f"feeds: [{{slug: {CANARY_FEED}, url: 'https://a.example/f', outlet: A, language: en, tier: 3}}]"
    with pytest.raises(FeedsFileError, match="reserved"):
        parse_feeds(text, name="feeds.yaml")


async def test_two_replicas_send_one_test_item_a_slot_and_say_when() -> None:
    stage = Stage()
    other = stage.replica()
    assert await stage.sentry.send_canary()
    assert await other.send_canary()
    assert len(stage.book.outbox) == 1
    assert {one.last_success_at for one in stage.told.sent} == {NOON}
    assert stage.told.sent[0].slug == CANARY_FEED


async def test_every_feed_is_told_once_and_again_when_something_changed() -> None:
    stage = Stage(_row(), _row("hamrin-voice"), feeds=[a_feed(slug="sirwan-post"), a_feed(slug="hamrin-voice")])
    assert await stage.sentry.report() == 2
    assert await stage.sentry.report() == 0
    stage.book.rows[0] = _row(failures=1)
    assert await stage.sentry.report() == 1
    assert stage.told.sent[-1].failures == 1


async def test_mere_progress_is_told_once_a_minute() -> None:
    stage = Stage(_row(), feeds=[a_feed(slug="sirwan-post")])
    await stage.sentry.report()
    for seconds, told in ((30, 0), (31, 1), (30, 0)):
        stage.clock.advance(seconds)
        stage.book.rows[0] = _row(last_success_at=stage.clock.now())
        assert await stage.sentry.report() == told


async def test_what_kafka_did_not_take_is_told_in_the_next_round() -> None:
    stage = Stage(_row(), feeds=[a_feed(slug="sirwan-post")])
    stage.told.fails = True
    assert await stage.sentry.report() == 0
    stage.told.fails = False
    assert await stage.sentry.report() == 1


async def test_a_database_that_is_away_ends_nothing() -> None:
    stage = Stage(_row())
    stage.book.fails = True
    assert await stage.sentry.report() == 0
    assert await stage.sentry.send_canary() is False


def test_a_feed_off_the_list_or_paused_is_inactive() -> None:
    rows = (_row("gone"), _row("resting"), _row("live"))
    feeds = {"resting": a_feed(slug="resting", paused=True), "live": a_feed(slug="live")}
    assert [one.is_active for one in health(rows, feeds, NOON)] == [False, False, True]


def test_a_feed_that_begins_to_fail_or_works_again_is_told_at_once() -> None:
    (well,) = health([_row()], {}, NOON)
    failing = msgspec.structs.replace(well, failures=1, at=NOON + timedelta(seconds=1))
    assert is_worth_telling(failing, well)
    assert is_worth_telling(msgspec.structs.replace(well, at=failing.at), failing)
    assert not is_worth_telling(msgspec.structs.replace(failing, failures=2), failing)


async def test_thousands_of_feeds_are_told_in_small_portions_and_none_is_left_out() -> None:
    book, told = Book(*(_row(f"feed-{number:04}") for number in range(1_234))), Told()
    portions: list[int] = []
    tell = told.tell

    async def counting(reports: Sequence[SourceHealth]) -> None:
        portions.append(len(reports))
        await tell(reports)

    told.tell = counting  # type: ignore[method-assign]
    sentry = Sentry(
        book=book,
        listing=Listed(),
        publisher=told,
        metrics=IngestMetrics(CollectorRegistry()),
        clock=ToldClock(),
        canary_every=None,
    )
    assert await sentry.report() == 1_234
    assert {one.slug for one in told.sent} == {row.slug for row in book.rows}
    assert max(portions) <= 100, "each is a pause of the event loop"
    assert await sentry.report() == 0

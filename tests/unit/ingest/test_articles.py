"""Full text: after the item, beside the polls, only where it is permitted, and never twice."""

import asyncio
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from services.ingest.adapters import article_text, robots_file
from services.ingest.article import Later, WantedArticle, full_version, verdict, wanted
from services.ingest.articles import Articles
from services.ingest.document import Unreadable
from services.ingest.feed import Validators
from services.ingest.identity import IdentityMode
from services.ingest.metrics import IngestMetrics
from services.ingest.outbox import Outbox
from services.ingest.outcome import Failed, FailureReason, Fetched, Gone
from services.ingest.politeness import Politeness
from services.ingest.robots import Robots
from services.ingest.versions import identified, last_event_id, new_versions, withdrawal
from shared.codec import decode
from shared.events.item import Item, ItemChange
from tests.support.ingest_fakes import NOON, FakeFetcher, FakePublisher, ToldClock, a_feed
from tests.unit.ingest.test_versions import entry

FEED = a_feed(full_text=True)
LONG = "The mortar shells fell on the village before dawn, residents said. " * 5
PAGE = "https://dijla.example/1"
ROBOTS = "https://dijla.example/robots.txt"


def versions_of(*entries, marks=None, feed=FEED, first=False):
    marks = marks or {}
    return new_versions(
        feed, identified(feed, entries, IdentityMode.GUID, marks), marks, language=None, is_first_poll=first, now=NOON
    )


[FIRST] = versions_of(entry())
ARTICLE = wanted(FEED, [FIRST])[0]


def page(body, content_type="text/html"):
    return Fetched(body=body, url=PAGE, content_type=content_type, validators=Validators())


def html(text):
    return (
        f"<html><body><nav>Home Sport</nav><article><h1>Four killed</h1><p>{text}</p></article></body></html>".encode()
    )


def failed(status=None, retry_after=None):
    return Failed(reason=FailureReason.SERVER_ERROR, detail="x", status=status, retry_after_seconds=retry_after)


def test_only_fresh_items_without_content_of_feeds_that_ask_for_it_are_wanted():
    assert wanted(a_feed(), [FIRST]) == ()
    assert wanted(FEED, versions_of(entry(content="All of it. " * 80))) == ()
    assert len(wanted(FEED, versions_of(entry(content="A line and a picture.")))) == 1, "a teaser is no content"
    assert wanted(FEED, versions_of(entry(published=NOON - timedelta(days=3)), first=True)) == ()
    assert (ARTICLE.url, ARTICLE.event_id) == (PAGE, FIRST.item.event_id)


def test_the_text_of_the_page_is_the_items_next_version_and_the_next_poll_finds_nothing_new():
    full = full_version(FIRST.mark, FIRST.item, LONG)
    assert (full.item.version, full.item.change, full.item.content) == (2, ItemChange.TEXT, LONG)
    assert (full.item.title, full.item.published) == (FIRST.item.title, FIRST.item.published)
    assert full.item.event_id != FIRST.item.event_id
    marks = {full.mark.item_id: full.mark}
    assert versions_of(entry(), marks=marks) == ()
    [third] = versions_of(entry(title="Seven killed"), marks=marks)
    assert (third.item.version, third.item.change) == (3, ItemChange.TITLE)


def test_the_last_event_of_an_item_with_full_text_is_known():
    full = full_version(FIRST.mark, FIRST.item, LONG)
    assert last_event_id(FIRST.mark) == FIRST.item.event_id
    assert last_event_id(full.mark) == full.item.event_id
    [third] = versions_of(entry(title="Seven killed"), marks={full.mark.item_id: full.mark})
    assert last_event_id(third.mark) == third.item.event_id
    again = full_version(third.mark, third.item, LONG)
    assert last_event_id(again.mark) == again.item.event_id
    gone = withdrawal(FEED, again.mark, again.item)
    assert last_event_id(gone.mark) == gone.item.event_id
    ids = [one.item.event_id for one in (FIRST, full, third, again, gone)]
    assert len(set(ids)) == 5


@pytest.mark.parametrize("text", ["", "Too short.", FIRST.item.summary])
def test_a_page_that_adds_nothing_makes_no_version(text):
    assert full_version(FIRST.mark, FIRST.item, text) is None


@pytest.mark.parametrize(
    ("answer", "attempts", "is_missing", "found"),
    [
        (Gone(detail="x"), 0, False, "withdrawn"),
        (failed(404), 0, False, Later(wait=timedelta(hours=1), is_missing=True)),
        (failed(404), 0, True, "withdrawn"),
        (failed(500), 0, False, Later(wait=timedelta(minutes=2))),
        (failed(None), 2, False, Later(wait=timedelta(hours=1))),
        (failed(500), 3, False, "failed"),
        (failed(429, 1800.0), 0, False, Later(wait=timedelta(minutes=30))),
        (failed(403), 0, False, "failed"),
        (page(b"x" * 3_000_001), 0, False, "failed"),
    ],
)
def test_what_an_answer_means_for_an_article(answer, attempts, is_missing, found):
    article = WantedArticle(item_id="i", event_id="v", feed="f", url=PAGE, attempts=attempts, is_missing=is_missing)
    assert verdict(article, answer) == found


class Book:
    """Wanted articles in memory; the item they belong to was published as ``FIRST``."""

    def __init__(self, articles):
        self.due, self.later, self.forgotten, self.rows = list(articles), [], [], []
        self.busy = 0
        self.last = FIRST.item

    async def take(self, *, limit, now, until):
        taken, self.due = self.due[:limit], self.due[limit:]
        return taken

    async def put_off(self, article, *, due_at, attempts, is_missing):
        self.later.append((due_at - NOON, attempts, is_missing))

    async def forget(self, article):
        self.forgotten.append(article)

    async def conclude(self, article, *, now, make):
        row = make(FIRST.mark, self.last)
        if row is not None:
            self.rows.append(row)
        return row


class Reader:
    """The real extractor and the real reader of robots.txt, without their process."""

    async def extract(self, body, *, content_type, url, language):
        return article_text.extract(body, content_type=content_type, url=url, language=language)

    async def permission(self, robots, *, url, agent):
        return robots_file.permission(robots, url=url, agent=agent)


class Shop:
    def __init__(self, *articles, feed=FEED):
        self.fetcher, self.book, self.now, self.slept = FakeFetcher(), Book(articles or [ARTICLE]), 0.0, []
        clock, self.registry = ToldClock(), CollectorRegistry()
        metrics = IngestMetrics(self.registry)
        self.politeness = Politeness(
            connections=2, delay_seconds=1.0, longest_wait_seconds=5.0, monotonic=lambda: self.now, sleep=self.sleep
        )
        self.outbox = Outbox(ledger=None, publisher=FakePublisher(), metrics=metrics, clock=clock, batch=9)
        self.articles = Articles(
            book=self.book,
            feed_of={feed.slug: feed}.get,
            fetcher=self.fetcher,
            reader=Reader(),
            robots=Robots(
                fetcher=self.fetcher, reader=Reader(), politeness=self.politeness, monotonic=lambda: self.now
            ),
            politeness=self.politeness,
            outbox=self.outbox,
            metrics=metrics,
            clock=clock,
            workers=4,
        )
        self.fetcher.respond_with(ROBOTS, failed(404))
        self.fetcher.respond_with(PAGE, page(html(LONG)))

    async def sleep(self, seconds):
        self.slept.append(seconds)

    async def read(self):
        await self.articles.read_due()
        return [outcome for outcome in ("read", "nothing", "forbidden", "withdrawn", "failed", "later")
                for _ in range(int(self.registry.get_sample_value("tocsin_ingest_articles_total", {"outcome": outcome})))]  # fmt: skip

    @property
    def asked(self):
        return [url for url, _ in self.fetcher.asked]


async def test_a_page_is_read_and_its_text_handed_to_the_outbox():
    shop = Shop()
    assert await shop.read() == ["read"]
    [row] = shop.book.rows
    item = decode(Item, row.value)
    assert (item.version, item.content) == (2, LONG.strip())
    assert shop.outbox._queue.qsize() == 1
    assert shop.asked == [ROBOTS, PAGE]
    assert shop.slept == [1.0], "the page waits for the host's turn after robots.txt"


async def test_what_robots_txt_forbids_is_never_fetched():
    shop = Shop()
    shop.fetcher.respond_with(ROBOTS, page(b"User-agent: *\nDisallow: /1\n", "text/plain"))
    assert await shop.read() == ["forbidden"]
    assert shop.asked == [ROBOTS]
    assert shop.book.forgotten == [ARTICLE]


async def test_a_host_that_cannot_say_what_it_permits_is_asked_again_later():
    shop = Shop()
    shop.fetcher.respond_with(ROBOTS, failed(503))
    assert await shop.read() == ["later"]
    assert (shop.asked, shop.book.later) == ([ROBOTS], [(timedelta(minutes=2), 1, False)])


async def test_two_pages_of_a_host_at_once_ask_for_its_robots_txt_once():
    shop = Shop(ARTICLE, ARTICLE)
    give = shop.fetcher.fetch

    async def slowly(url, validators):
        await asyncio.sleep(0)
        return await give(url, validators)

    shop.fetcher.fetch = slowly
    assert await shop.read() == ["read", "read"]
    assert shop.asked.count(ROBOTS) == 1


async def test_robots_txt_is_fetched_once_for_a_host_and_its_delay_is_kept_with_polls_too():
    shop = Shop(ARTICLE, ARTICLE)
    shop.fetcher.respond_with(ROBOTS, page(b"User-agent: *\nCrawl-delay: 30\nDisallow:\n", "text/plain"))
    shop.articles._workers = 1
    assert await shop.read() == ["read"]
    assert await shop.read() == ["read", "later"]
    assert shop.asked == [ROBOTS, PAGE]
    assert shop.book.later == [(timedelta(seconds=30), 0, False)]


async def test_a_page_that_is_gone_withdraws_the_item():
    shop = Shop()
    shop.fetcher.respond_with(PAGE, Gone(detail="answered 410 Gone"))
    assert await shop.read() == ["withdrawn"]
    item = decode(Item, shop.book.rows[0].value)
    assert (item.change, item.title) == (ItemChange.WITHDRAWN, FIRST.item.title)


async def test_a_page_without_text_or_that_is_no_page_costs_nothing_but_itself():
    shop = Shop()
    shop.fetcher.respond_with(PAGE, page(b"<html><body></body></html>"))
    assert await shop.read() == ["nothing"]
    shop = Shop()
    shop.fetcher.respond_with(PAGE, page(b"%PDF-1.4", "application/pdf"))
    assert await shop.read() == ["failed"]
    assert shop.book.rows == []


async def test_a_feed_that_no_longer_wants_full_text_is_left_alone():
    shop = Shop(feed=a_feed())
    assert await shop.read() == ["nothing"]
    assert shop.asked == []


async def test_an_unforeseen_fault_is_tried_again_a_few_times():
    shop = Shop()
    shop.fetcher.respond_with(PAGE, None)
    assert await shop.read() == ["failed"]


@pytest.mark.parametrize("body", [b"\x00" * 50_000, b"<" * 50_000, html("<div>" * 20_000), b"<html>" + b"&a;" * 10_000])
def test_hostile_pages_are_read_or_refused_and_nothing_more(body):
    found = article_text.extract(body, content_type="text/html", url=PAGE, language=None)
    assert isinstance(found, str | Unreadable)


def test_an_arabic_page_in_windows_1256_is_read():
    text = "سقطت قذائف هاون على القرية قبل الفجر وقال السكان إن أربعة أشخاص قتلوا وأصيب آخرون. " * 6
    body = f"<html><head><meta charset='windows-1256'></head><body><article><p>{text}</p></article></body></html>"
    found = article_text.extract(body.encode("cp1256"), content_type="text/html", url=PAGE, language="ar")
    assert "قذائف هاون" in found

"""The feed server behaves towards a poller as an outlet's server does."""

import html
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import feedparser
import pytest

from services.standalone.feed_faults import Fault, FaultSettings
from services.standalone.feed_server import FeedServer, Pace, Start
from services.standalone.recorded_day import NewsItem, load_recorded_day, silenced

DAY = load_recorded_day()
SLUGS = [outlet.slug for outlet in DAY.outlets]
DURATION_SECONDS = 51.0
FAULTS = FaultSettings(huge_bytes=300_000, drip_seconds=0.0001)


class FakeTime:
    """A wall clock and a stopwatch that pass when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def passing() -> FakeTime:
    return FakeTime()


@pytest.fixture
async def server(passing: FakeTime) -> AsyncIterator[FeedServer]:
    pace = Pace(duration_seconds=DURATION_SECONDS)
    async with FeedServer(DAY, pace=pace, faults=FAULTS, monotonic=passing.monotonic, clock=passing) as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield session


async def _poll_all(server: FeedServer, client: aiohttp.ClientSession) -> None:
    for slug in SLUGS:
        async with client.get(server.feed_url(slug)) as response:
            assert response.status == 200


async def _body(client: aiohttp.ClientSession, url: str) -> bytes:
    async with client.get(url) as response:
        return await response.read()


def _time_of(entry: dict[str, Any]) -> datetime:
    year, month, day, hour, minute, second, *_ = entry.get("published_parsed") or entry["updated_parsed"]
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def _body_text(item: NewsItem) -> str | None:
    if item.content is None:
        return None
    return "".join(f"<p>{paragraph}</p>" for paragraph in item.content.split("\n\n"))


@pytest.mark.parametrize("slug", SLUGS)
async def test_a_feed_parser_finds_exactly_the_visible_items_in_every_field(
    slug: str, server: FeedServer, client: aiohttp.ClientSession, passing: FakeTime
) -> None:
    server.start()
    for seconds in (0.0, 0.6 * DURATION_SECONDS, DURATION_SECONDS):
        passing.advance(seconds)
        parsed = feedparser.parse(await _body(client, server.feed_url(slug)))

        assert not parsed.bozo
        read = {
            (
                entry.id,
                entry.link,
                entry.title,
                entry.summary,
                entry.content[0].value if "content" in entry else None,
                _time_of(entry),
            )
            for entry in parsed.entries
        }
        shown = {
            (item.guid, item.link, item.title, item.summary, _body_text(item), item.published)
            for item in server.visible(slug)
        }
        assert read == shown
        assert len(parsed.entries) == len(shown) > 0


async def test_each_format_is_recognised_and_typed_as_what_it_is(
    server: FeedServer, client: aiohttp.ClientSession
) -> None:
    seen = {}
    for slug in SLUGS:
        async with client.get(server.feed_url(slug)) as response:
            seen[feedparser.parse(await response.read()).version] = response.content_type

    assert seen == {"rss20": "application/rss+xml", "atom10": "application/atom+xml", "rss10": "application/rdf+xml"}


async def test_markup_in_news_text_stays_text(client: aiohttp.ClientSession) -> None:
    story = replace(DAY.items[0], title="A & B", summary="1 < 2 & 3 > 2 <script>x</script>", content="R&D\n\nx < y")
    async with FeedServer(silenced(DAY)) as server:
        for slug in SLUGS:
            server.publish(replace(story, outlet=slug))
            (entry,) = feedparser.parse(await _body(client, server.feed_url(slug)), sanitize_html=False).entries
            assert entry.title == "A & B"
            is_html = entry.summary_detail.type == "text/html"
            assert entry.summary == (html.escape(story.summary, quote=False) if is_html else story.summary)
            assert entry.content[0].value == "<p>R&amp;D</p><p>x &lt; y</p>"


async def test_an_unchanged_feed_answers_304_to_either_validator(
    server: FeedServer, client: aiohttp.ClientSession
) -> None:
    url = server.feed_url(SLUGS[0])
    async with client.get(url) as first:
        etag, modified = first.headers["ETag"], first.headers["Last-Modified"]

    for conditions in (
        {"If-None-Match": etag},
        {"If-None-Match": f'"other", W/{etag}'},
        {"If-Modified-Since": modified},
    ):
        async with client.get(url, headers=conditions) as response:
            assert response.status == 304
            assert await response.read() == b""
            assert response.headers["ETag"] == etag


async def test_a_changed_feed_is_sent_again_even_within_the_same_second(
    server: FeedServer, client: aiohttp.ClientSession
) -> None:
    url = server.feed_url(SLUGS[0])
    async with client.get(url) as first:
        etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    server.publish(replace(DAY.items[0], outlet=SLUGS[0], guid="another"))

    async with client.get(url, headers={"If-Modified-Since": modified}) as response:
        assert response.status == 200
    async with client.get(url, headers={"If-None-Match": etag, "If-Modified-Since": modified}) as response:
        assert response.status == 200
        assert response.headers["ETag"] != etag


async def test_the_news_waits_until_every_feed_was_polled_once(
    server: FeedServer, client: aiohttp.ClientSession, passing: FakeTime
) -> None:
    passing.advance(2 * DURATION_SECONDS)
    assert server.progress.appeared == DAY.opening

    await _poll_all(server, client)
    await server.all_polled()
    assert server.progress.appeared == DAY.opening

    passing.advance(DURATION_SECONDS)
    assert server.progress.appeared == len(DAY.items)
    assert server.progress.fetched == DAY.opening

    await _poll_all(server, client)
    assert server.progress.fetched == server.progress.total == len(DAY.items)


async def test_a_held_day_stands_still_and_goes_on_where_it_stood(
    server: FeedServer, client: aiohttp.ClientSession, passing: FakeTime
) -> None:
    server.start()
    passing.advance(DURATION_SECONDS / 2)
    halfway = server.progress.appeared
    server.hold()
    passing.advance(DURATION_SECONDS)
    await _poll_all(server, client)
    assert server.progress.appeared == halfway

    server.start()
    passing.advance(1.0)
    assert server.progress.appeared == halfway + 1


async def test_a_day_may_start_at_once(passing: FakeTime) -> None:
    pace = Pace(duration_seconds=DURATION_SECONDS, start=Start.AT_ONCE)
    async with FeedServer(DAY, pace=pace, monotonic=passing.monotonic) as server:
        passing.advance(DURATION_SECONDS)
        assert server.progress.appeared == len(DAY.items)


async def test_published_items_appear_replace_and_go() -> None:
    flash = DAY.item("dara-flash")
    async with FeedServer(silenced(DAY)) as server:
        server.publish(flash)
        assert server.visible(flash.outlet) == (flash,)

        edited = replace(flash, title="Five killed")
        server.publish(edited)
        assert server.visible(flash.outlet) == (edited,)
        assert server.progress.total == 1

        server.withdraw(flash)
        assert server.visible(flash.outlet) == ()

        with pytest.raises(KeyError):
            server.publish(replace(flash, outlet="nobody"))


async def test_an_unknown_feed_or_fault_is_404(server: FeedServer, client: aiohttp.ClientSession) -> None:
    for path in ("/feeds/nobody.xml", "/faults/nothing"):
        async with client.get(server.url + path) as response:
            assert response.status == 404


async def test_the_server_listens_on_loopback_and_frees_its_port() -> None:
    async with FeedServer(DAY) as server:
        assert server.url == f"http://127.0.0.1:{server.port}"
        port = server.port
        with pytest.raises(OSError, match="address already in use"):
            await FeedServer(DAY, port=port).__aenter__()
    async with FeedServer(DAY, port=port) as again:
        assert again.port == port
    with pytest.raises(RuntimeError, match="not running"):
        again.url  # noqa: B018 - reading it is the point


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.REDIRECT_LOOP, 302),
        (Fault.MISSING, 404),
        (Fault.GONE, 410),
        (Fault.BUSY, 429),
        (Fault.BROKEN, 500),
        (Fault.UNAVAILABLE, 503),
    ],
)
async def test_faults_of_status_answer_with_it(
    fault: Fault, status: int, server: FeedServer, client: aiohttp.ClientSession
) -> None:
    async with client.get(server.fault_url(fault), allow_redirects=False) as response:
        assert response.status == status
        if status in (429, 503):
            assert response.headers["Retry-After"] == "30"


async def test_faults_of_content_are_what_they_are_called(server: FeedServer, client: aiohttp.ClientSession) -> None:
    assert b"<html>" in await _body(client, server.fault_url(Fault.HTML))
    assert await _body(client, server.fault_url(Fault.EMPTY)) == b""
    assert len(await _body(client, server.fault_url(Fault.HUGE))) > FAULTS.huge_bytes
    assert len(await _body(client, server.fault_url(Fault.COMPRESSION_BOMB))) > FAULTS.huge_bytes
    assert b"<!ENTITY a9" in await _body(client, server.fault_url(Fault.ENTITY_BOMB))
    assert len(feedparser.parse(await _body(client, server.fault_url(Fault.SLOW))).entries) == 3

    cut = feedparser.parse(await _body(client, server.fault_url(Fault.CUT_OFF)))
    assert cut.bozo
    arabic = await _body(client, server.fault_url(Fault.WRONG_ENCODING))
    with pytest.raises(UnicodeDecodeError):
        arabic.decode("utf-8")
    assert "مكتبة" in arabic.decode("windows-1256")


async def test_faults_of_connection_break_it(server: FeedServer, client: aiohttp.ClientSession) -> None:
    with pytest.raises(aiohttp.ClientPayloadError):
        await _body(client, server.fault_url(Fault.DROPPED))
    with pytest.raises(aiohttp.ClientConnectionError):
        await _body(client, server.fault_url(Fault.RESET))
    with pytest.raises(TimeoutError):
        async with client.get(server.fault_url(Fault.HANGING), timeout=aiohttp.ClientTimeout(total=0.05)):
            pass


async def test_stopping_waits_for_no_slow_answer(client: aiohttp.ClientSession) -> None:
    async with FeedServer(DAY, faults=FaultSettings(drip_seconds=3600.0)) as server:
        response = await client.get(server.fault_url(Fault.SLOW))
    assert await response.read() == b""

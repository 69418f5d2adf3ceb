"""Serves the recorded day's feeds on loopback, as outlets would: items appear over time, unchanged feeds answer 304.

What a feed holds is a pure function of the day and the elapsed seconds (`recorded_day.visible_count`); the server adds a
stopwatch that can be held, and items that a test publishes by hand.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from types import TracebackType
from typing import Self

from aiohttp import web

from services.standalone.feed_faults import Fault, FaultSettings, FaultyFeeds
from services.standalone.feed_xml import CONTENT_TYPES, write_feed
from services.standalone.loopback import LoopbackSite
from services.standalone.recorded_day import FeedListing, NewsItem, Outlet, RecordedDay, feed_listings, visible_count
from shared.clock import Clock, SystemClock


class Start(StrEnum):
    """When the day begins to pass.

    ``AFTER_FIRST_POLLS``: once every feed was fetched. A poller takes what is old at its first visit for backfill, so the
    day's news must not be there yet (design, "Promises": backfill).
    """

    AFTER_FIRST_POLLS = "after_first_polls"
    AT_ONCE = "at_once"
    BY_HAND = "by_hand"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How fast the day passes: its live items appear evenly over ``duration_seconds``, counted from ``start``."""

    duration_seconds: float = 25.0
    start: Start = Start.AFTER_FIRST_POLLS


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far the day is: items that have appeared, those a poller has fetched since, all of them, and the latest one."""

    appeared: int
    fetched: int
    total: int
    latest: NewsItem | None


class Stopwatch:
    """Seconds that pass between ``start`` and ``hold``; ``start`` goes on where it was held."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._before = 0.0
        self._since: float | None = None

    def start(self) -> None:
        """Run; does nothing when already running."""
        if self._since is None:
            self._since = self._monotonic()

    def hold(self) -> None:
        """Stand still; does nothing when standing."""
        self._before = self.elapsed
        self._since = None

    @property
    def elapsed(self) -> float:
        """Seconds run so far."""
        running = 0.0 if self._since is None else self._monotonic() - self._since
        return self._before + running


class FeedServer:
    """The day's feeds under ``<url>/feeds/<outlet>.xml`` and broken ones under ``<url>/faults/<name>``.

    Use it as an async context manager. Entry raises ``OSError`` when ``port`` is in use; 0 takes a free one.
    """

    def __init__(
        self,
        day: RecordedDay,
        *,
        pace: Pace | None = None,
        port: int = 0,
        faults: FaultSettings | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Clock | None = None,
    ) -> None:
        self._day = day
        self._pace = pace or Pace()
        self._outlets = {outlet.slug: outlet for outlet in day.outlets}
        self._stopwatch = Stopwatch(monotonic)
        self._clock = clock or SystemClock()
        self._held_by_hand = False
        self._published: dict[tuple[str, str], NewsItem] = {}
        self._withdrawn: set[tuple[str, str]] = set()
        self._validators: dict[str, tuple[str, datetime]] = {}
        self._polls: Counter[str] = Counter()
        self._fetched: set[tuple[str, str]] = set()
        self._all_polled = asyncio.Event()
        self._faults = FaultyFeeds(faults or FaultSettings())
        app = web.Application()
        app.router.add_get("/", self._answer_index)
        app.router.add_get("/feeds/{slug}.xml", self._answer_feed)
        app.router.add_get("/faults/{name}", self._faults.answer)
        self._site = LoopbackSite(app=app, port=port, before_stop=self._faults.stop)

    async def __aenter__(self) -> Self:
        await self._site.start()
        if self._pace.start is Start.AT_ONCE:
            self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._site.stop()

    @property
    def url(self) -> str:
        """Address of the server, without a trailing slash."""
        return self._site.url

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._site.port

    @property
    def listings(self) -> tuple[FeedListing, ...]:
        """The feed list for a poller."""
        return feed_listings(self._day, self.url)

    def feed_url(self, slug: str) -> str:
        """Address of an outlet's feed; raises ``KeyError`` for an outlet that the day has not."""
        return f"{self.url}/feeds/{self._outlets[slug].slug}.xml"

    def fault_url(self, fault: Fault) -> str:
        """Address of a feed that goes wrong in that way."""
        return f"{self.url}/faults/{fault}"

    def start(self) -> None:
        """Let the day pass, from its beginning or from where it was held."""
        self._held_by_hand = False
        self._stopwatch.start()

    def hold(self) -> None:
        """Let no further item of the day appear until ``start``; items published by hand still do."""
        self._held_by_hand = True
        self._stopwatch.hold()

    def publish(self, item: NewsItem) -> None:
        """Put an item into its outlet's feed now, in place of one with the same guid; raises ``KeyError`` for an unknown outlet."""
        identity = (self._outlets[item.outlet].slug, item.guid)
        self._withdrawn.discard(identity)
        self._published[identity] = item

    def withdraw(self, item: NewsItem) -> None:
        """Take the item with this guid out of its outlet's feed."""
        self._withdrawn.add((item.outlet, item.guid))

    def visible(self, slug: str) -> tuple[NewsItem, ...]:
        """What the outlet's feed holds at this moment, in order of appearance."""
        count = visible_count(self._day, self._stopwatch.elapsed, self._pace.duration_seconds)
        items = {(item.outlet, item.guid): item for item in self._day.items[:count] if item.outlet == slug}
        items.update({identity: item for identity, item in self._published.items() if identity[0] == slug})
        return tuple(item for identity, item in items.items() if identity not in self._withdrawn)

    def polls(self, slug: str) -> int:
        """How often the outlet's feed was asked for."""
        return self._polls[slug]

    @property
    def progress(self) -> Progress:
        """How far the day is, items published by hand included."""
        count = visible_count(self._day, self._stopwatch.elapsed, self._pace.duration_seconds)
        by_hand = self._published.keys() - {(item.outlet, item.guid) for item in self._day.items}
        return Progress(
            appeared=count + len(by_hand),
            fetched=len(self._fetched),
            total=len(self._day.items) + len(by_hand),
            latest=self._day.items[count - 1] if count else None,
        )

    async def all_polled(self) -> None:
        """Return once every feed of the day was asked for at least once."""
        await self._all_polled.wait()

    async def _answer_index(self, _request: web.Request) -> web.Response:
        lines = [f"{self.feed_url(slug)}  {outlet.name}" for slug, outlet in self._outlets.items()]
        return web.Response(text="\n".join(lines) + "\n")

    async def _answer_feed(self, request: web.Request) -> web.Response:
        outlet = self._outlets.get(request.match_info["slug"])
        if outlet is None:
            return web.Response(status=404, text="no such feed\n")
        items = self.visible(outlet.slug)
        body = write_feed(outlet, items, self.feed_url(outlet.slug))
        etag, modified = self._validate(outlet.slug, body)
        response = _unchanged() if _is_current(request, etag, modified) else _changed(outlet, body)
        response.etag = etag
        response.last_modified = modified
        self._note_poll(outlet.slug, items)
        return response

    def _validate(self, slug: str, body: bytes) -> tuple[str, datetime]:
        """Return the body's entity tag and the second it was first seen, one that no earlier body of the feed shares.

        Two changes within one second would otherwise hide the second one from a client that sends only If-Modified-Since.
        """
        etag = sha256(body).hexdigest()[:32]
        before = self._validators.get(slug)
        if before is not None and before[0] == etag:
            return before
        now = self._clock.now().astimezone(UTC).replace(microsecond=0)
        modified = now if before is None else max(now, before[1] + timedelta(seconds=1))
        self._validators[slug] = (etag, modified)
        return etag, modified

    def _note_poll(self, slug: str, items: tuple[NewsItem, ...]) -> None:
        self._polls[slug] += 1
        self._fetched.update((slug, item.guid) for item in items)
        if self._all_polled.is_set() or len(self._polls) < len(self._outlets):
            return
        self._all_polled.set()
        if self._pace.start is Start.AFTER_FIRST_POLLS and not self._held_by_hand:
            self.start()


def _is_current(request: web.Request, etag: str, modified: datetime) -> bool:
    """Whether the client's copy is current; If-None-Match decides alone when it is there (RFC 9110, 13.1.3)."""
    tags = request.if_none_match
    if tags is not None:
        return any(tag.value in {etag, "*"} for tag in tags)
    since = request.if_modified_since
    return since is not None and modified <= since


def _changed(outlet: Outlet, body: bytes) -> web.Response:
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPES[outlet.format]})


def _unchanged() -> web.Response:
    return web.Response(status=304)

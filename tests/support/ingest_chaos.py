"""Three replicas of ingest over one PostgreSQL and one Kafka, one killed (or stopped beyond its lease) at random, again and again.

The feeds are served here, so it is known which events must be on the topic at the end: every item's first version, and for some a
second text, which appears only once the first version was seen on the topic. What is compared: the set of distinct event ids with the
expected one, and the bytes of records with equal ids.
"""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Self

from aiohttp import web

from services.ingest.feed import Feed
from services.ingest.identity import content_hash
from shared.ids import item_event_id, item_id
from tests.support.ingest_process import IngestProcess, ItemsTopic, write_feeds

REPLICAS = 3
_LEASE_SECONDS = 40.0
_STOPPED_SECONDS = 50.0


@dataclass
class Story:
    """An item as its feed tells it now, and the ids of all events that it must leave."""

    feed: str
    guid: str
    summary: str = "Told once."
    event_ids: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What it is about."""
        return f"Story {self.guid}"

    def tell(self, summary: str) -> None:
        """Let the feed carry this text from now on."""
        self.summary = summary
        digest = content_hash(self.title, summary, None)
        self.event_ids.append(item_event_id(item_id(self.feed, f"guid:{self.guid}"), digest))


class Newsroom:
    """Feeds that grow; nothing rolls off, so nothing may be missing in the end."""

    def __init__(self, feeds: int) -> None:
        self.stories: dict[str, list[Story]] = {f"f{number}": [] for number in range(feeds)}
        self.port = 0

    def report(self, slug: str) -> None:
        """A new story in this feed."""
        story = Story(slug, f"{slug}-{len(self.stories[slug])}")
        story.tell("Told once.")
        self.stories[slug].append(story)

    def correct(self, seen: set[str], chance: random.Random) -> None:
        """One story that has been seen is told anew."""
        standing = [
            story
            for stories in self.stories.values()
            for story in stories
            if len(story.event_ids) == 1 and story.event_ids[0] in seen
        ]
        if standing:
            chance.choice(standing).tell("Told anew.")

    @property
    def expected(self) -> set[str]:
        """Every event that must be on the topic."""
        return {event_id for stories in self.stories.values() for story in stories for event_id in story.event_ids}

    def document(self, slug: str) -> bytes:
        """The feed as it is now."""
        items = "".join(
            f"<item><guid isPermaLink='false'>{story.guid}</guid><link>https://news.example/{story.guid}</link>"
            f"<title>{story.title}</title><description>{story.summary}</description></item>"
            for story in reversed(self.stories[slug])
        )
        return f"<rss version='2.0'><channel><title>{slug}</title>{items}</channel></rss>".encode()

    async def answer(self, request: web.Request) -> web.Response:
        """Serve a feed, conditionally."""
        body = self.document(request.match_info["slug"])
        etag = f'"{sha256(body).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=body, headers={"ETag": etag}, content_type="application/rss+xml")

    @asynccontextmanager
    async def open(self) -> AsyncIterator[list[Feed]]:
        """Serve on a free port of loopback; give the list of feeds."""
        app = web.Application()
        app.router.add_get("/{slug}", self.answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.port = runner.addresses[0][1]
            yield [
                Feed(
                    slug=slug,
                    url=f"http://127.0.0.1:{self.port}/{slug}",
                    outlet=slug,
                    language="en",
                    tier=1,
                    interval_seconds=1.0,
                )
                for slug in self.stories
            ]
        finally:
            await runner.cleanup()


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What came of it."""

    expected: int
    events: int
    records: int
    kills: int
    stops: int
    problems: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Chaos:
    """How long, how much, how often."""

    seconds: float
    feeds: int = 30
    items_per_second: float = 10.0
    fault_every_seconds: float = 6.0
    stop_share: float = 0.15
    rename_share: float = 0.5
    seed: int = 1
    drain_seconds: float = 150.0


async def survive(
    *, bootstrap: str, dsn: str, topic: str, prefix: str, folder: Path, chaos: Chaos, tell: Callable[[str], None]
) -> Verdict:
    """Run three replicas through it; the schema and the topic are there already."""
    chance = random.Random(chaos.seed)
    newsroom = Newsroom(chaos.feeds)
    counts = {"kills": 0, "stops": 0}
    async with AsyncExitStack() as stack:
        feeds = write_feeds(folder / "feeds.yaml", await stack.enter_async_context(newsroom.open()))
        environment = _environment(bootstrap, dsn, prefix, feeds)
        seen = await stack.enter_async_context(ItemsTopic(bootstrap, topic))
        replicas = [
            await stack.enter_async_context(_Replica(number, environment, folder)) for number in range(REPLICAS)
        ]
        writing = asyncio.create_task(_write(newsroom, seen, chaos, chance))
        until = monotonic() + chaos.seconds
        stopped: list[asyncio.Task[None]] = []
        while monotonic() < until:
            await asyncio.sleep(min(chance.uniform(0.5, 1.5) * chaos.fault_every_seconds, max(until - monotonic(), 0)))
            running = [replica for replica in replicas if not replica.is_stopped]
            victim = chance.choice(running)
            if len(running) == REPLICAS and chance.random() < chaos.stop_share:
                counts["stops"] += 1
                stopped.append(asyncio.create_task(victim.stop_and_go(_STOPPED_SECONDS)))
                continue
            counts["kills"] += 1
            await victim.kill()
            await asyncio.sleep(chance.uniform(0.0, 2.0))
            await victim.start(is_renamed=chance.random() < chaos.rename_share)
        await asyncio.gather(*stopped)
        await writing
        tell(f"{counts['kills']} kills, {counts['stops']} stops, {len(newsroom.expected)} events expected; draining")
        problems = await _drained(seen, newsroom, chaos)
    return Verdict(
        expected=len(newsroom.expected),
        events=len(seen.event_ids),
        records=len(seen.records),
        kills=counts["kills"],
        stops=counts["stops"],
        problems=problems,
    )


class _Replica:
    """One replica in all its lives. A new name must wait for the leases of the old one to end; the old name takes them back at once."""

    def __init__(self, number: int, environment: Mapping[str, str], folder: Path) -> None:
        self._number = number
        self._life = 0
        self._environment = environment
        self._log = folder / f"replica-{number}.log"
        self._process: IngestProcess | None = None
        self.is_stopped = False

    async def __aenter__(self) -> Self:
        await self.start(is_renamed=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None:
            await self._process.kill()

    async def start(self, *, is_renamed: bool) -> None:
        """Begin a life."""
        self._life += is_renamed
        name = {"TOCSIN_INGEST_INSTANCE": f"replica-{self._number}-{self._life}"}
        self._process = IngestProcess({**self._environment, **name}, self._log)
        await self._process.start()

    async def kill(self) -> None:
        """End it without warning."""
        assert self._process is not None
        await self._process.kill()

    async def stop_and_go(self, seconds: float) -> None:
        """Freeze it until its leases belong to others, then let it go on."""
        assert self._process is not None
        self.is_stopped = True
        os.kill(self._process.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            os.kill(self._process.pid, signal.SIGCONT)
            self.is_stopped = False


def _environment(bootstrap: str, dsn: str, prefix: str, feeds: Path) -> dict[str, str]:
    return {
        "TOCSIN_KAFKA_BOOTSTRAP": bootstrap,
        "TOCSIN_POSTGRES_DSN": dsn,
        "TOCSIN_TOPIC_PREFIX": prefix,
        "TOCSIN_LOG_FORMAT": "json",
        "TOCSIN_INGEST_FEEDS_FILE": str(feeds),
        "TOCSIN_INGEST_ALLOW_NETWORKS": "127.0.0.0/8",
        "TOCSIN_INGEST_CONTACT": "test@example.org",
        "TOCSIN_INGEST_HTTP_PORT": "0",
        "TOCSIN_INGEST_WORKERS": "4",
        "TOCSIN_INGEST_HOST_DELAY_SECONDS": "0",
        "TOCSIN_INGEST_HOST_CONNECTIONS": "20",
        "TOCSIN_INGEST_HOST_WAIT_SECONDS": "1",
        "TOCSIN_INGEST_READ_TIMEOUT_SECONDS": "3",
        "TOCSIN_INGEST_FETCH_TIMEOUT_SECONDS": "4",
        "TOCSIN_INGEST_PARSE_TIMEOUT_SECONDS": "4",
        "TOCSIN_INGEST_PARSE_WORKERS": "1",
        "TOCSIN_INGEST_OLDER_PAGES": "0",
        "TOCSIN_INGEST_LEASE_SECONDS": f"{_LEASE_SECONDS:g}",
        "TOCSIN_INGEST_PUBLISH_TIMEOUT_SECONDS": "10",
        "TOCSIN_INGEST_OUTBOX_CLAIM_SECONDS": "15",
        "TOCSIN_INGEST_MIN_POLL_SECONDS": "0.5",
        "TOCSIN_INGEST_LONGEST_POLL_SECONDS": "2",
        "TOCSIN_INGEST_CANARY_SECONDS": "0",
    }


async def _write(newsroom: Newsroom, seen: ItemsTopic, chaos: Chaos, chance: random.Random) -> None:
    """New stories all the time, and now and then another text of one that was seen."""
    slugs = list(newsroom.stories)
    began, written = monotonic(), 0
    while (passed := monotonic() - began) < chaos.seconds:
        while written < passed * chaos.items_per_second:
            newsroom.report(chance.choice(slugs))
            written += 1
        await seen.read(quiet_seconds=0.1)
        if chance.random() < 0.5:
            newsroom.correct(seen.event_ids, chance)
        await asyncio.sleep(0.2)


async def _drained(seen: ItemsTopic, newsroom: Newsroom, chaos: Chaos) -> tuple[str, ...]:
    expected, deadline = newsroom.expected, monotonic() + chaos.drain_seconds
    while not expected <= seen.event_ids and monotonic() < deadline:
        await seen.read(quiet_seconds=0.5)
        await asyncio.sleep(0.2)
    await seen.read(quiet_seconds=2.0)
    problems = [f"missing: {event_id}" for event_id in sorted(expected - seen.event_ids)]
    problems += [f"unexpected: {event_id}" for event_id in sorted(seen.event_ids - expected)]
    problems += [f"unequal bytes: {event_id}" for event_id in sorted(seen.unequal)]
    versions: dict[tuple[str, int], str] = {}
    for event_id, item in seen.items.items():
        if versions.setdefault((item.item_id, item.version), event_id) != event_id:
            problems.append(f"two events with one version: {item.item_id} {item.version}")
    return tuple(problems)

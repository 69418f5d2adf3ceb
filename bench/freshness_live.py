"""The service itself against outlets that publish now: its histogram of publication to fetch against the server's own notes."""

import asyncio
import re
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from aiohttp import web

from bench.ingest import free_port, service
from bench.timetables import Timetable, newsroom
from services.ingest.schema import SCHEMA
from shared.embedded.stack import EmbeddedStack
from shared.kafka.connection import KafkaConnection
from shared.kafka.topics import apply
from shared.postgres.migrate import upgrade
from shared.topics import ITEMS, SOURCES

LISTED = 25
_BUCKET = re.compile(r'tocsin_ingest_item_age_seconds_bucket\{le="([^"]+)",tier="1"\} (\S+)')
_TOLERANCE = 0.02


@dataclass
class Newsstand:
    """Serves the feeds as they are at this moment; notes how old each item is when it is first handed out, the first answer excepted."""

    outlets: dict[str, Timetable]
    ages: list[float] = field(default_factory=list)
    _served: dict[str, int] = field(default_factory=dict)

    async def answer(self, request: web.Request) -> web.Response:
        """A feed, or 304."""
        slug = request.match_info["slug"]
        now = datetime.now(tz=UTC)
        outlet = self.outlets[slug]
        count = outlet.known(now)
        etag = f'"{count}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        before = self._served.get(slug)
        if before is not None:
            self.ages += [(now - time).total_seconds() for time in outlet.times[before:count]]
        self._served[slug] = count
        items = "".join(
            f"<item><guid isPermaLink='false'>{slug}-{number}</guid><title>Story {number}</title>"
            f"<link>https://{slug}.example/{number}</link><pubDate>{format_datetime(outlet.times[number])}</pubDate></item>"
            for number in range(count - 1, max(count - LISTED, 0) - 1, -1)
        )
        body = f"<?xml version='1.0'?><rss version='2.0'><channel><title>{slug}</title>{items}</channel></rss>"
        return web.Response(text=body, content_type="application/rss+xml", headers={"ETag": etag})


async def live(folder: Path, *, minutes: float, feeds: int, seed: int) -> int:
    """Run the service for so many minutes; 1 when its histogram is not what the server saw."""
    now = datetime.now(tz=UTC)
    outlets = newsroom({1: feeds}, begin=now - timedelta(days=4), end=now + timedelta(minutes=minutes + 10), seed=seed)
    stand = Newsstand({one.slug: one for one in outlets})
    application = web.Application()
    application.router.add_get("/{slug}.xml", stand.answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    port, metrics_port = free_port("127.0.0.1"), free_port("127.0.0.1")
    await web.TCPSite(runner, "127.0.0.1", port).start()
    lines = [
        f"  - {{slug: {one.slug}, url: 'http://127.0.0.1:{port}/{one.slug}.xml', outlet: O, language: en, tier: 1}}"
        for one in outlets
    ]
    (folder / "feeds.yaml").write_text("feeds:\n" + "\n".join(lines), encoding="utf-8")
    async with EmbeddedStack(folder / "data") as stack:
        await apply(KafkaConnection(bootstrap=stack.bootstrap_servers), [ITEMS, SOURCES])
        await upgrade(stack.postgres_dsn, SCHEMA)
        environment = {
            "TOCSIN_KAFKA_BOOTSTRAP": stack.bootstrap_servers,
            "TOCSIN_POSTGRES_DSN": stack.postgres_dsn,
            "TOCSIN_LOG_FORMAT": "json",
            "TOCSIN_INGEST_FEEDS_FILE": str(folder / "feeds.yaml"),
            "TOCSIN_INGEST_ALLOW_NETWORKS": "127.0.0.0/8",
            "TOCSIN_INGEST_CONTACT": "bench@example.org",
            "TOCSIN_INGEST_HOST_DELAY_SECONDS": "0",
            "TOCSIN_INGEST_HOST_CONNECTIONS": "16",
            "TOCSIN_INGEST_HTTP_PORT": str(metrics_port),
        }
        with service(environment, folder / "pauses.json", folder / "service.log"):
            await asyncio.sleep(60 * minutes)
            told = await asyncio.to_thread(_histogram, metrics_port)
            seen = sorted(stand.ages)
    await runner.cleanup()
    return _compared(told, seen)


def _histogram(port: int) -> dict[float, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return {float(limit): float(count) for limit, count in _BUCKET.findall(text)}


def _compared(told: dict[float, float], seen: list[float]) -> int:
    if not seen:
        print("no item appeared; run longer or with more feeds")
        return 1
    print(" within s  histogram  server")
    worst = 0.0
    for limit, count in sorted(told.items()):
        mine = sum(age <= limit for age in seen)
        worst = max(worst, abs(count - mine) / len(seen))
        if limit in {30.0, 60.0, 120.0, 300.0, float("inf")}:
            print(f"{limit:>9.0f} {count / max(told.values()):>9.1%} {mine / len(seen):>8.1%}")
    half, most = seen[len(seen) // 2], seen[int(0.95 * len(seen))]
    print(
        f"{len(seen)} items, half within {half:.0f} s, 95 % within {most:.0f} s; histogram and server differ by at most {worst:.1%}"
    )
    return 0 if worst <= _TOLERANCE else 1

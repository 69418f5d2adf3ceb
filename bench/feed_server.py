#!/usr/bin/env python3
"""A server of many synthetic feeds on loopback, light enough not to be what is measured.

    python -m bench.feed_server -feeds 5000 -hosts 200 -port 8900 -admin 127.0.0.1:8899

Feed ``i`` is ``http://HOST(i mod hosts):port/feed/<i>.xml``, host ``k`` is 127.0.(1+k/100).(1+k%100). 30 items of 560 bytes, newest
first. In mode ``static`` a feed answers 304 to its validator; in mode ``every`` each poll finds exactly one new item.
Admin: GET /stats, POST /reset, POST /control?mode=static|every. Any server with this interface can take its place.
"""

import argparse
import asyncio
import json
import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

ITEMS = 30
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = ("garden", "bicycle", "ocean", "signal", "river", "student", "data", "battery", "engine", "planet", "coffee", "recipe", "journal", "history", "kernel", "station", "library", "network", "museum", "market")  # fmt: skip


class Feeds:
    """The state of all feeds, and what was asked of them since the last reset."""

    def __init__(self, count: int) -> None:
        self._versions = [0] * count
        self.mode = "static"
        self.reset()

    def reset(self) -> None:
        """Forget the counts; versions stay."""
        self._answers: Counter[int] = Counter()
        self._polls: Counter[int] = Counter()
        self._first = self._last = 0.0

    def answer(self, feed: int, validator: str) -> tuple[int, str, bytes]:
        """Return status, validator and body."""
        if self.mode == "every":
            self._versions[feed] += 1
        version = self._versions[feed]
        etag = f'"f{feed}-v{version}"'
        status = 304 if validator == etag else 200
        now = time.time()
        self._first, self._last = self._first or now, now
        self._answers[status] += 1
        self._polls[feed] += 1
        return status, etag, b"" if status == 304 else body_of(feed, version)

    def stats(self) -> dict[str, float]:
        """The counts since the last reset."""
        polls, seconds = sum(self._answers.values()), self._last - self._first
        return {
            "polls": polls,
            "n200": self._answers[200],
            "n304": self._answers[304],
            "distinct_feeds_polled": len(self._polls),
            "max_polls_per_feed": max(self._polls.values(), default=0),
            "first_to_last_s": seconds,
            "polls_per_s": polls / seconds if seconds else 0.0,
        }


@lru_cache(maxsize=20_000)
def item_of(feed: int, number: int) -> str:
    """One item, a pure function of its feed and number."""
    chosen = random.Random(feed * 100_003 + number)
    text = " ".join(chosen.choices(WORDS, k=32))
    date = format_datetime(EPOCH + timedelta(hours=number))
    return (
        f"<item><title>{text[:40]} {number}</title><link>http://feed{feed}.example/post/{number}.html</link>"
        f'<guid isPermaLink="false">urn:feed:{feed}:item:{number}</guid><dc:creator>author{number % 13}</dc:creator>'
        f'<pubDate>{date}</pubDate><description><![CDATA[<p>{text} </p><p><a href="http://feed{feed}.example/{number}">more</a>'
        "</p>]]></description></item>"
    )


def body_of(feed: int, version: int) -> bytes:
    """The feed with items ``version`` to ``version + 29``, newest first."""
    items = "\n".join(item_of(feed, number) for number in range(version + ITEMS, version, -1))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>Feed {feed}</title><link>http://feed{feed}.example/</link><description>Synthetic feed</description>"
        f"<language>en</language>\n{items}\n</channel></rss>"
    ).encode()


class Connection(asyncio.Protocol):
    """HTTP/1.1 as far as a poller needs it: GET, kept alive."""

    def __init__(self, feeds: Feeds, *, is_admin: bool) -> None:
        self._feeds = feeds
        self._is_admin = is_admin
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each complete request."""
        assert self._transport is not None
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head, self._buffer = self._buffer[:end].decode("latin-1"), self._buffer[end + 4 :]
            self._transport.write(self._admin(head) if self._is_admin else self._feed(head))

    def _feed(self, head: str) -> bytes:
        request, *lines = head.split("\r\n")
        validator = next((line[15:].strip() for line in lines if line.lower().startswith("if-none-match:")), "")
        number = int(request.split(" ")[1].removeprefix("/feed/").removesuffix(".xml"))
        status, etag, body = self._feeds.answer(number, validator)
        words = "OK" if status == 200 else "Not Modified"
        length = f"Content-Type: application/rss+xml\r\nContent-Length: {len(body)}\r\n" if status == 200 else ""
        return f"HTTP/1.1 {status} {words}\r\nETag: {etag}\r\n{length}\r\n".encode() + body

    def _admin(self, head: str) -> bytes:
        target = urlsplit(head.split(" ")[1])
        if target.path == "/reset":
            self._feeds.reset()
        elif target.path == "/control":
            self._feeds.mode = parse_qs(target.query)["mode"][0]
        body = json.dumps(self._feeds.stats()).encode()
        return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def serve(feeds: int, hosts: int, port: int, admin: str) -> None:
    """Serve until killed."""
    loop, state = asyncio.get_running_loop(), Feeds(feeds)
    for host in range(hosts):
        address = f"127.0.{1 + host // 100}.{1 + host % 100}"
        await loop.create_server(lambda: Connection(state, is_admin=False), address, port, backlog=1024)
    name, _, number = admin.rpartition(":")
    await loop.create_server(lambda: Connection(state, is_admin=True), name, int(number))
    await asyncio.Event().wait()


def main() -> None:
    """Read the command line and serve."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("-feeds", type=int, default=5_000)
    arguments.add_argument("-hosts", type=int, default=200)
    arguments.add_argument("-port", type=int, required=True)
    arguments.add_argument("-admin", required=True)
    given = arguments.parse_args()
    asyncio.run(serve(given.feeds, given.hosts, given.port, given.admin))


if __name__ == "__main__":
    main()

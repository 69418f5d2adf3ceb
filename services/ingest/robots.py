"""What robots.txt permits (RFC 9309), for pages of articles. Feeds are published to be polled and are not asked about."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from services.ingest.feed import Validators
from services.ingest.outcome import Failed, Fetched, Gone
from services.ingest.politeness import Politeness
from services.ingest.ports import Fetcher

AGENT = "Tocsin"
_KEPT_SECONDS = 6 * 3600.0
_MOST_ORIGINS = 500
_MOST_BYTES = 500_000
_MOST_KEPT_BYTES = 8_000_000
_LONGEST_DELAY_SECONDS = 60.0


class RobotsUnknownError(Exception):
    """The host cannot say now what it permits; nothing is fetched until it can."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Permission:
    """Whether an address may be fetched, and the least time between two fetches."""

    is_allowed: bool
    delay_seconds: float = 0.0


class RobotsReader(Protocol):
    """Reads robots.txt, in bounded time and memory."""

    async def permission(self, robots: bytes, *, url: str, agent: str) -> Permission:
        """Return what the file says of ``url``."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    body: bytes | None
    at: float


class Robots:
    """Asks each host at most once in six hours; keeps a bounded number of files."""

    def __init__(
        self, *, fetcher: Fetcher, reader: RobotsReader, politeness: Politeness, monotonic: Callable[[], float]
    ) -> None:
        self._fetcher = fetcher
        self._reader = reader
        self._politeness = politeness
        self._monotonic = monotonic
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    async def allow(self, url: str) -> bool:
        """Whether ``url`` may be fetched; a crawl delay holds its host. Raises ``RobotsUnknownError``."""
        origin = _origin(url)
        async with self._asking.setdefault(origin, asyncio.Lock()):  # two pages of one host are one question
            kept = self._kept.get(origin)
            if kept is None or self._monotonic() - kept.at > _KEPT_SECONDS:
                kept = await self._ask(origin)
                await self._politeness.pace(url)  # the page itself is another request
        if kept.body is None:
            return True
        found = await self._reader.permission(kept.body, url=url, agent=AGENT)
        if found.is_allowed and found.delay_seconds > 0:
            self._politeness.hold(urlsplit(url).hostname or "", min(found.delay_seconds, _LONGEST_DELAY_SECONDS))
        return found.is_allowed

    async def _ask(self, origin: str) -> _Kept:
        answer = await self._fetcher.fetch(f"{origin}/robots.txt", Validators())
        now = self._monotonic()
        match answer:
            case Fetched():
                kept = _Kept(body=answer.body[:_MOST_BYTES], at=now)
            case Gone() | Failed(status=400 | 401 | 402 | 403 | 404 | 405 | 406 | 410 | 451):
                kept = _Kept(body=None, at=now)  # no file: everything is permitted
            case _:
                raise RobotsUnknownError(f"{origin} does not say what it permits")
        self._kept[origin] = kept
        self._kept.move_to_end(origin)
        while (
            len(self._kept) > _MOST_ORIGINS
            or sum(len(one.body or b"") for one in self._kept.values()) > _MOST_KEPT_BYTES
        ):
            self._kept.popitem(last=False)
        return kept


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

"""Feeds that go wrong on purpose, in the ways feeds of the wild do, served under ``/faults/<name>``."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web

_RSS = "application/rss+xml; charset=utf-8"
_ITEM = (
    "<item><title>Item {number}</title><link>https://faults.example/{number}</link><guid>faults-{number}</guid>"
    "<pubDate>Sat, 13 Jun 2020 10:00:00 GMT</pubDate><description>{text}</description></item>\n"
)
_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>Faults</title>'
    "<link>https://faults.example/</link><description>A feed that goes wrong</description>\n"
)
_TAIL = "</channel></rss>\n"


class Fault(StrEnum):
    """What is wrong with the feed, or with the server that has it."""

    HTML = "html"
    EMPTY = "empty"
    CUT_OFF = "cut-off"
    DROPPED = "dropped"
    HUGE = "huge"
    COMPRESSION_BOMB = "compression-bomb"
    ENTITY_BOMB = "entity-bomb"
    SLOW = "slow"
    HANGING = "hanging"
    RESET = "reset"
    WRONG_ENCODING = "wrong-encoding"
    REDIRECT_LOOP = "redirect-loop"
    MISSING = "missing"
    GONE = "gone"
    BUSY = "busy"
    BROKEN = "broken"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultSettings:
    """How bad the faults are. ``huge_bytes`` should exceed the poller's body limit, ``drip_seconds`` is the pause before each byte."""

    huge_bytes: int = 64 * 1024 * 1024
    drip_seconds: float = 1.0
    retry_after_seconds: int = 30


class FaultyFeeds:
    """Answers for every fault; ``stop`` ends those that wait."""

    def __init__(self, settings: FaultSettings) -> None:
        self._settings = settings
        self._stopped = asyncio.Event()
        self._answers: dict[Fault, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
            Fault.DROPPED: self._dropped,
            Fault.HUGE: self._huge,
            Fault.SLOW: self._slow,
            Fault.HANGING: self._hanging,
            Fault.RESET: self._reset,
        }

    def stop(self) -> None:
        """Let handlers that wait end at once."""
        self._stopped.set()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Serve the fault that the path names; 404 for a name that is none."""
        try:
            fault = Fault(request.match_info["name"])
        except ValueError:
            return web.Response(status=404, text=f"no such fault; there are: {', '.join(Fault)}\n")
        handler = self._answers.get(fault)
        return await handler(request) if handler is not None else self._ready_made(fault)

    def _ready_made(self, fault: Fault) -> web.Response:
        retry = {"Retry-After": str(self._settings.retry_after_seconds)}
        feed = _feed(5)
        answers: dict[Fault, Callable[[], web.Response]] = {
            Fault.HTML: lambda: _body(_HTML.encode(), "text/html; charset=utf-8"),
            Fault.EMPTY: lambda: _body(b"", _RSS),
            Fault.CUT_OFF: lambda: _body(feed[: feed.index(b"<guid>faults-3")], _RSS),
            Fault.COMPRESSION_BOMB: lambda: _body(
                gzip.compress(_HEAD.encode() + bytes(self._settings.huge_bytes), mtime=0), _RSS, encoding="gzip"
            ),
            Fault.ENTITY_BOMB: lambda: _body(_ENTITY_BOMB.encode(), _RSS),
            Fault.WRONG_ENCODING: lambda: _body(_ARABIC.encode("windows-1256"), _RSS),
            Fault.REDIRECT_LOOP: lambda: web.Response(status=302, headers={"Location": f"/faults/{fault}"}),
            Fault.MISSING: lambda: web.Response(status=404, text="no such page\n"),
            Fault.GONE: lambda: web.Response(status=410, text="this feed has ended\n"),
            Fault.BUSY: lambda: web.Response(status=429, headers=retry),
            Fault.BROKEN: lambda: web.Response(status=500, text="internal error\n"),
            Fault.UNAVAILABLE: lambda: web.Response(status=503, headers=retry),
        }
        return answers[fault]()

    async def _dropped(self, request: web.Request) -> web.StreamResponse:
        feed = _feed(20)
        response = web.StreamResponse(headers={"Content-Type": _RSS, "Content-Length": str(len(feed))})
        await response.prepare(request)
        await response.write(feed[: len(feed) // 2])
        if request.transport is not None:
            request.transport.close()
        return response

    async def _huge(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": _RSS})
        await response.prepare(request)
        await response.write(_HEAD.encode())
        sent = number = 0
        while sent < self._settings.huge_bytes and not self._stopped.is_set():
            chunk = _ITEM.format(number=number, text="word " * 12_000).encode()
            await response.write(chunk)
            sent += len(chunk)
            number += 1
        await response.write(_TAIL.encode())
        return response

    async def _slow(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": _RSS})
        await response.prepare(request)
        for byte in _feed(3):
            if await self._stopped_within(self._settings.drip_seconds):
                break
            await response.write(bytes((byte,)))
        return response

    async def _hanging(self, _request: web.Request) -> web.StreamResponse:
        await self._stopped.wait()
        return web.Response(status=503)

    async def _reset(self, request: web.Request) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._stopped.wait(), timeout=seconds)
        except TimeoutError:
            return False
        return True


def _body(body: bytes, content_type: str, encoding: str | None = None) -> web.Response:
    headers = {"Content-Type": content_type}
    if encoding is not None:
        headers["Content-Encoding"] = encoding
    return web.Response(body=body, headers=headers)


def _feed(count: int) -> bytes:
    items = "".join(_ITEM.format(number=number, text="A quiet day.") for number in range(count))
    return (_HEAD + items + _TAIL).encode()


_HTML = (
    "<!doctype html><html><head><title>One moment</title></head>"
    "<body><p>Checking your browser before you may read on.</p></body></html>\n"
)
_ARABIC = _HEAD + _ITEM.format(number=1, text="افتتاح مكتبة عامة في بعقوبة") + _TAIL
_ENTITY_BOMB = (
    '<?xml version="1.0"?>\n<!DOCTYPE rss [\n<!ENTITY a0 "boom">\n'
    + "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">\n' for level in range(1, 10))
    + ']>\n<rss version="2.0"><channel><title>Faults</title><item><title>&a9;</title></item></channel></rss>\n'
)

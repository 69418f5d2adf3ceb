"""The WebSub callback: the one door of ingest to the outside, on a port of its own. Hubs verify subscriptions here and deliver pushes.

A path ends with the subscription's token, which nobody can guess; whatever else is asked is told 404 or 410. A request costs at most
its limits of size and time, so many at once, and nothing is stored that the subscription's secret did not sign.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

import structlog
from aiohttp import web

from services.ingest import subscription as subscriptions
from services.ingest.errors import LedgerUnavailableError
from services.ingest.metrics import IngestMetrics
from services.ingest.push_outcome import PushOutcome
from services.ingest.subscription import Confirmed, Denied, Subscription, Unasked
from shared.clock import Clock
from shared.listening import Listener
from shared.logging import logger

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_AT_ONCE = 16
_MOST_WAITING = 20
"""Pushes of one feed that wait to be read; a hub is told to come again."""
_RETRY_SECONDS = "60"
_MOST_TYPE_CHARACTERS = 200


class CallbackBook(Protocol):
    """Subscriptions as the callback needs them. Each method is one transaction; all raise ``LedgerUnavailableError``."""

    async def of_token(self, token: str) -> Subscription | None:
        """Return the subscription of a polled feed with this token."""
        ...

    async def keep(self, subscription: Subscription, *, if_attempts: int | None = None) -> None:
        """Store it."""
        ...

    async def receive(self, feed: str, body: bytes, *, content_type: str, now: datetime, most: int) -> bool:
        """Store a push; false when ``most`` of the feed, or too many bytes of all feeds, wait already."""
        ...

    async def end(self, token: str, now: datetime) -> None:
        """The hub of a feed that rests (paused, removed, retired) is being told so: it is asked anew once the feed is polled again."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class CallbackLimits:
    """Bounds of one request; ``body_bytes`` counts after decompression."""

    body_bytes: int
    seconds: float
    lease_seconds: int


class CallbackServer:
    """Serves the callback while its context is open; raises ``OSError`` naming the port when it is taken."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        limits: CallbackLimits,
        book: CallbackBook,
        arrived: Callable[[], None],
        metrics: IngestMetrics,
        clock: Clock,
        random: Callable[[], float],
    ) -> None:
        self._limits = limits
        self._book = book
        self._arrived = arrived
        self._metrics = metrics
        self._clock = clock
        self._random = random
        self._free = _AT_ONCE
        app = web.Application(client_max_size=limits.body_bytes)
        app.router.add_get("/{path:.*}", self._answer, allow_head=False)
        app.router.add_post("/{path:.*}", self._answer)
        self._listener = Listener(
            app=app,
            host=host,
            wanted_port=port,
            purpose="WebSub",
            setting="TOCSIN_INGEST_WEBSUB_PORT",
            shutdown_seconds=2.0,
            keepalive_seconds=15.0,
        )
        self.port = 0

    async def __aenter__(self) -> Self:
        self.port = await self._listener.start()
        logger().info("websub.served", host=self._listener.host, port=self.port)
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self._listener.stop()

    async def _answer(self, request: web.Request) -> web.Response:
        if self._free <= 0:
            return self._said(_Answer(outcome=PushOutcome.THROTTLED, status=503))
        self._free -= 1
        try:
            async with asyncio.timeout(self._limits.seconds):
                answer = await self._judged(request)
        except TimeoutError:
            logger().warning("push.refused", reason="timed_out", limit_s=self._limits.seconds)
            answer = _Answer(outcome=PushOutcome.BROKEN, status=408)
        except LedgerUnavailableError as error:
            self._metrics.database_failures.inc()
            logger().warning("push.not_stored", reason=str(error))
            answer = _Answer(outcome=PushOutcome.BROKEN, status=503)
        except Exception as error:  # noqa: BLE001 - the boundary of one request. No traceback: the server's would show the token
            logger().warning("push.refused", reason="broken", error=type(error).__name__)
            answer = _Answer(outcome=PushOutcome.BROKEN, status=503)
        finally:
            self._free += 1
        return self._said(answer)

    def _said(self, answer: "_Answer") -> web.Response:
        if answer.outcome is not None:
            self._metrics.pushes.labels(answer.outcome.value).inc()
        headers = {
            "X-Content-Type-Options": "nosniff"
        }  # a challenge is the asker's words: never to be taken for a page
        if answer.status in {429, 503}:
            headers["Retry-After"] = _RETRY_SECONDS
        return web.Response(status=answer.status, text=answer.text, headers=headers)

    async def _judged(self, request: web.Request) -> "_Answer":
        token = request.path.rpartition("/")[2]
        found = await self._book.of_token(token) if _TOKEN.fullmatch(token) else None
        if found is None and request.method == "POST":
            if _TOKEN.fullmatch(token):
                await self._book.end(token, self._clock.now())
            return _Answer(outcome=PushOutcome.UNKNOWN, status=410)
        if found is None:
            return _Answer(outcome=PushOutcome.UNKNOWN, status=404)
        with structlog.contextvars.bound_contextvars(feed=found.feed):
            return await (
                self._delivery(request, found) if request.method == "POST" else self._question(request, found)
            )

    async def _question(self, request: web.Request, found: Subscription) -> "_Answer":
        judged = subscriptions.judge_question(
            found,
            dict(request.query),
            asked_seconds=self._limits.lease_seconds,
            now=self._clock.now(),
            jitter=self._random(),
        )
        match judged:
            case Confirmed():
                await self._book.keep(judged.subscription)
                logger().info("subscription.confirmed", until=str(judged.subscription.expires_at))
                return _Answer(outcome=PushOutcome.CONFIRMED, text=judged.challenge)
            case Denied():
                await self._book.keep(judged.subscription)
                logger().warning("subscription.denied", reason=judged.subscription.last_error)
                return _Answer(outcome=PushOutcome.DENIED)
            case Unasked():
                logger().warning("subscription.question_refused", reason=judged.why)
                return _Answer(outcome=PushOutcome.UNKNOWN, status=404)

    async def _delivery(self, request: web.Request, found: Subscription) -> "_Answer":
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            logger().warning("push.refused", reason="too_large", limit_bytes=self._limits.body_bytes)
            return _Answer(outcome=PushOutcome.TOO_LARGE, status=413)
        now = self._clock.now()
        if found.secret is None:
            # Anybody could have sent it: it may say that there is news, not what. It waits like any push, for a poll that runs just
            # now may have fetched too early; one that waits speaks for all.
            is_first = await self._book.receive(found.feed, b"", content_type="", now=now, most=1)
            self._arrived()
            return _Answer(outcome=None if is_first else PushOutcome.WOKE, status=202)
        if not subscriptions.is_signed(found.secret, request.headers.get("X-Hub-Signature"), body):
            logger().warning("push.refused", reason="bad_signature")
            return _Answer(outcome=PushOutcome.BAD_SIGNATURE, status=202)
        content_type = request.headers.get("Content-Type", "")[:_MOST_TYPE_CHARACTERS].replace("\x00", "")
        if not await self._book.receive(found.feed, body, content_type=content_type, now=now, most=_MOST_WAITING):
            logger().warning("push.refused", reason="throttled")
            return _Answer(outcome=PushOutcome.THROTTLED, status=429)
        self._arrived()
        return _Answer(outcome=None, status=202)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    """What is said, and counted now; a push that was stored is counted when it has been read."""

    outcome: PushOutcome | None
    status: int = 200
    text: str = ""

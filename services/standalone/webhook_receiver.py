"""A subscriber's webhook endpoint: checks Standard Webhooks signatures, keeps what came, and fails when told to.

It is what the demo shows and what the end-to-end tests count: by ``webhook-id``, was each alert accepted, and was each
repeat of it byte for byte the same.
"""

import asyncio
import base64
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from services.standalone.loopback import LoopbackSite
from shared.clock import Clock, SystemClock

_MAX_BODY_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Answer with this status, after so many seconds, with a body of so many bytes."""

    status: int = 204
    headers: tuple[tuple[str, str], ...] = ()
    after_seconds: float = 0.0
    body_bytes: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Hang:
    """Read the request and never answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reset:
    """Read the request and break the connection."""


Behaviour = Answer | Hang | Reset
ACCEPT = Answer()
GONE = Answer(status=410)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceivedWebhook:
    """One request. ``refusal`` says why the signature was not accepted, None when it was.

    ``status`` is what is answered, None for none. ``is_repeat`` means the id was seen before, ``differs`` that its body was another then.
    """

    message_id: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    received_at: datetime
    refusal: str | None
    status: int | None
    is_repeat: bool
    differs: bool

    @property
    def is_verified(self) -> bool:
        """Whether the signature was good."""
        return self.refusal is None

    @property
    def is_accepted(self) -> bool:
        """Whether the sender was told that it arrived."""
        return self.is_verified and self.status is not None and 200 <= self.status < 300


class WebhookReceiver:
    """Listens on ``<url>`` (any path below it is taken too, so that one receiver can be several endpoints).

    A bad signature is recorded and answered 401, whatever behaviour is set. Use it as an async context manager; entry raises
    ``OSError`` when ``port`` is in use, 0 takes a free one.
    """

    def __init__(
        self,
        *,
        secret: str,
        port: int = 0,
        clock: Clock | None = None,
        on_accepted: Callable[[ReceivedWebhook], None] | None = None,
    ) -> None:
        self._verifier = Webhook(secret)
        self._clock = clock or SystemClock()
        self._on_accepted = on_accepted
        self._usual: Behaviour = ACCEPT
        self._next: deque[Behaviour] = deque()
        self._received: list[ReceivedWebhook] = []
        self._first_bodies: dict[str, bytes] = {}
        self._arrival = asyncio.Condition()
        self._stopped = asyncio.Event()
        app = web.Application(client_max_size=_MAX_BODY_BYTES)
        app.router.add_post("/{path:.*}", self._take)
        self._site = LoopbackSite(app=app, port=port, before_stop=self._stopped.set)

    async def __aenter__(self) -> Self:
        await self._site.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._site.stop()

    @property
    def url(self) -> str:
        """The address to send alerts to."""
        return f"{self._site.url}/hook"

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._site.port

    def respond_with(self, behaviour: Behaviour) -> None:
        """Behave so from now on."""
        self._usual = behaviour

    def fail_next(self, behaviour: Behaviour, times: int = 1) -> None:
        """Behave so for the next ``times`` verified requests, after those already asked for, then as usual again."""
        self._next.extend([behaviour] * times)

    @property
    def received(self) -> tuple[ReceivedWebhook, ...]:
        """Every request, in order of arrival."""
        return tuple(self._received)

    @property
    def accepted(self) -> tuple[ReceivedWebhook, ...]:
        """The first accepted request of each ``webhook-id``, in order: what a subscriber that drops repeats would keep."""
        kept: dict[str, ReceivedWebhook] = {}
        for request in self._received:
            if request.is_accepted:
                kept.setdefault(request.message_id, request)
        return tuple(kept.values())

    @property
    def contradictions(self) -> tuple[str, ...]:
        """Ids that came with more than one body; there must be none."""
        return tuple(sorted({request.message_id for request in self._received if request.differs}))

    async def wait_for_accepted(self, count: int, timeout_seconds: float) -> tuple[ReceivedWebhook, ...]:
        """Return what was accepted once it is ``count`` or more; raises ``TimeoutError`` saying what came until then."""
        try:
            async with asyncio.timeout(timeout_seconds), self._arrival:
                await self._arrival.wait_for(lambda: len(self.accepted) >= count)
        except TimeoutError as error:
            seen = [
                f"{request.message_id} {request.status} {request.refusal or 'verified'}" for request in self._received
            ]
            raise TimeoutError(
                f"{len(self.accepted)} of {count} accepted in {timeout_seconds:g} s; seen: {seen}"
            ) from error
        return self.accepted

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        refusal = self._verify(body, dict(request.headers))
        behaviour = Answer(status=401) if refusal is not None else self._next_behaviour()
        await self._record(request, body, refusal, behaviour)
        return await self._behave(request, behaviour)

    def _next_behaviour(self) -> Behaviour:
        return self._next.popleft() if self._next else self._usual

    def _verify(self, body: bytes, headers: dict[str, str]) -> str | None:
        try:
            self._verifier.verify(body, headers, json_parse=False)
        except WebhookVerificationError as error:
            return str(error)
        except (
            ValueError
        ) as error:  # a signature that is no base64 or a body that is no UTF-8 comes out of the library bare
            return f"malformed: {error}"
        return None

    async def _record(self, request: web.Request, body: bytes, refusal: str | None, behaviour: Behaviour) -> None:
        message_id = request.headers.get("webhook-id", "")
        async with self._arrival:
            first = self._first_bodies.get(message_id)
            if refusal is None and first is None:
                self._first_bodies[message_id] = body
            received = ReceivedWebhook(
                message_id=message_id,
                path=request.path,
                headers=tuple(request.headers.items()),
                body=body,
                received_at=self._clock.now(),
                refusal=refusal,
                status=behaviour.status if isinstance(behaviour, Answer) else None,
                is_repeat=refusal is None and first is not None,
                differs=refusal is None and first is not None and first != body,
            )
            is_news = received.is_accepted and all(message_id != other.message_id for other in self.accepted)
            self._received.append(received)
            self._arrival.notify_all()
        if is_news and self._on_accepted is not None:
            self._on_accepted(received)

    async def _behave(self, request: web.Request, behaviour: Behaviour) -> web.StreamResponse:
        match behaviour:
            case Hang():
                await self._stopped.wait()
                return web.Response(status=503)
            case Reset():
                if request.transport is not None:
                    request.transport.abort()
                return web.Response(status=500)
            case Answer():
                if behaviour.after_seconds:
                    await self._wait(behaviour.after_seconds)
                return web.Response(
                    status=behaviour.status, headers=dict(behaviour.headers), body=b"x" * behaviour.body_bytes
                )

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopped.wait(), timeout=seconds)
        except TimeoutError:
            return


def new_secret() -> str:
    """Return a fresh signing secret in the form of Standard Webhooks (``whsec_`` and 32 random bytes)."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode("ascii")

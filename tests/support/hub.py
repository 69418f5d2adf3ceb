"""A publisher with a WebSub hub of its own, on loopback: it verifies subscriptions and pushes, as the recommendation says."""

import asyncio
import hashlib
import hmac
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx
from aiohttp import web


@dataclass(frozen=True, kw_only=True)
class Subscribed:
    """What a subscriber asked for and confirmed."""

    callback: str
    topic: str
    secret: str | None


class Hub:
    """Serves ``/feed`` with the document it was given, and ``/hub``; ``lease_seconds`` is what it grants."""

    def __init__(self, *, lease_seconds: int = 86_400) -> None:
        self.lease_seconds = lease_seconds
        self.document = b""
        self.polls = 0
        self.subscribed: list[Subscribed] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/feed", self._feed)
        app.router.add_post("/hub", self._subscribe)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.gather(*self._tasks)
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def links(self) -> str:
        """What the feed's channel says of the hub."""
        space = "xmlns:atom='http://www.w3.org/2005/Atom'"
        return f"<atom:link {space} rel='hub' href='{self.url}/hub'/><atom:link {space} rel='self' href='{self.url}/feed'/>"

    async def _feed(self, _request: web.Request) -> web.Response:
        self.polls += 1
        return web.Response(body=self.document, content_type="application/rss+xml")

    async def _subscribe(self, request: web.Request) -> web.Response:
        form = await request.post()
        wanted = Subscribed(
            callback=str(form["hub.callback"]),
            topic=str(form["hub.topic"]),
            secret=str(form["hub.secret"]) if "hub.secret" in form else None,
        )
        task = asyncio.create_task(self.verify(wanted))
        self._tasks.add(task)
        return web.Response(status=202)

    async def verify(self, wanted: Subscribed) -> None:
        """Ask the subscriber whether it asked."""
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(
                wanted.callback,
                params={
                    "hub.mode": "subscribe",
                    "hub.topic": wanted.topic,
                    "hub.challenge": "say-this",
                    "hub.lease_seconds": str(self.lease_seconds),
                },
            )
        if answer.status_code == 200 and answer.text == "say-this":
            self.subscribed.append(wanted)


async def push(to: Subscribed, body: bytes, *, method: str = "sha256", signature: str | None = None) -> int:
    """Push as a hub does, signed if there is a secret, or with the given signature; return the status."""
    headers = {"Content-Type": "application/rss+xml"}
    if to.secret is not None:
        digest = hmac.new(to.secret.encode(), body, getattr(hashlib, method)).hexdigest()
        headers["X-Hub-Signature"] = f"{method}={digest}"
    if signature is not None:
        headers["X-Hub-Signature"] = signature
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.post(to.callback, content=body, headers=headers)).status_code

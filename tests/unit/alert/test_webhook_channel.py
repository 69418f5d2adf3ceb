"""The webhook channel over real sockets on loopback: signature, guard, and what each kind of answer becomes."""

import asyncio
import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from aiohttp import web
from standardwebhooks import Webhook

from services.alert.channels.webhook import WebhookChannel
from services.alert.delivery import Delivered, Outcome, Permanent, Reason, Retryable
from services.alert.ledger import Claimed
from services.alert.watch import WebhookEndpoint
from services.standalone.loopback import LoopbackSite
from shared.addresses import AddressPolicy

LOOPBACK = AddressPolicy(allowed=(ip_network("127.0.0.0/8"),))
SECRET = "whsec_" + b64encode(bytes(range(32))).decode()
OLD = "whsec_" + b64encode(bytes(range(32, 64))).decode()
DELIVERY = Claimed(
    delivery_id="d_1",
    endpoint_id="desk",
    channel="webhook",
    incident_id="a_1",
    revision=1,
    test=False,
    content_type="application/json",
    body='{"type":"incident.alert","place":"دارا"}'.encode(),
    attempt=1,
    occurred_at=None,
    fetched_at=None,
)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Now:
    """The present."""

    def now(self) -> datetime:
        """The present, aware UTC."""
        return datetime.now(tz=UTC)


@asynccontextmanager
async def _receiver(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/hook", handler)
    site = LoopbackSite(app=app, port=0, before_stop=lambda: None)
    await site.start()
    try:
        yield f"{site.url}/hook"
    finally:
        await site.stop()


async def _send(url: str, *, policy: AddressPolicy = LOOPBACK, seconds: float = 3.0) -> Outcome:
    endpoint = WebhookEndpoint(id="desk", url=url, secrets=(SECRET,))
    async with WebhookChannel(policy=policy, clock=Now(), timeout_seconds=seconds, connect_seconds=seconds) as channel:
        return await channel.send(endpoint, DELIVERY)


def _answers(status: int, **headers: str) -> Handler:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers=headers, text="<b>no</b>\x00 more")

    return answer


async def test_the_request_carries_the_frozen_body_signed_by_every_secret() -> None:
    seen: list[tuple[dict[str, str], bytes]] = []

    async def keep(request: web.Request) -> web.StreamResponse:
        seen.append((dict(request.headers), await request.read()))
        return web.Response(status=204)

    async with _receiver(keep) as url:
        endpoint = WebhookEndpoint(id="desk", url=url, secrets=(SECRET, OLD))
        async with WebhookChannel(policy=LOOPBACK, clock=Now()) as channel:
            assert await channel.send(endpoint, DELIVERY) == Delivered(status=204)
            assert await channel.send(endpoint, replace(DELIVERY, attempt=2)) == Delivered(status=204)
    assert [body for _, body in seen] == [DELIVERY.body, DELIVERY.body]
    headers = {name.lower(): value for name, value in seen[0][0].items()}
    assert headers["webhook-id"] == "d_1"
    for secret in (SECRET, OLD):
        Webhook(secret).verify(DELIVERY.body, headers)
        key = b64decode(secret.removeprefix("whsec_"))
        signed = f"d_1.{headers['webhook-timestamp']}.".encode() + DELIVERY.body
        assert f"v1,{b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}" in headers[
            "webhook-signature"
        ].split(" ")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Delivered(status=200)),
        (302, Permanent(reason=Reason.REDIRECT, status=302)),
        (400, Permanent(reason=Reason.CLIENT_ERROR, status=400)),
        (410, Permanent(reason=Reason.GONE, status=410, disables_endpoint=True)),
        (500, Retryable(reason=Reason.SERVER_ERROR, status=500)),
    ],
)
async def test_an_answer_becomes_its_outcome(status: int, outcome: Outcome) -> None:
    async with _receiver(_answers(status, Location="http://127.0.0.1:9/elsewhere")) as url:
        found = await _send(url)
    assert found == (outcome if isinstance(outcome, Delivered) else replace(outcome, detail="<b>no</b> more"))


async def test_retry_after_is_read() -> None:
    async with _receiver(_answers(429, **{"Retry-After": "77"})) as url:
        found = await _send(url)
    assert isinstance(found, Retryable)
    assert found.retry_after == timedelta(seconds=77)


async def test_a_receiver_that_hangs_is_a_timeout() -> None:
    async def hang(_request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        return web.Response()

    async with _receiver(hang) as url:
        found = await _send(url, seconds=0.2)
    assert isinstance(found, Retryable)
    assert found.reason is Reason.TIMEOUT


async def test_an_answer_of_50_mb_costs_neither_memory_nor_time() -> None:
    async def flood(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=200)
        response.content_length = 50_000_000
        await response.prepare(request)
        for _ in range(500):
            await response.write(b"x" * 100_000)
        return response

    async with _receiver(flood) as url:
        started = asyncio.get_running_loop().time()
        assert await _send(url) == Delivered(status=200)
        assert asyncio.get_running_loop().time() - started < 2.0


async def test_nobody_listening_is_tried_again() -> None:
    async with _receiver(_answers(200)) as url:
        pass
    found = await _send(url)
    assert isinstance(found, Retryable)
    assert found.reason is Reason.CONNECT


async def test_a_broken_connection_is_tried_again() -> None:
    async def reset(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with _receiver(reset) as url:
        found = await _send(url)
    assert isinstance(found, Retryable)
    assert found.reason is Reason.BROKEN_ANSWER


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"]
)
async def test_an_internal_address_is_refused_by_literal_and_by_name(host: str) -> None:
    reached = []

    async def keep(_request: web.Request) -> web.StreamResponse:
        reached.append(host)
        return web.Response()

    async with _receiver(keep) as url:
        port = url.rpartition(":")[2].partition("/")[0]
        found = await _send(f"http://{host}:{port}/hook", policy=AddressPolicy())
    assert reached == []
    assert not isinstance(found, Delivered)
    if host in {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"}:
        assert found.reason is Reason.ADDRESS_REFUSED


async def test_a_metadata_address_is_refused_without_a_connection() -> None:
    found = await _send("http://169.254.169.254/latest/meta-data", policy=LOOPBACK)
    assert found == Permanent(reason=Reason.ADDRESS_REFUSED, detail="the address is not on the allow-list of networks")


async def test_a_retired_secret_no_longer_signs() -> None:
    endpoint = WebhookEndpoint(id="desk", url="https://desk.example", secrets=(SECRET, OLD))
    channel = WebhookChannel(policy=LOOPBACK, clock=Now())
    assert len(channel.headers(endpoint, "d_1", b"{}")["webhook-signature"].split(" ")) == 2
    channel.retire(frozenset({("desk", hashlib.sha256(OLD.encode()).digest())}))
    headers = channel.headers(endpoint, "d_1", b"{}")
    assert len(headers["webhook-signature"].split(" ")) == 1
    Webhook(SECRET).verify(b"{}", headers)


@asynccontextmanager
async def _proxy(status: int = 200) -> AsyncIterator[tuple[str, list[str]]]:
    """A forward proxy that answers plain requests itself and refuses or accepts CONNECT without going anywhere."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        asked.append(head.splitlines()[0])
        writer.write(f"HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


async def _send_by(proxy: str, url: str, policy: AddressPolicy = LOOPBACK) -> Outcome:
    endpoint = WebhookEndpoint(id="desk", url=url, secrets=(SECRET,))
    async with WebhookChannel(policy=policy, clock=Now(), timeout_seconds=3.0, proxy=proxy) as channel:
        return await channel.send(endpoint, DELIVERY)


async def test_a_proxy_is_asked_in_place_of_the_receiver() -> None:
    async with _proxy() as (proxy, asked):
        assert await _send_by(proxy, "http://receiver.invalid/hook") == Delivered(status=200)
    assert asked == ["POST http://receiver.invalid/hook HTTP/1.1"]


async def test_a_proxy_is_asked_to_connect_for_https_and_its_refusal_is_tried_again() -> None:
    async with _proxy(403) as (proxy, asked):
        found = await _send_by(proxy, "https://receiver.invalid/hook")
    assert asked == ["CONNECT receiver.invalid:443 HTTP/1.1"]
    assert isinstance(found, Retryable)
    assert found.reason is Reason.PROXY


async def test_an_internal_receiver_is_refused_before_the_proxy_is_asked() -> None:
    async with _proxy() as (proxy, asked):
        found = await _send_by(proxy, "http://10.0.0.7/hook", AddressPolicy())
    assert asked == []
    assert isinstance(found, Permanent)
    assert found.reason is Reason.ADDRESS_REFUSED


async def test_a_proxy_that_is_down_is_tried_again() -> None:
    async with _proxy() as (proxy, _):
        pass
    found = await _send_by(proxy, "http://receiver.invalid/hook")
    assert isinstance(found, Retryable)
    assert found.reason is Reason.PROXY


class AnHourAhead:
    """A clock that somebody set wrong."""

    def now(self) -> datetime:
        """An hour from now."""
        return datetime.now(tz=UTC) + timedelta(hours=1)


async def test_a_refusal_while_the_clocks_differ_is_tried_again() -> None:
    endpoint = WebhookEndpoint(id="desk", url="", secrets=(SECRET,))
    async with _receiver(_answers(401)) as url:
        async with WebhookChannel(policy=LOOPBACK, clock=AnHourAhead()) as channel:
            outcome = await channel.send(replace(endpoint, url=url), DELIVERY)
        assert isinstance(outcome, Retryable)
        assert (outcome.reason, outcome.status) == (Reason.CLOCK, 401)
        assert "differ by 3" in outcome.detail
        assert isinstance(await _send(url), Permanent)
    async with _receiver(_answers(404)) as url, WebhookChannel(policy=LOOPBACK, clock=AnHourAhead()) as channel:
        assert isinstance(await channel.send(replace(endpoint, url=url), DELIVERY), Permanent)


class SetRightMeanwhile:
    """An hour ahead when it is first asked, right from then on."""

    def __init__(self) -> None:
        self.asked = 0

    def now(self) -> datetime:
        """The present, at last."""
        self.asked += 1
        return datetime.now(tz=UTC) + (timedelta(hours=1) if self.asked == 1 else timedelta(0))


async def test_what_counts_is_the_time_that_was_signed() -> None:
    endpoint = WebhookEndpoint(id="desk", url="", secrets=(SECRET,))
    async with (
        _receiver(_answers(401)) as url,
        WebhookChannel(policy=LOOPBACK, clock=SetRightMeanwhile()) as channel,
    ):
        outcome = await channel.send(replace(endpoint, url=url), DELIVERY)
    assert isinstance(outcome, Retryable)
    assert outcome.reason is Reason.CLOCK


async def test_a_receiver_is_told_the_trace_only_where_that_is_wanted() -> None:
    seen: list[str | None] = []

    async def keep(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers.get("traceparent"))
        return web.Response(status=204)

    traced = replace(DELIVERY, traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01")
    async with _receiver(keep) as url:
        endpoint = WebhookEndpoint(id="desk", url=url, secrets=(SECRET,))
        for tells, delivery in ((False, traced), (True, traced), (True, DELIVERY)):
            async with WebhookChannel(policy=LOOPBACK, clock=Now(), tells_trace=tells) as channel:
                await channel.send(endpoint, delivery)
    assert seen == [None, traced.traceparent, None]

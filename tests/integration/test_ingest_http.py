"""The HTTP side against a real server on loopback: conditions, limits, redirects, and the guard where the socket is made."""

import asyncio
import gzip
import socket
import zlib
from contextlib import asynccontextmanager
from dataclasses import replace
from random import Random
from threading import Event
from time import monotonic

import brotli
import pytest
from aiohttp import web
from backports import zstd

from services.ingest.adapters.http import FetchLimits, HttpFetcher, stays_secure
from services.ingest.adapters.names import LeavingResolver, system_look_up
from services.ingest.feed import Validators
from services.ingest.outcome import Failed, FailureReason, Fetched, Gone, NotModified
from shared.addresses import AddressPolicy
from tests.support.ingest_fakes import ToldClock, rss

BODY = rss({"1": ("A blast", None)})
LIMITS = FetchLimits(
    connect_seconds=2.0,
    read_seconds=1.0,
    total_seconds=1.5,
    body_bytes=200_000,
    redirects=5,
    connections=10,
    connections_per_host=10,
)
NONE = Validators()
NOISE = Random(1).randbytes(150_000)
_wide = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 24})
WIDE = _wide.compress(BODY) + _wide.flush()
"""Asks its reader for 16 MiB before the first byte; HTTP allows 8."""


class Server:
    """Answers each path with the handler given for it; keeps the requests."""

    def __init__(self):
        self.handlers = {}
        self.requests = []
        self.port = 0

    def url(self, path, host="127.0.0.1"):
        return f"http://{host}:{self.port}{path}"

    async def answer(self, request):
        self.requests.append(request)
        return await self.handlers[request.path](request)

    def respond(self, path, **response):
        async def handler(_request):
            return web.Response(**response)

        self.handlers[path] = handler
        return self.url(path)


@pytest.fixture
async def server():
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", server.answer)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.5, auto_decompress=False)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = runner.addresses[0][1]
    yield server
    await runner.cleanup()


@asynccontextmanager
async def fetching(*, allow=("127.0.0.1/32",), limits=LIMITS, resolver=None, proxy=None):
    fetcher = HttpFetcher(
        limits=limits,
        policy=AddressPolicy.allowing(allow),
        user_agent="Tocsin/0.1 (test)",
        clock=ToldClock(),
        resolver=resolver,
        proxy=proxy,
    )
    async with fetcher:
        yield fetcher


async def fetch(url, validators=NONE, **changes):
    async with fetching(**changes) as fetcher:
        return await fetcher.fetch(url, validators)


async def test_a_feed_is_fetched_with_its_validators_and_our_name(server):
    url = server.respond(
        "/feed", body=BODY, headers={"ETag": 'W/"x y"', "Last-Modified": "any words", "Cache-Control": "max-age=90"}
    )
    found = await fetch(url)
    assert isinstance(found, Fetched)
    assert (found.body, found.url, found.fresh_seconds, found.moved_to) == (BODY, url, 90.0, None)
    assert (found.validators.etag, found.validators.last_modified) == ('W/"x y"', "any words")
    assert server.requests[0].headers["User-Agent"] == "Tocsin/0.1 (test)"
    assert "If-None-Match" not in server.requests[0].headers


async def test_validators_are_repeated_unread_and_a_304_is_told(server):
    url = server.respond("/feed", status=304)
    assert await fetch(url, Validators(etag="odd tag", last_modified="any words")) == NotModified()
    assert server.requests[0].headers["If-None-Match"] == "odd tag"
    assert server.requests[0].headers["If-Modified-Since"] == "any words"


async def test_a_validator_with_strange_letters_does_no_harm(server):
    url = server.respond("/feed", body=BODY, headers={"ETag": '"é—\u0642"'})
    async with fetching() as fetcher:
        first = await fetcher.fetch(url, NONE)
        assert isinstance(first, Fetched)
        assert isinstance(await fetcher.fetch(url, first.validators), Fetched)


async def test_a_304_that_nobody_asked_for_is_a_failure(server):
    found = await fetch(server.respond("/feed", status=304))
    assert isinstance(found, Failed)
    assert found.reason is FailureReason.UNEXPECTED_STATUS


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(BODY)),
        ("deflate", zlib.compress(BODY)),
        ("deflate", zlib.compress(BODY)[2:-4]),
        ("br", brotli.compress(BODY)),
        ("zstd", zstd.compress(BODY)),
        ("zstd", zstd.compress(BODY[:20]) + zstd.compress(BODY[20:])),
        ("identity", BODY),
    ],
)
async def test_compressed_bodies_are_read(server, encoding, body):
    found = await fetch(server.respond("/feed", body=body, headers={"Content-Encoding": encoding}))
    assert isinstance(found, Fetched), found
    assert found.body == BODY


@pytest.mark.parametrize(
    ("response", "reason", "words"),
    [
        ({"status": 404}, FailureReason.CLIENT_ERROR, "answered 404 Not Found"),
        ({"status": 500}, FailureReason.SERVER_ERROR, "answered 500 Internal Server Error"),
        ({"status": 429, "headers": {"Retry-After": "120"}}, FailureReason.THROTTLED, "answered 429 Too Many Requests, asking to wait 120 s"),
        ({"status": 503}, FailureReason.THROTTLED, "answered 503 Service Unavailable"),
        ({"status": 204}, FailureReason.UNEXPECTED_STATUS, "answered 204 No Content, where 200 or 304 was expected"),
        ({"status": 302}, FailureReason.BAD_REDIRECT, "answered 302 without saying where to go"),
        ({"body": b"x" * 200_001}, FailureReason.TOO_LARGE, "the body exceeds 0.19"),
        ({"body": gzip.compress(bytes(50_000_000)), "headers": {"Content-Encoding": "gzip"}}, FailureReason.TOO_LARGE, "the body exceeds"),
        ({"body": gzip.compress(BODY)[:-9], "headers": {"Content-Encoding": "gzip"}}, FailureReason.CUT_OFF, "breaks off"),
        ({"body": b"not gzip at all", "headers": {"Content-Encoding": "gzip"}}, FailureReason.BAD_COMPRESSION, "damaged"),
        ({"body": brotli.compress(bytes(50_000_000), quality=1), "headers": {"Content-Encoding": "br"}}, FailureReason.TOO_LARGE, "the body exceeds"),
        ({"body": zstd.compress(bytes(50_000_000)), "headers": {"Content-Encoding": "zstd"}}, FailureReason.TOO_LARGE, "the body exceeds"),
        ({"body": brotli.compress(NOISE)[:-9], "headers": {"Content-Encoding": "br"}}, FailureReason.CUT_OFF, "breaks off"),
        ({"body": zstd.compress(NOISE)[:-9], "headers": {"Content-Encoding": "zstd"}}, FailureReason.CUT_OFF, "breaks off"),
        ({"body": b"not brotli at all", "headers": {"Content-Encoding": "br"}}, FailureReason.BAD_COMPRESSION, "damaged"),
        ({"body": b"not zstd at all", "headers": {"Content-Encoding": "zstd"}}, FailureReason.BAD_COMPRESSION, "damaged"),
        ({"body": WIDE, "headers": {"Content-Encoding": "zstd"}}, FailureReason.BAD_COMPRESSION, "damaged"),
        ({"body": BODY, "headers": {"Content-Encoding": "lzma"}}, FailureReason.BAD_COMPRESSION, "'lzma', which was not asked for"),
    ],
)  # fmt: skip
async def test_what_goes_wrong_is_a_value_with_a_sentence(server, response, reason, words):
    found = await fetch(server.respond("/feed", **response))
    assert isinstance(found, Failed)
    assert found.reason is reason
    assert words in found.detail


async def test_retry_after_reaches_the_schedule(server):
    found = await fetch(server.respond("/feed", status=503, headers={"Retry-After": "Sat, 11 Apr 2026 12:05:00 GMT"}))
    assert isinstance(found, Failed)
    assert found.retry_after_seconds == 300


async def test_410_is_told_apart(server):
    assert isinstance(await fetch(server.respond("/feed", status=410)), Gone)


async def test_a_server_that_drips_is_left_after_the_total_time(server):
    async def drip(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b"x")
            await asyncio.sleep(0.2)
        return response

    server.handlers["/feed"] = drip
    started = monotonic()
    found = await fetch(server.url("/feed"))
    assert isinstance(found, Failed)
    assert found.reason is FailureReason.TIMED_OUT
    assert monotonic() - started < 2 * LIMITS.total_seconds + 1


async def test_a_server_that_says_nothing_is_left_after_the_read_time(server):
    async def hang(_request):
        await asyncio.sleep(60)

    server.handlers["/feed"] = hang
    found = await fetch(server.url("/feed"), limits=replace(LIMITS, read_seconds=0.3))
    assert isinstance(found, Failed)
    assert (found.reason, found.detail) == (FailureReason.TIMED_OUT, "silent for longer than the time limit")


async def test_a_body_shorter_than_announced_is_cut_off(server):
    async def short(request):
        response = web.StreamResponse(headers={"Content-Length": "5000"})
        await response.prepare(request)
        await response.write(b"x" * 100)
        request.transport.close()
        return response

    server.handlers["/feed"] = short
    found = await fetch(server.url("/feed"))
    assert isinstance(found, Failed)
    assert found.reason is FailureReason.CUT_OFF


async def test_nobody_listening_is_a_failed_connection(server, unused_tcp_port_factory):
    found = await fetch(f"http://127.0.0.1:{unused_tcp_port_factory()}/feed")
    assert isinstance(found, Failed)
    assert found.reason is FailureReason.CONNECTION_FAILED


async def test_a_name_that_does_not_exist_is_told():
    found = await fetch("http://no-such-host.invalid/feed")
    assert isinstance(found, Failed)
    assert found.reason is FailureReason.NAME_NOT_FOUND


async def test_names_that_nobody_answers_for_hold_up_no_other(server):
    server.respond("/feed", body=BODY)
    release = Event()

    def look_up(host, port, family):
        if host.startswith("dead"):
            release.wait(20)
            raise socket.gaierror(socket.EAI_AGAIN, "no name server answers")
        return system_look_up("127.0.0.1", port, family)

    async with fetching(resolver=LeavingResolver(look_up), limits=replace(LIMITS, connections=100)) as fetcher:
        dead = [asyncio.create_task(fetcher.fetch(f"http://dead{n}.example/", NONE)) for n in range(40)]
        await asyncio.sleep(0)
        assert isinstance(await fetcher.fetch(server.url("/feed", "alive.example"), NONE), Fetched)
        assert {found.reason for found in await asyncio.gather(*dead)} == {FailureReason.TIMED_OUT}
    release.set()


async def test_a_name_that_moves_into_a_closed_network_between_two_look_ups_is_refused(server):
    server.respond("/feed", body=BODY)

    def rebinding(host, port, family):
        return system_look_up("127.0.0.1", port, family)

    found = await fetch(server.url("/feed", "public.example"), allow=(), resolver=LeavingResolver(rebinding))
    assert isinstance(found, Failed)
    assert (found.reason, server.requests) == (FailureReason.ADDRESS_BLOCKED, [])


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..example", "xn--.example"])
async def test_a_host_that_is_no_name_is_a_failure_of_the_feed(host):
    assert isinstance(await fetch(f"http://{host}/feed"), Failed)


@pytest.mark.parametrize(("statuses", "moved"), [((301, 308), True), ((301, 302), False), ((307,), False)])
async def test_redirects_are_followed_and_only_all_permanent_ones_are_told(server, statuses, moved):
    for number, status in enumerate(statuses):
        server.respond(f"/{number}", status=status, headers={"Location": f"/{number + 1}"})
    last = server.respond(f"/{len(statuses)}", body=BODY)
    found = await fetch(server.url("/0"))
    assert isinstance(found, Fetched)
    assert found.url == last
    assert found.moved_to == (last if moved else None)


async def test_redirects_end(server):
    found = await fetch(server.respond("/loop", status=302, headers={"Location": "/loop"}))
    assert isinstance(found, Failed)
    assert (found.reason, len(server.requests)) == (FailureReason.BAD_REDIRECT, 6)


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://x.example/", "gopher://x.example/"])
async def test_a_redirect_leaves_http_for_nothing_else(server, location):
    found = await fetch(server.respond("/feed", status=302, headers={"Location": location}))
    assert isinstance(found, Failed)
    assert found.reason is FailureReason.BAD_REDIRECT


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "127.1"])
async def test_without_the_allow_list_this_machine_cannot_be_reached_by_any_name(server, host):
    server.respond("/feed", body=BODY)
    found = await fetch(server.url("/feed", host), allow=())
    assert isinstance(found, Failed)
    assert server.requests == []
    assert found.reason in {
        FailureReason.ADDRESS_BLOCKED,
        FailureReason.NAME_NOT_FOUND,
        FailureReason.CONNECTION_FAILED,
    }


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_blocked_address_is_named(server, host):
    found = await fetch(server.url("/feed", host), allow=())
    assert isinstance(found, Failed)
    assert found.reason is FailureReason.ADDRESS_BLOCKED
    assert "refused" in found.detail


async def test_a_redirect_into_a_closed_network_is_refused(server):
    server.respond("/secret", body=BODY)
    found = await fetch(
        server.respond("/feed", status=302, headers={"Location": "http://169.254.169.254/latest/meta-data"})
    )
    assert isinstance(found, Failed)
    assert (found.reason, "169.254.0.0/16" in found.detail) == (FailureReason.ADDRESS_BLOCKED, True)


async def test_no_cookie_is_kept(server):
    url = server.respond("/feed", body=BODY, headers={"Set-Cookie": "track=1"})
    async with fetching() as fetcher:
        await fetcher.fetch(url, NONE)
        await fetcher.fetch(url, NONE)
    assert "Cookie" not in server.requests[1].headers


async def test_credentials_in_an_address_are_not_told(server):
    url = server.respond("/feed", status=302, headers={"Location": "ftp://user:secret@x.example/?token=abc"})
    found = await fetch(url)
    assert "secret" not in str(found)
    assert "abc" not in str(found)


async def test_proxies_of_the_environment_are_not_used(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
    assert isinstance(await fetch(server.respond("/feed", body=BODY)), Fetched)


class Names:
    """Every name has this address, or none."""

    def __init__(self, address):
        self.address = address

    async def resolve(self, host, port=0, family=socket.AF_INET):
        if self.address is None:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [{"hostname": host, "host": self.address, "port": port, "family": family, "proto": 0, "flags": 0}]

    async def close(self):
        pass


@pytest.mark.parametrize("address", ["93.184.216.34", None])
async def test_a_proxy_is_asked_for_what_lies_outside_or_only_it_can_resolve(server, address):
    server.respond("/feed", body=BODY)
    found = await fetch(
        "http://paper.example/feed",
        allow=(),
        resolver=Names(address),
        proxy=f"http://me:secret@127.0.0.1:{server.port}",
    )
    assert isinstance(found, Fetched)
    assert server.requests[0].headers["Host"] == "paper.example"
    assert server.requests[0].headers["Proxy-Authorization"].startswith("Basic ")


@pytest.mark.parametrize("url", ["http://inside.example/feed", "https://inside.example/feed", "http://10.1.2.3/feed"])
async def test_a_proxy_is_never_asked_for_what_lies_inside(server, url):
    server.respond("/feed", body=BODY)
    found = await fetch(url, resolver=Names("10.1.2.3"), proxy=f"http://127.0.0.1:{server.port}")
    assert isinstance(found, Failed)
    assert (found.reason, server.requests) == (FailureReason.ADDRESS_BLOCKED, [])


async def test_a_redirect_behind_a_proxy_is_judged_like_the_first_address(server):
    server.respond("/feed", status=302, headers={"Location": "http://169.254.169.254/latest"})
    found = await fetch(
        "http://paper.example/feed", resolver=Names("93.184.216.34"), proxy=f"http://127.0.0.1:{server.port}"
    )
    assert (found.reason, len(server.requests)) == (FailureReason.ADDRESS_BLOCKED, 1)


@pytest.mark.parametrize("status", [403, 407])
async def test_https_is_asked_for_by_connect_and_a_refusal_is_the_proxys(status):
    asked = []

    async def refuse(reader, writer):
        asked.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0])
        writer.write(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as proxy:
        port = proxy.sockets[0].getsockname()[1]
        found = await fetch(
            "https://paper.example/feed", resolver=Names("93.184.216.34"), proxy=f"http://me:secret@127.0.0.1:{port}"
        )
    assert asked == [b"CONNECT paper.example:443 HTTP/1.1"]
    assert found.reason is FailureReason.PROXY_FAILED
    assert "secret" not in found.detail


async def test_a_proxy_that_is_away_is_named(unused_tcp_port_factory):
    found = await fetch(
        "http://paper.example/feed",
        resolver=Names("93.184.216.34"),
        proxy=f"http://127.0.0.1:{unused_tcp_port_factory()}",
    )
    assert (found.reason, found.detail) == (FailureReason.PROXY_FAILED, "the proxy cannot be reached")


async def test_a_form_is_posted_and_posted_again_where_the_hub_sends_it(server):
    seen = []

    async def elsewhere(_request):
        return web.Response(status=308, headers={"Location": "/hub"})

    async def hub(request):
        seen.append(dict(await request.post()))
        return web.Response(status=202)

    server.handlers |= {"/moved": elsewhere, "/hub": hub}
    async with fetching() as fetcher:
        assert await fetcher.post_form(server.url("/moved"), {"hub.mode": "subscribe"}) == 202
    assert seen == [{"hub.mode": "subscribe"}]


@pytest.mark.parametrize(
    ("first", "here", "is_secure"),
    [
        ("https://hub.example/", "https://other.example/", True),
        ("http://hub.example/", "https://hub.example/", True),
        ("http://hub.example/", "http://other.example/", True),
        ("https://hub.example/", "http://hub.example/", False),
        ("https://hub.example/", "ftp://hub.example/", False),
        ("ftp://hub.example/", "ftp://hub.example/", False),
    ],
)
def test_a_form_with_a_secret_never_leaves_https(first, here, is_secure):
    assert stays_secure(first, here) is is_secure


async def test_a_hub_is_guarded_and_bounded_like_a_feed(server):
    async def for_ever(_request):
        return web.Response(status=307, headers={"Location": "/round"})

    async def away(_request):
        return web.Response(status=307, headers={"Location": "http://10.0.0.1/hub"})

    server.handlers |= {"/round": for_ever, "/away": away}
    async with fetching() as fetcher:
        assert (await fetcher.post_form(server.url("/round"), {})).reason is FailureReason.BAD_REDIRECT
        assert (await fetcher.post_form(server.url("/away"), {})).reason is FailureReason.ADDRESS_BLOCKED
        assert (await fetcher.post_form("ftp://hub.example/", {})).reason is FailureReason.BAD_REDIRECT

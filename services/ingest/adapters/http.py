"""HTTP: one bounded, conditional fetch at a time. The only module that knows the HTTP client (and the transport under it).

The guard against internal networks sits where the socket is made, with the address that is about to be connected to: each
redirect hop and each of a name's addresses passes it, and no second look-up of the name can slip between. With a proxy the proxy
dials: the guard then judges every address that the target's name has here, and the proxy must refuse internal networks itself.
"""

import asyncio
import base64
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver
from httpx_aiohttp import AiohttpTransport

from services.ingest import http_hints, hub_links
from services.ingest.adapters.inflate import ACCEPTED, DamagedError, inflated, inflater
from services.ingest.adapters.names import LeavingResolver
from services.ingest.feed import Validators
from services.ingest.outcome import Answer, Failed, FailureReason, Fetched, Gone, NotModified
from shared.addresses import AddressPolicy, BlockedAddressError
from shared.clock import Clock

_ACCEPT = "application/rss+xml, application/atom+xml, application/rdf+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
_PERMANENT = frozenset({301, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REPEATED = frozenset({307, 308})


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchLimits:
    """Bounds of one fetch; ``total_seconds`` covers all hops, ``body_bytes`` counts after decompression."""

    connect_seconds: float
    read_seconds: float
    total_seconds: float
    body_bytes: int
    redirects: int
    connections: int
    connections_per_host: int


class HttpFetcher:
    """Fetches feeds while its context is open. Sends no cookies and reads no proxy or credentials from the environment."""

    def __init__(
        self,
        *,
        limits: FetchLimits,
        policy: AddressPolicy,
        user_agent: str,
        clock: Clock,
        resolver: AbstractResolver | None = None,
        proxy: str | None = None,
    ) -> None:
        self._limits = limits
        self._resolver = resolver or LeavingResolver()
        self._policy = policy
        self._proxy = _proxy_of(proxy) if proxy else None
        self._clock = clock
        named = {"User-Agent": user_agent, "Accept": _ACCEPT, "Accept-Encoding": ACCEPTED}
        self._headers = {name.encode(): value.encode() for name, value in named.items()}
        timeout = httpx.Timeout(limits.read_seconds, connect=limits.connect_seconds, pool=limits.total_seconds)
        self._extensions = {"timeout": timeout.as_dict()}
        self._transport: httpx.AsyncBaseTransport | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            limit=self._limits.connections,
            limit_per_host=self._limits.connections_per_host,
            keepalive_timeout=75,
            ttl_dns_cache=60,
            ssl=ssl.create_default_context(),
            resolver=self._resolver,
            socket_factory=self._guarded_socket,
        )
        session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)
        # The transport alone, without httpx's client: that keeps cookies, follows redirects and authenticates, which is not wanted
        # here, and takes as long as the request itself.
        self._transport = AiohttpTransport(client=session, proxy=self._proxy)
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._transport is not None:
            transport, self._transport = self._transport, None
            await transport.aclose()

    @asynccontextmanager
    async def _answer(
        self, method: str, url: str, conditions: Mapping[bytes, bytes], *, form: Mapping[str, str] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """One request, its body not read yet."""
        assert self._transport is not None, "the fetcher is not open"
        request = httpx.Request(
            method, url, headers={**self._headers, **conditions}, data=form, extensions=dict(self._extensions)
        )
        response = await self._transport.handle_async_request(request)
        try:
            yield response
        finally:
            await response.aclose()

    async def fetch(self, url: str, validators: Validators) -> Answer:
        """Return what ``url`` answered within the limits; whatever goes wrong on the other side is a value."""
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                return await self._follow(url, validators)
        except TimeoutError:
            return Failed(
                reason=FailureReason.TIMED_OUT, detail=f"not finished within {self._limits.total_seconds:g} s"
            )
        except (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError, ValueError) as error:
            return _failure(error)

    async def post_form(self, url: str, form: Mapping[str, str]) -> int | Failed:
        """Return the status that a posted form got, 307 and 308 followed (WebSub, section 5.1.2); a secret in it never leaves https."""
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                here = url
                for _ in range(self._limits.redirects + 1):
                    if not stays_secure(url, here):
                        return Failed(
                            reason=FailureReason.BAD_REDIRECT,
                            detail=f"redirected to {_public(here)}, which is not {urlsplit(url).scheme}",
                        )
                    if self._proxy is not None:
                        await self._check_behind_proxy(here)
                    async with self._answer("POST", here, {}, form=form) as response:
                        location = response.headers.get("location", "")
                        if response.status_code not in _REPEATED or not location:
                            return response.status_code
                        here = urljoin(here, location)
                return Failed(reason=FailureReason.BAD_REDIRECT, detail=f"more than {self._limits.redirects} redirects")
        except TimeoutError:
            return Failed(
                reason=FailureReason.TIMED_OUT, detail=f"not finished within {self._limits.total_seconds:g} s"
            )
        except (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError, ValueError) as error:
            return _failure(error)

    def _guarded_socket(self, address: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
        family, kind, protocol, _, where = address
        if self._proxy is None:  # with one, every connection goes to it, and the operator named it
            self._policy.check(str(where[0]))
        return socket.socket(family=family, type=kind, proto=protocol)

    async def _check_behind_proxy(self, url: str) -> None:
        """Refuse an internal target before the proxy is asked. What only the proxy can resolve, the proxy has to judge."""
        host = httpx.URL(url).host
        try:
            addresses = [str(ipaddress.ip_address(host))]
        except ValueError:
            try:
                found = await self._resolver.resolve(host, 0, socket.AF_UNSPEC)
            except OSError:
                return
            addresses = [one["host"] for one in found]
        for address in addresses:
            self._policy.check(address)

    async def _follow(self, url: str, validators: Validators) -> Answer:
        here, is_permanent = url, True
        for _ in range(self._limits.redirects + 1):
            if urlsplit(here).scheme not in {"http", "https"}:
                return Failed(
                    reason=FailureReason.BAD_REDIRECT, detail=f"redirected to {_public(here)}, which is not http"
                )
            if self._proxy is not None:
                await self._check_behind_proxy(here)
            answer = await self._request(here, validators, first=url, is_permanent=is_permanent)
            if not isinstance(answer, _Redirect):
                return answer
            is_permanent = is_permanent and answer.is_permanent
            here = urljoin(here, answer.location)
        return Failed(
            reason=FailureReason.BAD_REDIRECT,
            detail=f"more than {self._limits.redirects} redirects, the last to {_public(here)}",
        )

    async def _request(
        self, url: str, validators: Validators, *, first: str, is_permanent: bool
    ) -> "Answer | _Redirect":
        conditions: dict[bytes, bytes] = {}
        if validators.etag is not None:
            conditions[b"If-None-Match"] = validators.etag.encode("latin-1", "replace")
        if validators.last_modified is not None:
            conditions[b"If-Modified-Since"] = validators.last_modified.encode("latin-1", "replace")
        async with self._answer("GET", url, conditions) as response:
            status, headers = response.status_code, response.headers
            if status in _REDIRECTS:
                location = headers.get("location")
                if not location:
                    return Failed(
                        reason=FailureReason.BAD_REDIRECT,
                        detail=f"answered {status} without saying where to go",
                        status=status,
                    )
                return _Redirect(location=location, is_permanent=status in _PERMANENT)
            now = self._clock.now()
            fresh = http_hints.fresh_seconds(
                headers.get("cache-control"), headers.get("expires"), headers.get("date"), now
            )
            if status == 304 and conditions:
                return NotModified(fresh_seconds=fresh)
            if status != 200:
                return _refusal(
                    status, response.reason_phrase, http_hints.retry_after_seconds(headers.get("retry-after"), now)
                )
            body = await self._body(response)
            if isinstance(body, Failed):
                return body
            return Fetched(
                body=body,
                url=url,
                content_type=headers.get("content-type", ""),
                validators=Validators(
                    etag=_as_sent(headers, b"etag"),
                    last_modified=_as_sent(headers, b"last-modified"),
                    body_hash=sha256(body).hexdigest(),
                ),
                fresh_seconds=fresh,
                moved_to=url if url != first and is_permanent else None,
                hub=hub_links.in_headers(headers.get_list("link"), url) if "link" in headers else None,
            )

    async def _body(self, response: httpx.Response) -> bytes | Failed:
        limit = self._limits.body_bytes
        pieces: list[bytes] = []
        size = 0
        inflate = inflater(response.headers.get("content-encoding", ""))
        if inflate is None:
            return Failed(
                reason=FailureReason.BAD_COMPRESSION,
                detail=f"compressed with {response.headers.get('content-encoding')!r}, which was not asked for",
            )
        try:
            async for piece in inflated(response.aiter_raw(), inflate):
                size += len(piece)
                if size > limit:
                    return Failed(reason=FailureReason.TOO_LARGE, detail=f"the body exceeds {limit / 1_048_576:g} MiB")
                pieces.append(piece)
        except DamagedError as error:
            return Failed(reason=FailureReason.BAD_COMPRESSION, detail=f"the compressed body is damaged: {error}")
        if size and not inflate.eof:
            return Failed(reason=FailureReason.CUT_OFF, detail=f"the compressed body breaks off after {size} bytes")
        return b"".join(pieces)


def stays_secure(first: str, here: str) -> bool:
    """Whether a form that was meant for ``first`` may be posted to ``here``: over https only, if it was https that was to be asked."""
    scheme = urlsplit(here).scheme
    return scheme == "https" or (scheme == "http" and urlsplit(first).scheme == "http")


def _proxy_of(address: str) -> httpx.Proxy:
    """The proxy, its user and password as a header: the transport's own way is at its end in the library under it, which turns it into the right one."""
    url = httpx.URL(address)
    headers = {}
    if url.username:
        words = base64.b64encode(f"{url.username}:{url.password}".encode()).decode()
        headers["Authorization"] = f"Basic {words}"
    return httpx.Proxy(url.copy_with(username=None, password=None), headers=headers)


def _as_sent(headers: httpx.Headers, name: bytes) -> str | None:
    """A header's bytes as text, one character a byte: validators are repeated, never understood."""
    return next((value.decode("latin-1") for key, value in headers.raw if key.lower() == name), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Redirect:
    location: str
    is_permanent: bool


def _refusal(status: int, phrase: str, retry_after: float | None) -> Failed | Gone:
    said = f"answered {status} {phrase}".strip()
    if status == 410:
        return Gone(detail=f"{said}: the publisher has ended this feed")
    if status == 407:
        return Failed(reason=FailureReason.PROXY_FAILED, detail="the proxy wants another user or password")
    if status in {429, 503}:
        wait = f", asking to wait {retry_after:.0f} s" if retry_after is not None else ""
        return Failed(
            reason=FailureReason.THROTTLED, detail=said + wait, retry_after_seconds=retry_after, status=status
        )
    if 400 <= status < 500:
        return Failed(reason=FailureReason.CLIENT_ERROR, detail=said, status=status, retry_after_seconds=retry_after)
    if status >= 500:
        return Failed(reason=FailureReason.SERVER_ERROR, detail=said, status=status, retry_after_seconds=retry_after)
    return Failed(
        reason=FailureReason.UNEXPECTED_STATUS, detail=f"{said}, where 200 or 304 was expected", status=status
    )


def _failure(error: BaseException) -> Failed:
    """The sentence for what the client raised, found by walking to the cause that says most."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    for found in chain:
        if isinstance(found, BlockedAddressError):
            return Failed(reason=FailureReason.ADDRESS_BLOCKED, detail=str(found))
        if isinstance(found, aiohttp.ClientHttpProxyError):
            return Failed(
                reason=FailureReason.PROXY_FAILED, detail=f"the proxy answered {found.status} when asked for the host"
            )
        if isinstance(found, aiohttp.ClientProxyConnectionError):
            return Failed(reason=FailureReason.PROXY_FAILED, detail="the proxy cannot be reached")
        if isinstance(found, aiohttp.ClientConnectorDNSError | socket.gaierror):
            return Failed(reason=FailureReason.NAME_NOT_FOUND, detail="the host's name cannot be resolved")
        if isinstance(found, ssl.SSLError | ssl.CertificateError | aiohttp.ClientSSLError):
            return Failed(reason=FailureReason.TLS_FAILED, detail=f"TLS failed: {_reason_of(found)}")
        if isinstance(found, aiohttp.ClientPayloadError):
            return Failed(reason=FailureReason.CUT_OFF, detail="the body breaks off before its announced end")
    if any(
        isinstance(found, TimeoutError | httpx.TimeoutException) and not isinstance(found, httpx.ConnectTimeout)
        for found in chain
    ):
        return Failed(reason=FailureReason.TIMED_OUT, detail="silent for longer than the time limit")
    return Failed(reason=FailureReason.CONNECTION_FAILED, detail=f"the connection failed: {_reason_of(chain[-1])}")


def _reason_of(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:200]


def _public(url: str) -> str:
    """The address without user, password and query, for messages."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"[:200]

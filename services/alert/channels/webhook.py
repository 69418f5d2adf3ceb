"""Webhooks: Standard Webhooks headers and signature over the frozen body, through a guarded socket.

Only this module imports the HTTP client. It is aiohttp itself, not httpx over it: nothing of httpx is used here, and of what
a delivery costs the client would be the largest part. The guard looks at the address that is dialled, so that neither
a literal nor a name that resolves differently the second time can reach an internal service. With a proxy the proxy dials: the guard
then looks at what the receiver's name resolves to here, and the proxy must refuse internal networks itself.
"""

import asyncio
import socket
import ssl
from datetime import UTC, datetime
from hashlib import sha256
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
from standardwebhooks.webhooks import Webhook

from services.alert.delivery import (
    Outcome,
    Permanent,
    Reason,
    Retryable,
    outcome_of_status,
    parse_difference,
    parse_retry_after,
)
from services.alert.ledger import Claimed
from services.alert.watch import Endpoint, WebhookEndpoint
from services.alert.words import cleaned
from shared.addresses import AddressPolicy, BlockedAddressError
from shared.clock import Clock

_MAX_ANSWER_BYTES = 16_384
_SHOWN_ANSWER_BYTES = 200
USER_AGENT = "Tocsin-Alert/1 (+Standard-Webhooks)"


class WebhookChannel:
    """Sends webhooks while its context is open. Makes one attempt; a redirect is an answer like any other."""

    def __init__(
        self,
        *,
        policy: AddressPolicy,
        clock: Clock,
        timeout_seconds: float = 20.0,
        connect_seconds: float = 5.0,
        proxy: str | None = None,
        tells_trace: bool = False,
    ) -> None:
        self._policy = policy
        self._tells_trace = tells_trace
        self._proxy = proxy
        self._retired: frozenset[tuple[str, bytes]] = frozenset()
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_seconds, connect=connect_seconds)
        self._session: aiohttp.ClientSession | None = None
        self._signers: dict[str, Webhook] = {}

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            limit=0,  # the dispatcher bounds how much is in flight; a second limit here would let hanging endpoints block others
            limit_per_host=0,
            socket_factory=self._socket,
            ttl_dns_cache=10,
            keepalive_timeout=15,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            headers={"User-Agent": USER_AGENT},
        )
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, endpoint: Endpoint, delivery: Claimed) -> Outcome:
        """Make one attempt; every failure of the other side is a value."""
        assert isinstance(endpoint, WebhookEndpoint)
        assert self._session is not None
        headers = self.headers(endpoint, delivery.delivery_id, delivery.body) | {"Content-Type": delivery.content_type}
        if self._tells_trace and delivery.traceparent is not None:
            headers["traceparent"] = delivery.traceparent
        try:
            async with asyncio.timeout(self._timeout_seconds):
                if self._proxy is not None:
                    await self._check_behind_proxy(endpoint.url)
                return await self._post(self._session, endpoint.url, delivery.body, headers)
        except TimeoutError:
            return Retryable(reason=Reason.TIMEOUT, detail=f"no answer within {self._timeout_seconds:g} s")
        except aiohttp.InvalidURL:
            return Permanent(reason=Reason.CLIENT_ERROR, detail="the endpoint's URL cannot be used")
        except (aiohttp.ClientError, ssl.SSLError, OSError, ValueError) as error:
            return _failure(error)

    async def _post(self, session: aiohttp.ClientSession, url: str, body: bytes, headers: dict[str, str]) -> Outcome:
        async with session.post(url, data=body, headers=headers, allow_redirects=False, proxy=self._proxy) as response:
            answer = await response.content.read(_MAX_ANSWER_BYTES)
            if not response.content.at_eof():
                response.close()  # a receiver that goes on talking costs us a connection, not memory
            # The time that was signed, not the present one: the clock may have been set right since.
            signed_at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), tz=UTC)
            return outcome_of_status(
                response.status,
                retry_after=parse_retry_after(response.headers.get("Retry-After"), now=self._clock.now()),
                detail=_shown(answer),
                difference=parse_difference(response.headers.get("Date"), now=signed_at),
            )

    async def _check_behind_proxy(self, url: str) -> None:
        """Refuse an internal receiver before the proxy is asked. What only the proxy can resolve, the proxy has to judge."""
        parts = urlsplit(url)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, parts.port, type=socket.SOCK_STREAM)
        except OSError:
            return
        for _, _, _, _, address in found:
            self._policy.check(str(address[0]))

    def retire(self, secrets: frozenset[tuple[str, bytes]]) -> None:
        """Let these (endpoint, SHA-256 of the secret) sign no longer."""
        self._retired = secrets

    def headers(self, endpoint: WebhookEndpoint, message_id: str, body: bytes) -> dict[str, str]:
        """Return the Standard Webhooks headers; the endpoint's secrets sign, the current one first, unless they are retired."""
        now = self._clock.now()
        text = body.decode()
        current, *previous = endpoint.secrets
        signing = [
            current,
            *(one for one in previous if (endpoint.id, sha256(one.encode()).digest()) not in self._retired),
        ]
        signed = [self._signer(secret).sign(message_id, now, text) for secret in signing]
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signed),
        }

    def _signer(self, secret: str) -> Webhook:
        if secret not in self._signers:
            self._signers[secret] = Webhook(secret)
        return self._signers[secret]

    def _socket(self, info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, address = info
        if self._proxy is None:  # with one, every connection goes to it, and the operator named it
            self._policy.check(str(address[0]))
        made = socket.socket(family=family, type=kind, proto=protocol)
        made.setblocking(False)
        return made


def _failure(error: BaseException) -> Outcome:
    chain: list[BaseException] = []
    found: BaseException | None = error
    while found is not None and found not in chain:
        chain.append(found)
        found = found.__cause__ or found.__context__
    if any(isinstance(one, BlockedAddressError) for one in chain):
        return Permanent(reason=Reason.ADDRESS_REFUSED, detail="the address is not on the allow-list of networks")
    kinds: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Reason], ...] = (
        ((aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError), Reason.PROXY),
        (aiohttp.ClientConnectorDNSError, Reason.NAME),
        ((ssl.SSLError, aiohttp.ClientSSLError), Reason.TLS),
        ((aiohttp.ServerTimeoutError, TimeoutError), Reason.TIMEOUT),
        (aiohttp.ClientConnectorError, Reason.CONNECT),
    )
    reason = next((reason for kind, reason in kinds if isinstance(error, kind)), Reason.BROKEN_ANSWER)
    return Retryable(reason=reason, detail=type(error).__name__)


def _shown(answer: bytes) -> str:
    return cleaned(answer[:_SHOWN_ANSWER_BYTES].decode("utf-8", "replace"), limit=_SHOWN_ANSWER_BYTES)

"""Telegram, Slack, Signal, ntfy, SMS gateways and the like, through the library Apprise. Only this module imports it.

The library blocks and opens its own sockets, so each message runs in a thread that is held to the address policy, with a deadline.
It does not say why a service refused; what it logs may carry credentials, so none of it is kept.
"""

import asyncio
import logging
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

import apprise
import msgspec

from services.alert.delivery import Delivered, Outcome, Permanent, Reason, Retryable
from services.alert.ledger import Claimed
from services.alert.watch import AppriseEndpoint, Endpoint
from shared.addresses import AddressPolicy, BlockedAddressError
from shared.dialling import held_to

_NOT_SERVICES = frozenset({"dbus", "qt", "kde", "glib", "gio", "gnome", "macosx", "windows", "syslog"})
"""Schemas that talk to this machine's own desktop or log."""
_LOADING = threading.Lock()
_loaded: list[bool] = []
_SHORT_BELOW = 1000
"""A service that takes fewer characters than this gets the short form."""


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    headline: str = ""
    text: str = ""
    short: str = ""


class _Data(msgspec.Struct, frozen=True, kw_only=True):
    told: _Told = _Told()
    headline: str = ""
    text: str = ""


class _Body(msgspec.Struct, frozen=True, kw_only=True):
    """What of a webhook's body is words; notices about endpoints carry them one level higher."""

    data: _Data


class AppriseChannel:
    """Sends while its context is open. Makes one attempt; the dispatcher bounds how many at once."""

    def __init__(self, *, policy: AddressPolicy, timeout_seconds: float = 20.0, threads: int = 8) -> None:
        self._policy = policy
        self._timeout_seconds = timeout_seconds
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None
        logging.getLogger("apprise").disabled = True  # its lines may quote addresses with credentials

    async def __aenter__(self) -> Self:
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="apprise")
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    async def send(self, endpoint: Endpoint, delivery: Claimed) -> Outcome:
        """Make one attempt; every failure of the other side is a value."""
        assert isinstance(endpoint, AppriseEndpoint)
        assert self._pool is not None
        work = asyncio.get_running_loop().run_in_executor(self._pool, self._send, endpoint.url, delivery.body)
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await work
        except TimeoutError:
            return Retryable(reason=Reason.TIMEOUT, detail=f"no answer within {self._timeout_seconds:g} s")

    def _send(self, url: str, body: bytes) -> Outcome:
        _load()
        try:
            with held_to(self._policy):
                service = _service(url)
                if service is None:
                    return Permanent(
                        reason=Reason.CLIENT_ERROR, detail="Apprise does not understand the endpoint's url"
                    )
                title, text = words_for(body, most=int(service.body_maxlen), has_title=int(service.title_maxlen) > 0)
                is_taken = service.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT)
        except BlockedAddressError:
            return Permanent(reason=Reason.ADDRESS_REFUSED, detail="the address is not on the allow-list of networks")
        except Exception as error:  # noqa: BLE001  # the boundary of a library with 180 plugins; its text may carry credentials
            return Retryable(reason=Reason.SERVICE_REFUSED, detail=type(error).__name__)
        if not is_taken:
            return Retryable(reason=Reason.SERVICE_REFUSED, detail="the service did not take it")
        return Delivered()


def is_understood(url: str) -> bool:
    """Whether Apprise knows the service and the address has the parts that it needs; nothing is connected to."""
    _load()
    return _service(url) is not None


def _load() -> None:
    """Let the library find its plugins, once: it takes a second, and one of them warns of what it imports."""
    with _LOADING:
        if not _loaded:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                apprise.Apprise.instantiate("json://localhost")
            _loaded.append(True)


def words_for(body: bytes, *, most: int, has_title: bool) -> tuple[str, str]:
    """Return title and text for a service that takes at most ``most`` characters: the whole text where it fits, else the short form.

    The library cuts or splits what is too long; so it is never given that.
    """
    data = msgspec.json.decode(body, type=_Body).data
    headline, text = data.told.headline or data.headline, data.told.text or data.text
    short = data.told.short or headline
    if most < _SHORT_BELOW or len(headline) + len(text) > most:
        return "", short
    rest = text.removeprefix(headline).lstrip("\n") if has_title else text
    return (headline if has_title else "", rest)


def _service(url: str) -> "apprise.NotifyBase | None":
    if url.partition("://")[0].lower() in _NOT_SERVICES:
        return None
    asset = apprise.AppriseAsset(
        app_id="Tocsin", app_desc="Tocsin", app_url="", secure_logging=True, async_mode=False, plugin_paths=[],
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )  # fmt: skip
    found = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    return found if isinstance(found, apprise.NotifyBase) else None

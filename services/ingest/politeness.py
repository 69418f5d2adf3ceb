"""Turns at a host: so many polls at once, and a least time between their beginnings."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

_FORGET_FROM = 4_096


class NotYourTurnError(Exception):
    """The host's queue is longer than the caller may wait; ``seconds`` is when a turn is likely."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host} is busy for {seconds:.1f} s")
        self.host = host
        self.seconds = seconds


@dataclass(kw_only=True)
class _Host:
    slots: asyncio.Semaphore
    free_at: float = 0.0
    waiting: int = 0


class Politeness:
    """Paces polls by host. ``monotonic`` and ``sleep`` are handed in, so that tests need no time."""

    def __init__(
        self,
        *,
        connections: int,
        delay_seconds: float,
        longest_wait_seconds: float,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._connections = connections
        self._delay_seconds = delay_seconds
        self._longest_wait_seconds = longest_wait_seconds
        self._monotonic = monotonic
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[None]:
        """Hold one of the host's slots; raises ``NotYourTurnError`` at once when the wait would be too long."""
        name = host_of(url)
        host = self._host(name)
        wait = max(0.0, host.free_at - self._monotonic())
        if wait > self._longest_wait_seconds:
            raise NotYourTurnError(name, wait)
        host.free_at = max(host.free_at, self._monotonic()) + self._delay_seconds
        host.waiting += 1
        try:
            if wait > 0:
                await self._sleep(wait)
            try:
                async with asyncio.timeout(self._longest_wait_seconds):
                    await host.slots.acquire()
            except TimeoutError as error:
                raise NotYourTurnError(name, self._longest_wait_seconds) from error
            try:
                yield
            finally:
                host.slots.release()
        finally:
            host.waiting -= 1

    def hold(self, name: str, seconds: float) -> None:
        """Begin nothing on this host for so long: it asked for it."""
        host = self._host(name)
        host.free_at = max(host.free_at, self._monotonic() + seconds)

    async def pace(self, url: str) -> None:
        """Wait for the host's next beginning, for one who holds a slot of it already."""
        host = self._host(host_of(url))
        wait = max(0.0, host.free_at - self._monotonic())
        host.free_at = max(host.free_at, self._monotonic()) + self._delay_seconds
        if wait > 0:
            await self._sleep(wait)

    def _host(self, name: str) -> _Host:
        if len(self._hosts) >= _FORGET_FROM and name not in self._hosts:
            now = self._monotonic()
            self._hosts = {known: host for known, host in self._hosts.items() if host.waiting > 0 or host.free_at > now}
        return self._hosts.setdefault(name, _Host(slots=asyncio.Semaphore(self._connections)))


def host_of(url: str) -> str:
    """The host that a poll burdens."""
    return urlsplit(url).hostname or ""

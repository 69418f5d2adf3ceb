"""A webhook receiver that fails in twelve ways, below HTTP as well as in it.

The first requests of each message id meet the failure, then it is taken; what was signed and seen is kept. It speaks raw TCP,
for half of the failures are ones that no web framework would let through.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Self


class Failing(StrEnum):
    """How it fails."""

    REFUSES_CONNECTIONS = "refuses connections"
    CLOSES_AT_ONCE = "closes at once"
    RESETS_AFTER_REQUEST = "resets after the request"
    NEVER_ANSWERS = "never answers"
    STOPS_READING = "stops reading"
    ANSWERS_NO_HTTP = "answers no HTTP"
    CUTS_THE_HEAD = "cuts the head"
    CUTS_THE_BODY = "cuts the body"
    DRIPS = "drips"
    FLOODS = "floods"
    ERROR = "answers 500"
    THROTTLES = "answers 429"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """One request that was read to its end."""

    message_id: str
    body: bytes
    at: float


@dataclass(kw_only=True, slots=True)
class _State:
    seen: list[Seen] = field(default_factory=list)
    taken: list[Seen] = field(default_factory=list)
    attempts: Counter[str] = field(default_factory=Counter)
    connections: int = 0


class FailingReceiver:
    """Fails ``times`` for each message in one way, then takes it. Use it as an async context manager."""

    def __init__(self, how: Failing, *, times: int = 1) -> None:
        self._how = how
        self._times = times
        self._state = _State()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._closing = asyncio.Event()
        self.port = 0

    async def __aenter__(self) -> Self:
        await self._listen()
        if self._how is Failing.REFUSES_CONNECTIONS:
            await self._stop_listening()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        await self._stop_listening()

    @property
    def url(self) -> str:
        """Where it listens, or will."""
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def seen(self) -> tuple[Seen, ...]:
        """Every request that was read."""
        return tuple(self._state.seen)

    @property
    def taken(self) -> tuple[Seen, ...]:
        """Those it answered 204."""
        return tuple(self._state.taken)

    async def recover(self) -> None:
        """Listen again, for a receiver that refuses connections."""
        await self._listen()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=2**20)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in tuple(self._writers):
                writer.transport.abort()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self._state.connections += 1
        try:
            if self._how is Failing.CLOSES_AT_ONCE and self._state.connections <= self._times:
                return
            if self._how is Failing.STOPS_READING and self._state.connections <= self._times:
                await self._closing.wait()
                return
            while True:
                seen = await self._read(reader)
                self._state.attempts[seen.message_id] += 1
                is_over = self._how in (Failing.CLOSES_AT_ONCE, Failing.STOPS_READING, Failing.REFUSES_CONNECTIONS)
                if is_over or self._state.attempts[seen.message_id] > self._times:
                    self._state.taken.append(seen)
                    writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                    await writer.drain()
                    continue
                await self._fail(writer)
                return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Seen:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head.splitlines()[1:] if line)
        }
        body = await reader.readexactly(int(headers["content-length"]))
        seen = Seen(message_id=headers["webhook-id"], body=body, at=asyncio.get_running_loop().time())
        self._state.seen.append(seen)
        return seen

    async def _fail(self, writer: asyncio.StreamWriter) -> None:
        match self._how:
            case Failing.RESETS_AFTER_REQUEST:
                writer.transport.abort()
            case Failing.NEVER_ANSWERS:
                await self._closing.wait()
            case Failing.ANSWERS_NO_HTTP:
                writer.write(b"220 mail.example ESMTP\r\n")
            case Failing.CUTS_THE_HEAD:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-")
            case Failing.CUTS_THE_BODY:
                writer.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nten bytes.")
            case Failing.DRIPS:
                await self._drip(writer)
            case Failing.FLOODS:
                writer.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 50000000\r\n\r\n" + b"x" * 1_000_000)
            case Failing.THROTTLES:
                writer.write(
                    b"HTTP/1.1 429 Slow down\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )
            case _:
                writer.write(b"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\nConnection: close\r\n\r\noops")
        await writer.drain()

    async def _drip(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while not self._closing.is_set():
            writer.write(b"X-A: b\r\n")
            await writer.drain()
            try:
                await asyncio.wait_for(self._closing.wait(), 0.1)
            except TimeoutError:
                continue

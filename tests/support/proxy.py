"""A TCP proxy on loopback that lets through, delays, holds back or breaks: networks between the parts, for tests."""

import asyncio
import contextlib
from enum import StrEnum
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"


class Mode(StrEnum):
    """What happens to what passes."""

    OPEN = "open"
    SLOW = "slow"
    """Every piece waits a while."""
    HALF_OPEN = "half_open"
    """Connections stand and nothing passes: a cable that was pulled, a firewall that forgot."""
    RESET = "reset"
    """Connections are broken, new ones at once."""


class TcpProxy:
    """Listens on ``port`` and passes on to ``target`` on loopback, as ``mode`` says; use it as a context."""

    def __init__(self, target: int, *, delay_seconds: float = 0.3) -> None:
        self.target = target
        self.port = 0
        self._delay = delay_seconds
        self._mode = Mode.OPEN
        self._changed = asyncio.Event()
        self._connections: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self._mode = Mode.RESET
        self._changed.set()
        self._break()

    def become(self, mode: Mode) -> None:
        """Behave so from now on, for connections that stand too."""
        self._mode = mode
        self._changed.set()
        self._changed = asyncio.Event()
        if mode is Mode.RESET:
            self._break()

    def _break(self) -> None:
        for writer in tuple(self._connections):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._mode is Mode.RESET:
            writer.transport.abort()
            return
        try:
            inner_reader, inner_writer = await asyncio.open_connection(HOST, self.target)
        except OSError:
            writer.transport.abort()
            return
        ours = {writer, inner_writer}
        self._connections |= ours
        try:
            await asyncio.gather(self._copy(reader, inner_writer), self._copy(inner_reader, writer))
        finally:
            self._connections -= ours
            for one in ours:
                one.transport.abort()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                while self._mode is Mode.HALF_OPEN:
                    await self._changed.wait()
                if self._mode is Mode.SLOW:
                    await asyncio.sleep(self._delay)
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof()

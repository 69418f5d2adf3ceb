"""Parsing in processes of its own, so that the event loop never waits for it and a hostile feed costs at most one process."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from types import TracebackType
from typing import Self

import msgspec

from services.ingest.document import Document, Unreadable
from services.ingest.errors import ParserUnavailableError
from services.ingest.outcome import FailureReason
from services.ingest.parse_worker import LENGTH, Reply, Request
from services.ingest.robots import Permission
from shared.logging import logger

_RECYCLED_AFTER = 2_000


class ParsePool:
    """A fixed number of parsing processes, used in turn; one that is too slow or dies is replaced. Open it as a context."""

    def __init__(self, *, workers: int, timeout_seconds: float, memory_bytes: int, max_entries: int) -> None:
        self._workers = workers
        self._timeout_seconds = timeout_seconds
        self._memory_bytes = memory_bytes
        self._max_entries = max_entries
        self._free: asyncio.Queue[_Worker] = asyncio.Queue()
        self._all: list[_Worker] = []
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Reply)

    async def __aenter__(self) -> Self:
        for _ in range(self._workers):
            worker = _Worker(self._memory_bytes)
            self._all.append(worker)
            self._free.put_nowait(worker)
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await asyncio.gather(*(worker.stop() for worker in self._all))

    async def parse(self, body: bytes, *, content_type: str, url: str, language: str | None) -> Document | Unreadable:
        """Return the document, or why there is none; waits for a free process first, which the deadline does not count."""
        reply = await self._ask(
            Request(body=body, content_type=content_type, url=url, language=language, max_entries=self._max_entries)
        )
        found = reply.document or reply.unreadable
        assert found is not None
        return found

    async def extract(self, body: bytes, *, content_type: str, url: str, language: str | None) -> str | Unreadable:
        """Return the text of an article's page, or why there is none."""
        reply = await self._ask(
            Request(body=body, content_type=content_type, url=url, language=language, max_entries=0, task="article")
        )
        return reply.text if reply.text is not None else _refusal(reply)

    async def permission(self, robots: bytes, *, url: str, agent: str) -> Permission:
        """Return what a robots.txt says of ``url``; one that cannot be read in time permits nothing."""
        reply = await self._ask(
            Request(body=robots, content_type="", url=url, language=agent, max_entries=0, task="robots")
        )
        return reply.permission or Permission(is_allowed=False)

    async def _ask(self, asked: Request) -> Reply:
        request = self._encoder.encode(asked)
        worker = await self._free.get()
        try:
            async with asyncio.timeout(self._timeout_seconds):
                raw = await worker.ask(request)
        except TimeoutError:
            await worker.stop()
            return Reply(
                unreadable=Unreadable(
                    reason=FailureReason.PARSING_TOO_SLOW,
                    detail=f"parsing took longer than {self._timeout_seconds:g} s and was stopped",
                )
            )
        except (EOFError, ConnectionError):
            await worker.stop()
            return Reply(
                unreadable=Unreadable(
                    reason=FailureReason.PARSING_FAILED, detail="the parsing process ended, probably for want of memory"
                )
            )
        except BaseException:
            await worker.stop()  # a half-read answer must not become the next one's
            raise
        finally:
            self._free.put_nowait(worker)
        return self._decoder.decode(raw)


def _refusal(reply: Reply) -> Unreadable:
    assert reply.unreadable is not None
    return reply.unreadable


class _Worker:
    """One process, started when first needed."""

    def __init__(self, memory_bytes: int) -> None:
        self._memory_bytes = memory_bytes
        self._process: Process | None = None
        self._answers = 0

    async def ask(self, request: bytes) -> bytes:
        """Return the raw answer; raises ``EOFError`` or ``ConnectionError`` when the process ends meanwhile."""
        process = await self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(LENGTH.pack(len(request)) + request)
        await process.stdin.drain()
        size = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))[0]
        answer = await process.stdout.readexactly(size)
        self._answers += 1
        if self._answers >= _RECYCLED_AFTER:  # bounds whatever the parsing library leaks
            await self.stop()
        return answer

    async def stop(self) -> None:
        """End the process, if there is one."""
        process, self._process, self._answers = self._process, None, 0
        if process is None:
            return
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        await process.wait()
        transport = getattr(process, "_transport", None)
        if transport is not None:  # else its pipes are closed only by the garbage collector, which warns
            transport.close()

    async def _running(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            await self.stop()
            try:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "services.ingest.parse_worker",
                    str(self._memory_bytes),
                    stdin=PIPE,
                    stdout=PIPE,
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
                )
            except OSError as error:
                raise ParserUnavailableError(f"no parsing process can be started: {error}") from error
            logger().debug("parser.started", pid=self._process.pid)
        return self._process

"""Reading in processes of its own, so that the event loop never waits for it and a hanging read can be killed.

Reading is bounded by the size of its input, so the time limit is a backstop against faults and decides nothing else.
"""

import asyncio
import gc
import multiprocessing
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

from services.classify.errors import ReaderError
from services.classify.read.reader import Reader
from shared.events.item import Item
from shared.events.report import Report
from shared.logging import logger

_LOAD_SECONDS = 60.0
"""A reader loads in a second; a machine that is starting everything at once may be slow."""

_reader: Reader | None = None


def _load() -> None:
    global _reader  # noqa: PLW0603  # a worker process has exactly one reader, loaded once; the parent never calls this
    _reader = Reader.load()
    gc.collect()
    gc.freeze()  # the gazetteer stays to the end; walking through it for garbage would hold up an item now and then


def _is_loaded() -> bool:
    return _reader is not None


def _read(item: Item) -> Report:
    assert _reader is not None
    return _reader.read(item)


class ReadingPool:
    """Worker processes, each with a loaded reader. A worker that dies or hangs is replaced; only its item is affected.

    Use it as a context: entering returns when a worker has loaded its reader, and raises ``ReaderError`` when none can.
    """

    def __init__(self, *, workers: int, timeout_seconds: float) -> None:
        self._timeout_seconds = timeout_seconds
        self._pool = ProcessPool(
            max_workers=workers,
            max_tasks=0,
            initializer=_load,
            context=multiprocessing.get_context("spawn"),  # forking a process that runs threads can deadlock the child
        )

    async def read(self, item: Item) -> Report:
        """See ``ports.ItemReader.read``.

        Tries twice: a process that was suspended, or whose child was killed for memory, must not cost an innocent item.
        Raises ``ReaderError`` when it is the pool that fails, whatever the item.
        """
        try:
            return await self._once(item)
        except (TimeoutError, ChildProcessError) as error:
            logger().warning("reading.repeated", item_id=item.item_id, reason=str(error) or type(error).__name__)
            return await self._once(item)

    async def _once(self, item: Item) -> Report:
        try:
            future = self._pool.schedule(_read, args=[item], timeout=self._timeout_seconds)
        except RuntimeError as error:  # how the library says that its processes cannot be started any more
            raise ReaderError(f"reading processes cannot be started: {error}") from error
        try:
            report = await asyncio.wrap_future(future)
        except ProcessExpired as error:
            raise ChildProcessError(f"the reading process ended with status {error.exitcode}") from error
        except asyncio.CancelledError:
            if future.cancelled() and not self._pool.active:
                raise ReaderError("the reading processes ended and cannot be started again") from None
            raise
        assert isinstance(report, Report)
        return report

    async def __aenter__(self) -> Self:
        try:
            loaded = await asyncio.wrap_future(self._pool.schedule(_is_loaded, timeout=_LOAD_SECONDS))
        except (RuntimeError, TimeoutError, ProcessExpired, asyncio.CancelledError) as error:
            current = asyncio.current_task()
            if isinstance(error, asyncio.CancelledError) and current is not None and current.cancelling():
                raise
            raise ReaderError("no reading process could load its data; the log says why above") from error
        assert loaded
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]  # the library left this one out
        await asyncio.to_thread(self._pool.join)

"""One lane a stage: records wait here and are taken in batches, so that a batch costs one round trip to the broker."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Lane(Generic[T]):
    """Calls ``work`` with what is waiting, at most ``limit`` at once, one batch after the other in order of arrival.

    ``put`` waits while ``limit`` are queued. The first exception of ``work`` is told to ``failed`` and ends the lane: what
    comes after a record that could not be finished must not overtake it.
    """

    def __init__(
        self, *, work: Callable[[Sequence[T]], Awaitable[None]], limit: int, failed: Callable[[Exception], None]
    ) -> None:
        self._work = work
        self._limit = limit
        self._failed = failed
        self._waiting: asyncio.Queue[T] = asyncio.Queue(maxsize=limit)

    async def put(self, one: T) -> None:
        """Queue one."""
        await self._waiting.put(one)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < self._limit and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            try:
                await self._work(batch)
            except Exception as error:  # noqa: BLE001  # an exception that left the lane would be an acknowledgement
                self._failed(error)
                return

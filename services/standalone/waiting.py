"""Waiting for whichever of several things ends first."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TypeVar

T = TypeVar("T")


class StoppedAtStartError(Exception):
    """The user asked to stop before the start had ended; what had begun was undone."""


async def first_of(stopped: Awaitable[object], *works: Awaitable[None]) -> bool:
    """Wait for the first to end; false when it was ``stopped``. An exception of a work is raised; the others are cancelled."""
    stopping = asyncio.ensure_future(stopped)
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (stopping, *tasks):
            task.cancel()
        await asyncio.gather(stopping, *tasks, return_exceptions=True)
    for task in done - {stopping}:
        task.result()
    return stopping not in done


@asynccontextmanager
async def started_unless(stop: asyncio.Event, context: AbstractAsyncContextManager[T]) -> AsyncIterator[T]:
    """``async with context``, but entering is cancelled when ``stop`` is set; then raises ``StoppedAtStartError``."""
    entering = asyncio.ensure_future(context.__aenter__())
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({entering, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        if not entering.done():
            entering.cancel()
            await asyncio.wait({entering})
    if entering.cancelled():
        raise StoppedAtStartError
    entered = entering.result()
    async with AsyncExitStack() as leaving:
        leaving.push_async_exit(context)
        yield entered

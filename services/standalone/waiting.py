"""Waiting for whichever of several things ends first."""

import asyncio
from collections.abc import Awaitable


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

"""Waiting for something to become true, with a deadline."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], bool], *, seconds: float = 5.0, saw: Callable[[], object] = lambda: "") -> None:
    """Return once the condition holds; raises ``TimeoutError`` with what was last seen."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110  # what is waited for is a real system that signals nothing
                await asyncio.sleep(0.005)
    except TimeoutError as error:
        raise TimeoutError(f"not within {seconds:g} s; last seen: {saw()}") from error

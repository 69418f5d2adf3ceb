"""What is stopped while it starts is undone."""

import asyncio
from types import TracebackType
from typing import Self

import pytest

from services.standalone.waiting import StoppedAtStartError, started_unless


class Slow:
    """A stack that starts when ``go`` is set and remembers what became of it."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.begun = asyncio.Event()
        self.was_undone = False
        self.was_left = False

    async def __aenter__(self) -> Self:
        self.begun.set()
        try:
            await self.go.wait()
        except BaseException:
            self.was_undone = True
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.was_left = True


async def enter(stop: asyncio.Event, slow: Slow) -> None:
    async with started_unless(stop, slow) as entered:
        assert entered is slow
        assert not slow.was_left


async def test_a_stop_during_the_start_undoes_it_at_once() -> None:
    stop, slow = asyncio.Event(), Slow()
    entering = asyncio.ensure_future(enter(stop, slow))
    await slow.begun.wait()
    stop.set()
    with pytest.raises(StoppedAtStartError):
        await asyncio.wait_for(entering, 5)
    assert slow.was_undone
    assert not slow.was_left


async def test_a_start_that_ends_is_entered_and_left() -> None:
    stop, slow = asyncio.Event(), Slow()
    slow.go.set()
    await enter(stop, slow)
    assert slow.was_left


async def test_what_fails_inside_leaves_and_is_raised() -> None:
    stop, slow = asyncio.Event(), Slow()
    slow.go.set()
    with pytest.raises(ZeroDivisionError):
        async with started_unless(stop, slow):
            raise ZeroDivisionError
    assert slow.was_left

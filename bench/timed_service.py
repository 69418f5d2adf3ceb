"""Runs the ingest service on an event loop that notes its pauses: ``python -m bench.timed_service PAUSES_FILE``.

A pause is the time between two waits for events: while it lasts the loop hears of nothing. Each second's longest goes to the file
when the service ends, as ``[[second, [pause, of it on the processor]], …]``: on a busy machine the rest was spent waiting for a core.
"""

import asyncio
import json
import os
import selectors
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.ingest.__main__ import run


class NotingSelector(selectors.DefaultSelector):
    """Measures from the end of one wait to the beginning of the next."""

    def __init__(self, longest: dict[int, tuple[float, float]]) -> None:
        super().__init__()
        self._longest = longest
        self._woken, self._spent = time.perf_counter(), time.thread_time()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait, as the loop asks."""
        pause, second = time.perf_counter() - self._woken, int(time.time())
        if pause > self._longest.get(second, (0.0, 0.0))[0]:
            self._longest[second] = (pause, time.thread_time() - self._spent)
        found = super().select(timeout)
        self._woken, self._spent = time.perf_counter(), time.thread_time()
        return found


class NotingPolicy(asyncio.DefaultEventLoopPolicy):
    """Makes event loops with such a selector."""

    def __init__(self, longest: dict[int, tuple[float, float]]) -> None:
        super().__init__()
        self._selector_notes = longest

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        """A loop that notes its pauses."""
        return asyncio.SelectorEventLoop(NotingSelector(self._selector_notes))


def main(environment: Mapping[str, str]) -> int:
    """Run the service; write the pauses when it has ended."""
    longest: dict[int, tuple[float, float]] = {}
    policy: Any = NotingPolicy(longest)
    asyncio.set_event_loop_policy(policy)
    try:
        return run(environment)
    finally:
        Path(sys.argv[1]).write_text(json.dumps(sorted(longest.items())), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(os.environ))

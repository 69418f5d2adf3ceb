"""Lanes and liveness: batches in order, and a stall is told by the partition that stands still."""

import asyncio
from collections.abc import Sequence

from services.classify.lane import Lane
from services.classify.progress import Progress
from shared.kafka.lag import Position

A, B = ("items", 0), ("reports", 0)


def test_a_partition_that_stands_still_with_records_waiting_is_named() -> None:
    progress = Progress(stall_seconds=10)
    progress.observe(0, {A: Position(begin=0, committed=5, end=9), B: Position(begin=0, committed=5, end=9)})
    progress.observe(8, {A: Position(begin=0, committed=5, end=12), B: Position(begin=0, committed=7, end=12)})
    assert progress.stuck(9) is None
    told = progress.stuck(11)
    assert told is not None
    assert "items/0" in told


def test_a_partition_with_nothing_waiting_or_taken_away_is_not_stuck() -> None:
    progress = Progress(stall_seconds=10)
    progress.observe(0, {A: Position(begin=0, committed=9, end=9), B: Position(begin=0, committed=5, end=9)})
    progress.observe(5, {A: Position(begin=0, committed=9, end=9)})
    assert progress.stuck(1000) is None


async def test_a_lane_takes_what_waits_in_order_and_bounded() -> None:
    batches: list[Sequence[int]] = []
    free, all_done = asyncio.Event(), asyncio.Event()

    async def work(batch: Sequence[int]) -> None:
        await free.wait()
        batches.append(batch)
        if sum(map(len, batches)) == 7:
            all_done.set()

    lane = Lane(work=work, limit=3, failed=lambda _: None)
    running = asyncio.create_task(lane.run())
    putting = asyncio.create_task(_put_all(lane, 7))
    await asyncio.sleep(0)
    free.set()
    await asyncio.wait_for(all_done.wait(), 5)
    await putting
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [one for batch in batches for one in batch] == list(range(7))
    assert max(map(len, batches)) <= 3


async def _put_all(lane: Lane[int], count: int) -> None:
    for one in range(count):
        await lane.put(one)


async def test_nothing_overtakes_a_batch_that_failed() -> None:
    failures: list[Exception] = []
    seen: list[int] = []

    async def work(batch: Sequence[int]) -> None:
        seen.extend(batch)
        raise ValueError("no")

    lane = Lane(work=work, limit=1, failed=failures.append)
    await lane.put(1)
    running = asyncio.create_task(lane.run())
    await asyncio.wait_for(running, 5)
    await lane.put(2)
    assert seen == [1]
    assert len(failures) == 1

"""A pool whose connection never comes back must not hold up a process that wants to end."""

import asyncio

from structlog.testing import capture_logs

from shared.postgres.pool import close_pool


class Pool:
    """Closes at once, or never."""

    def __init__(self, *, hangs: bool) -> None:
        self.hangs, self.is_terminated = hangs, False

    async def close(self) -> None:
        if self.hangs:
            await asyncio.Event().wait()

    def terminate(self) -> None:
        self.is_terminated = True


async def test_a_pool_that_does_not_close_is_terminated():
    pool = Pool(hangs=True)
    with capture_logs() as lines:
        await close_pool(pool, seconds=0.01)
    assert pool.is_terminated
    assert [line["event"] for line in lines] == ["database.close_forced"]


async def test_a_pool_that_closes_is_left_alone():
    pool = Pool(hangs=False)
    await close_pool(pool)
    assert not pool.is_terminated

"""The faults of a run of linking: workers and the broker killed and suspended, the changelog refused and stalled, state deleted."""

import asyncio
import contextlib
import os
import random
import shutil
import signal
from collections import Counter
from collections.abc import AsyncIterator, Mapping

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from shared.kafka.connection import KafkaConnection
from shared.topics import LINK_CHANGELOG
from tests.support.link_world import World

REFUSING = {"max.message.bytes": "100"}
"""The broker answers each changelog record at once that it is too large."""
STALLING = {"min.insync.replicas": "2"}
"""The one broker waits for a second: producers try again until their own time is up."""


async def configure_changelog(connection: KafkaConnection, changes: Mapping[str, str]) -> None:
    """Give the changelog topic its declared settings with ``changes``; raises ``KafkaError`` or ``OSError`` when the broker does not answer, ``RuntimeError`` when it refuses."""
    client = AIOKafkaAdminClient(**connection.client_options())
    await client.start()
    try:
        name = connection.topic(LINK_CHANGELOG.name)
        config = {"min.insync.replicas": "1"} | LINK_CHANGELOG.config | dict(changes)
        answers = await client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs=config)])
        refused = [told for answer in answers for told in answer.resources if told[0] != 0]
        if refused:
            raise RuntimeError(f"the broker refused the settings: {refused}")
    finally:
        await client.close()


@contextlib.asynccontextmanager
async def changelog_with(connection: KafkaConnection, changes: Mapping[str, str]) -> AsyncIterator[None]:
    """The changelog topic under other settings for a while; a broker that does not answer is asked again, before and after."""
    await _configure(connection, changes)
    try:
        yield
    finally:
        await _configure(connection, {})


async def _configure(connection: KafkaConnection, changes: Mapping[str, str]) -> None:
    while True:
        try:
            return await configure_changelog(connection, changes)
        except (KafkaError, OSError):
            await asyncio.sleep(0.5)


class Chaos:
    """Breaks one thing after the other until told to end, by a seed; ``done`` says what it did.

    Faults are drawn from a bag without putting back, so that a long run has each in proportion and a short one leaves few out.
    """

    def __init__(
        self, made: World, *, seed: int, pause_seconds: tuple[float, float] = (2.0, 6.0), longest_seconds: float = 30.0
    ) -> None:
        self._world = made
        self._chance = random.Random(seed)
        self._pause = pause_seconds
        self._longest_seconds = longest_seconds
        self._acts = {
            "kill worker": (4, self._kill_worker),
            "suspend worker": (3, self._suspend_worker),
            "delete state": (2, self._delete_state),
            "kill broker": (1, self._kill_broker),
            "suspend broker": (1, self._suspend_broker),
            "refuse changelog": (1, self._refuse_changelog),
            "stall changelog": (1, self._stall_changelog),
        }
        self._bag = list(self._acts)  # first one of each
        self._chance.shuffle(self._bag)
        self._acting: asyncio.Task[None] | None = None
        self.done: list[str] = []
        self.kinds: Counter[str] = Counter()

    async def run(self) -> None:
        """Break things until cancelled; a fault that has begun is seen to its end by ``over``."""
        while True:
            await asyncio.sleep(self._chance.uniform(*self._pause))
            kind = self._draw()
            self._acting = asyncio.create_task(self._acts[kind][1]())
            self.kinds[kind] += 1
            await asyncio.shield(self._acting)

    async def over(self) -> None:
        """Return when the last fault has ended: what it suspended goes on, the broker is back."""
        if self._acting is not None:
            await self._acting

    @property
    def has_done_all(self) -> bool:
        """Whether each kind of fault was there."""
        return set(self.kinds) == set(self._acts)

    def _draw(self) -> str:
        if not self._bag:
            self._bag = [kind for kind, (times, _) in self._acts.items() for _ in range(times)]
            self._chance.shuffle(self._bag)
        return self._bag.pop()

    def _lasting(self, *seconds: float) -> float:
        return min(self._chance.choice(seconds), self._longest_seconds)

    async def _kill_worker(self) -> None:
        worker = self._chance.choice(self._world.workers)
        self.done.append(f"kill {worker.name}")
        worker.kill()  # not awaited: it is started again by others, and may never be seen ended

    async def _suspend_worker(self) -> None:
        worker = self._chance.choice(self._world.workers)
        # Above the session timeout of 15 s the group goes on without it, and it comes back as one that knows nothing of that.
        seconds = self._lasting(1.0, 3.0, 20.0)
        self.done.append(f"suspend {worker.name} for {seconds:g} s")
        await _suspended(worker.pid, seconds)

    async def _delete_state(self) -> None:
        worker = self._chance.choice(self._world.workers)
        self.done.append(f"kill {worker.name} and delete its state")
        self._world.resting.add(worker.name)
        worker.kill()
        await worker.wait()
        shutil.rmtree(self._world.data_dir(worker.name), ignore_errors=True)
        self._world.resting.discard(worker.name)

    async def _kill_broker(self) -> None:
        self.done.append("kill broker")
        child = self._world.broker.child
        assert child is not None
        child.kill()
        await child.wait()
        await self._world.broker.start()

    async def _suspend_broker(self) -> None:
        seconds = self._lasting(1.0, 4.0, 12.0)
        self.done.append(f"suspend broker for {seconds:g} s")
        child = self._world.broker.child
        assert child is not None
        await _suspended(child.pid, seconds)

    async def _refuse_changelog(self) -> None:
        await self._change_changelog("refuse", REFUSING)

    async def _stall_changelog(self) -> None:
        await self._change_changelog("stall", STALLING)

    async def _change_changelog(self, verb: str, changes: Mapping[str, str]) -> None:
        # The longest is beyond the workers' deadline for publishing: they end with nothing committed, and are started again.
        seconds = self._lasting(2.0, 6.0, 30.0)
        self.done.append(f"{verb} changelog for {seconds:g} s")
        async with changelog_with(self._world.connection, changes):
            await asyncio.sleep(seconds)


async def _suspended(pid: int | None, seconds: float) -> None:
    if pid is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            os.kill(pid, signal.SIGCONT)

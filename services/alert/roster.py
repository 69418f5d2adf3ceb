"""The watches and endpoints as they are in force now: those of the file, and those that people manage while we run.

Everybody in the process shares one index and one mapping of endpoints, which are changed in place: between two changes of
incidents, never within one. Other replicas notice by the version, within a few seconds.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from services.alert.errors import LedgerError
from services.alert.matching import WatchIndex
from services.alert.ports import PlaceBook
from services.alert.subscription import Entry, subscriptions_of
from services.alert.watch import Endpoint, Subscriptions
from shared.logging import logger


class Entries(Protocol):
    """Where managed watches and endpoints are kept."""

    async def version(self) -> int:
        """Grows with every change."""
        ...

    async def entries(self) -> Sequence[Entry]:
        """All."""
        ...


class Roster:
    """``index`` and ``endpoints`` stay the same objects for ever; ``refresh`` changes what they hold."""

    def __init__(self, of_file: Subscriptions, store: Entries, book: PlaceBook) -> None:
        self.of_file = of_file
        self._store = store
        self._book = book
        self._version = -1
        self.index = WatchIndex(of_file.watches)
        self.endpoints: dict[str, Endpoint] = {endpoint.id: endpoint for endpoint in of_file.endpoints}

    async def refresh(self) -> bool:
        """Take in what has changed; returns whether anything had. Raises ``LedgerError``."""
        version = await self._store.version()
        if version == self._version:
            return False
        subscriptions, unreadable = subscriptions_of(self.of_file, await self._store.entries(), self._book)
        for one in unreadable:
            logger().error(
                "subscription.not_understood", kind=one.entry.kind.value, id=one.entry.id, problems=list(one.problems)
            )
        endpoints = {endpoint.id: endpoint for endpoint in subscriptions.endpoints}
        self.index.become(WatchIndex(subscriptions.watches))
        for gone in [name for name in self.endpoints if name not in endpoints]:
            del self.endpoints[gone]
        self.endpoints.update(endpoints)
        self._version = version
        logger().info("subscriptions.taken_in", watches=len(subscriptions.watches), endpoints=len(endpoints))
        return True

    async def keep_fresh(self, *, every_seconds: float) -> None:
        """Refresh for ever; an unreachable database only delays it."""
        while True:
            await asyncio.sleep(every_seconds)
            try:
                await self.refresh()
            except LedgerError as error:
                logger().warning("subscriptions.not_read", reason=str(error))

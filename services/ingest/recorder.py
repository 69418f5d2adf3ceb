"""Stores finished polls and read pushes, all that are waiting in one transaction: at hundreds of polls a second the database works in batches."""

import asyncio

from services.ingest.errors import LedgerUnavailableError
from services.ingest.ports import Ledger
from services.ingest.work import PollRecord, PushRecord

_MOST_AT_ONCE = 500


class Recorder:
    """While one transaction runs, the next polls gather; nothing waits longer than the transaction before its own."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._waiting: list[tuple[PollRecord | PushRecord, asyncio.Future[frozenset[str]]]] = []
        self._has_work = asyncio.Event()

    async def record(self, record: PollRecord | PushRecord) -> frozenset[str]:
        """Return the event ids stored (of this and perhaps other polls) once the poll is stored; raises ``LedgerUnavailableError``."""
        done: asyncio.Future[frozenset[str]] = asyncio.get_running_loop().create_future()
        self._waiting.append((record, done))
        self._has_work.set()
        return await done

    async def run(self) -> None:
        """Store until cancelled."""
        while True:
            await self._has_work.wait()
            batch, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
            if not self._waiting:
                self._has_work.clear()
            try:
                stored = await self._ledger.finish([record for record, _ in batch])
            except LedgerUnavailableError as error:
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error)
            else:
                for _, done in batch:
                    if not done.done():
                        done.set_result(stored)

"""Stores finished polls and read pushes, all that are waiting in one transaction: at hundreds of polls a second the database works in batches."""

from collections.abc import Sequence

from services.ingest.gathering import Gathering
from services.ingest.ports import Ledger
from services.ingest.work import PollRecord, PushRecord

_MOST_AT_ONCE = 250
"""Polls, or items: more would take the event loop for longer than polls should wait."""


class Recorder:
    """While one transaction runs, the next polls gather; nothing waits longer than a moment and the transaction before its own."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._gathering: Gathering[PollRecord | PushRecord, frozenset[str]] = Gathering(
            self._store, weigh=lambda record: max(1, len(record.rows)), most=_MOST_AT_ONCE
        )

    async def record(self, record: PollRecord | PushRecord) -> frozenset[str]:
        """Return the event ids stored (of this and perhaps other polls) once the poll is stored; raises ``LedgerUnavailableError``."""
        return await self._gathering.ask(record)

    async def _store(self, records: Sequence[PollRecord | PushRecord]) -> Sequence[frozenset[str]]:
        stored = await self._ledger.finish(records)
        return [stored] * len(records)

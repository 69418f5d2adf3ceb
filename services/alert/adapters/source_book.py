"""The last word on each feed, read for the page."""

from collections.abc import Sequence

import asyncpg

from services.alert.adapters.postgres import database_errors
from shared.codec import DecodeError, decode
from shared.events.source import SourceHealth

_MOST = 2_000


class PostgresSourceBook:
    """``SourceBook`` over a pool; raises ``LedgerError``."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    async def sources(self) -> Sequence[SourceHealth]:
        """See the protocol."""
        with database_errors("reading sources"):
            rows = await self._pool.fetch("SELECT raw FROM tocsin_alert.sources ORDER BY slug LIMIT $1", _MOST)
        found = []
        for row in rows:
            try:
                found.append(decode(SourceHealth, row["raw"]))
            except DecodeError:
                continue  # of a newer release that was taken back; the feed's next word replaces it
        return found

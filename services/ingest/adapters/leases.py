"""Leases in PostgreSQL: which due feeds this replica polls next, each held by one poller at a time."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.ingest.adapters import rows as values
from services.ingest.feed import Feed, Lease

# Trusted feeds come first, half a minute a tier, so that none starves. What this replica may not poll is a short list; what it may would be
# thousands of names in every question.
_LEASE = f"""
    WITH due AS (
        SELECT slug FROM tocsin_ingest.feeds
        WHERE is_active AND retired_at IS NULL AND next_poll_at <= $1 AND slug <> ALL($2)
          AND (leased_until IS NULL OR leased_until < $1)
        ORDER BY next_poll_at + tier * interval '30 seconds'
        LIMIT $3
        FOR UPDATE SKIP LOCKED
    )
    UPDATE tocsin_ingest.feeds f SET leased_by = $4, leased_until = $5
    FROM (SELECT slug AS taken FROM due) AS due WHERE f.slug = due.taken
    RETURNING {values.STATE_COLUMNS}, leased_until
"""  # noqa: S608 - the columns are a constant of ours

# Asked when nothing more is due: what is due all the same is held by somebody until its lease ends.
_NEXT = """
    SELECT least(
        (SELECT min(next_poll_at) FROM tocsin_ingest.feeds
         WHERE is_active AND retired_at IS NULL AND next_poll_at > $1 AND slug <> ALL($2)),
        (SELECT min(leased_until) FROM tocsin_ingest.feeds
         WHERE is_active AND retired_at IS NULL AND next_poll_at <= $1 AND slug <> ALL($2))
    )
"""

_STRANGE = "SELECT slug FROM tocsin_ingest.feeds WHERE is_active AND slug <> ALL($1)"

_GIVE_BACK = """
    UPDATE tocsin_ingest.feeds SET leased_by = NULL, leased_until = NULL WHERE slug = ANY($1) AND leased_by = $2
"""


class Leases:
    """Takes leases under the name ``instance`` on the feeds that ``pollable`` lists; those of other replicas' lists are left to them."""

    def __init__(self, *, instance: str, lease_for: timedelta, pollable: Callable[[], Mapping[str, Feed]]) -> None:
        self._instance = instance
        self._lease_for = lease_for
        self._pollable = pollable
        self._strange: set[str] = set()

    async def learn(self, connection: Any) -> None:
        """Look which feeds are polled by others alone; to be called now and then, for replicas may know different feeds for a while."""
        found = await connection.fetch(_STRANGE, list(self._pollable()))
        self._strange = {row["slug"] for row in found}

    async def take(self, connection: Any, *, limit: int, now: datetime) -> Sequence[Lease]:
        """See ``ports.Ledger.lease``. A feed that came up since ``learn`` is given back at once."""
        found = await connection.fetch(_LEASE, now, list(self._strange), limit, self._instance, now + self._lease_for)
        feeds = self._pollable()
        strange = [row["slug"] for row in found if row["slug"] not in feeds]
        if strange:
            self._strange.update(strange)
            await connection.execute(_GIVE_BACK, strange, self._instance)
        return [values.lease_of(row, feeds[row["slug"]]) for row in found if row["slug"] in feeds]

    async def seconds_to_next(self, connection: Any, now: datetime) -> float | None:
        """See the port; asked when fewer were due than could be taken."""
        at = await connection.fetchval(_NEXT, now, list(self._strange))
        return None if at is None else max(0.0, float((at - now).total_seconds()))

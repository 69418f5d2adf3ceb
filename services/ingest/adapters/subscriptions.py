"""PostgreSQL for subscriptions and pushes; see ``subscriber.SubscriptionBook`` and ``pushes.PushBook``. Each method is one transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from services.ingest.adapters import rows as values
from services.ingest.adapters.hubs import new_credentials
from services.ingest.adapters.postgres import acquired, transaction
from services.ingest.feed import Feed, Push
from services.ingest.pushes import Delivery
from services.ingest.subscription import Subscription, SubscriptionState, moved_to

_HELD = timedelta(minutes=2)
_POLLS_GO_FIRST_AFTER = timedelta(seconds=30)
"""A hub that pushes without end cannot keep its feed from being polled for longer."""
_COLUMNS = "feed, hub, hubs, topic, token, secret, state, attempts, due_at, expires_at, last_error"
_IS_POLLED = (
    "EXISTS (SELECT 1 FROM tocsin_ingest.feeds f WHERE f.slug = s.feed AND f.is_active AND f.retired_at IS NULL)"
)
"""What the database says, not this replica's list: another one may have taken up a feed that this one is yet to hear of."""

_TAKE = f"""
    UPDATE tocsin_ingest.subscriptions SET due_at = $2, callback = $4
    WHERE feed IN (
        SELECT feed FROM tocsin_ingest.subscriptions s WHERE due_at <= $1 AND {_IS_POLLED}
        ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
    )
    RETURNING {_COLUMNS}
"""  # noqa: S608 - the columns are a constant of ours

_STATES = f"""
    SELECT CASE WHEN state = '{SubscriptionState.ACTIVE.value}' AND expires_at <= $1 THEN '{SubscriptionState.EXPIRED.value}'
                ELSE state END AS state, count(*) AS n
    FROM tocsin_ingest.subscriptions s WHERE {_IS_POLLED} GROUP BY 1
"""  # noqa: S608 - constants of ours

_MOVED = """
    UPDATE tocsin_ingest.subscriptions SET due_at = least(due_at, $1), attempts = 0 WHERE callback <> $2
"""

_KEEP = """
    UPDATE tocsin_ingest.subscriptions SET state = $3, attempts = $4, due_at = $5, expires_at = $6, last_error = $7
    WHERE feed = $1 AND token = $2 AND ($8::integer IS NULL OR attempts = $8)
"""

_MOVE = """
    UPDATE tocsin_ingest.subscriptions SET hub = $4, token = $5, secret = $6, state = $7, expires_at = NULL
    WHERE feed = $1 AND token = $2 AND attempts = $3
"""

_RECEIVE = """
    INSERT INTO tocsin_ingest.pushes (feed, content_type, body, received_at)
    SELECT $1, $2, $3::bytea, $4
    WHERE (SELECT count(*) FROM tocsin_ingest.pushes WHERE feed = $1) < $5
      AND (SELECT coalesce(sum(octet_length(body)), 0) FROM tocsin_ingest.pushes) + octet_length($3::bytea) <= $6
    RETURNING id
"""

_END = f"""
    UPDATE tocsin_ingest.subscriptions s
    SET state = '{SubscriptionState.WANTED.value}', attempts = 0, due_at = $2, expires_at = NULL
    WHERE token = $1 AND NOT {_IS_POLLED}
"""  # noqa: S608 - constants of ours

# One statement, so one view of what waits: a feed whose last push another replica has just forgotten is not leased for nothing.
_LEASE = f"""
    WITH free AS (
        SELECT slug FROM tocsin_ingest.feeds
        WHERE slug IN (SELECT feed FROM tocsin_ingest.pushes) AND slug = ANY($2) AND is_active AND retired_at IS NULL
          AND (leased_until IS NULL OR leased_until < $1) AND next_poll_at > $6
        ORDER BY (SELECT min(id) FROM tocsin_ingest.pushes WHERE feed = slug)
        LIMIT $3 FOR UPDATE SKIP LOCKED
    ), leased AS (
        UPDATE tocsin_ingest.feeds f SET leased_by = $4, leased_until = $5
        FROM (SELECT slug AS taken FROM free) AS free WHERE f.slug = free.taken
        RETURNING {values.STATE_COLUMNS}, leased_until
    )
    SELECT leased.*, p.id, p.content_type, p.body, p.received_at
    FROM leased CROSS JOIN LATERAL (
        SELECT * FROM tocsin_ingest.pushes WHERE feed = leased.slug ORDER BY id LIMIT 1
    ) AS p
"""  # noqa: S608 - the columns are a constant of ours


class PostgresSubscriptionBook:
    """See the ports. ``feeds`` gives the feeds listed now; ``instance`` is the name under which this replica holds leases.

    ``callback`` is the public address that hubs are told. ``most_bytes`` of pushes may wait, those of all feeds together: a hub with many feeds cannot fill the disk.
    """

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        *,
        feeds: Callable[[], Mapping[str, Feed]],
        instance: str,
        lease_for: timedelta,
        callback: str,
        most_bytes: int = 256 * 1_048_576,
    ) -> None:
        self._pool = pool
        self._feeds = feeds
        self._instance = instance
        self._lease_for = lease_for
        self._callback = callback
        self._most_bytes = most_bytes

    async def take(self, *, limit: int, now: datetime) -> Sequence[Subscription]:
        """See ``subscriber.SubscriptionBook``."""
        async with acquired(self._pool) as connection:
            found = await connection.fetch(_TAKE, now, now + _HELD, limit, self._callback)
        return [_subscription_of(row) for row in found]

    async def ask_moved(self, now: datetime) -> int:
        """Have hubs asked at once that were told another public address, where nobody hears them any more; return how many."""
        async with acquired(self._pool) as connection:
            status = await connection.execute(_MOVED, now, self._callback)
        return _count(status)

    async def keep(self, subscription: Subscription, *, if_attempts: int | None = None) -> None:
        """See ``subscriber.SubscriptionBook``."""
        async with acquired(self._pool) as connection:
            await connection.execute(
                _KEEP,
                subscription.feed,
                subscription.token,
                subscription.state.value,
                subscription.attempts,
                subscription.due_at,
                subscription.expires_at,
                subscription.last_error,
                if_attempts,
            )

    async def move(self, subscription: Subscription, hub: str) -> Subscription | None:
        """See ``subscriber.SubscriptionBook``."""
        token, secret = new_credentials(hub)
        moved = moved_to(subscription, hub, token=token, secret=secret)
        async with acquired(self._pool) as connection:
            status = await connection.execute(
                _MOVE, moved.feed, subscription.token, moved.attempts, hub, token, secret, moved.state.value
            )
        return moved if _count(status) else None

    async def states(self, now: datetime) -> Mapping[SubscriptionState, int]:
        """See ``subscriber.SubscriptionBook``."""
        async with acquired(self._pool) as connection:
            found = await connection.fetch(_STATES, now)
        counted = {row["state"]: row["n"] for row in found}
        return {state: counted.get(state.value, 0) for state in SubscriptionState}

    async def of_token(self, token: str) -> Subscription | None:
        """See ``callback.CallbackBook``."""
        async with acquired(self._pool) as connection:
            row = await connection.fetchrow(
                f"SELECT {_COLUMNS} FROM tocsin_ingest.subscriptions s WHERE token = $1 AND {_IS_POLLED}",  # noqa: S608 - constants of ours
                token,
            )
        return None if row is None else _subscription_of(row)

    async def end(self, token: str, now: datetime) -> None:
        """See ``callback.CallbackBook``."""
        async with acquired(self._pool) as connection:
            await connection.execute(_END, token, now)

    async def receive(self, feed: str, body: bytes, *, content_type: str, now: datetime, most: int) -> bool:
        """See ``callback.CallbackBook``."""
        async with transaction(self._pool) as connection:
            stored = await connection.fetchval(_RECEIVE, feed, content_type, body, now, most, self._most_bytes)
            if stored is not None:
                await _seen(connection, feed, now)
        return stored is not None

    async def take_pushes(self, *, limit: int, now: datetime) -> Sequence[Delivery]:
        """See ``pushes.PushBook``."""
        feeds = {slug: feed for slug, feed in self._feeds().items() if not feed.paused}
        async with acquired(self._pool) as connection:
            leased = await connection.fetch(
                _LEASE, now, list(feeds), limit, self._instance, now + self._lease_for, now - _POLLS_GO_FIRST_AFTER
            )
        return [_delivery(row, feeds[row["slug"]]) for row in leased]

    async def drop_old(self, before: datetime) -> int:
        """See ``pushes.PushBook``."""
        async with acquired(self._pool) as connection:
            status = await connection.execute("DELETE FROM tocsin_ingest.pushes WHERE received_at < $1", before)
        return _count(status)


def _count(status: str) -> int:
    return int(status.rpartition(" ")[2])


async def _seen(connection: Any, feed: str, now: datetime) -> None:
    await connection.execute("UPDATE tocsin_ingest.subscriptions SET last_push_at = $2 WHERE feed = $1", feed, now)


def _subscription_of(row: Mapping[str, Any]) -> Subscription:
    return Subscription(**{**dict(row), "state": SubscriptionState(row["state"]), "hubs": tuple(row["hubs"])})


def _delivery(row: Mapping[str, Any], feed: Feed) -> Delivery:
    return Delivery(
        lease=values.lease_of(row, feed),
        push=Push(
            push_id=row["id"], body=row["body"], content_type=row["content_type"], received_at=row["received_at"]
        ),
    )

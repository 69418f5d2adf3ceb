"""PostgreSQL for subscriptions and pushes; see ``subscriber.SubscriptionBook`` and ``pushes.PushBook``. Each method is one transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from services.ingest.adapters import rows as values
from services.ingest.adapters.postgres import acquired, transaction
from services.ingest.feed import Feed, Push, Schedule
from services.ingest.pushes import Delivery
from services.ingest.subscription import Subscription, SubscriptionState

_HELD = timedelta(minutes=2)
_WAKE_AFTER = timedelta(seconds=10)
"""A push that only wakes cannot make a feed be polled more often than this."""
_COLUMNS = "feed, hub, topic, token, secret, state, attempts, due_at, expires_at, last_error"

_TAKE = f"""
    UPDATE tocsin_ingest.subscriptions SET due_at = $2
    WHERE feed IN (
        SELECT feed FROM tocsin_ingest.subscriptions WHERE due_at <= $1 AND feed = ANY($3)
        ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED
    )
    RETURNING {_COLUMNS}
"""  # noqa: S608 - the columns are a constant of ours

_KEEP = """
    UPDATE tocsin_ingest.subscriptions SET state = $3, attempts = $4, due_at = $5, expires_at = $6, last_error = $7
    WHERE feed = $1 AND token = $2 AND ($8::integer IS NULL OR attempts = $8)
"""

_RECEIVE = """
    INSERT INTO tocsin_ingest.pushes (feed, content_type, body, received_at)
    SELECT $1, $2, $3, $4 WHERE (SELECT count(*) FROM tocsin_ingest.pushes WHERE feed = $1) < $5
    RETURNING id
"""

_LEASE = f"""
    WITH free AS (
        SELECT slug FROM tocsin_ingest.feeds
        WHERE slug IN (SELECT feed FROM tocsin_ingest.pushes) AND slug = ANY($2) AND is_active
          AND (leased_until IS NULL OR leased_until < $1)
        LIMIT $3 FOR UPDATE SKIP LOCKED
    )
    UPDATE tocsin_ingest.feeds f SET leased_by = $4, leased_until = $5
    FROM (SELECT slug AS taken FROM free) AS free WHERE f.slug = free.taken
    RETURNING {values.STATE_COLUMNS}, leased_until, next_poll_at, interval_seconds, interval_reason
"""  # noqa: S608 - the columns are a constant of ours

_OLDEST = """
    SELECT DISTINCT ON (feed) feed, id, content_type, body FROM tocsin_ingest.pushes WHERE feed = ANY($1) ORDER BY feed, id
"""

_WAKE = """
    UPDATE tocsin_ingest.feeds SET next_poll_at = least(next_poll_at, greatest($2, last_polled_at + $3))
    WHERE slug = $1 AND is_active AND retired_at IS NULL
"""


class PostgresSubscriptionBook:
    """See the ports. ``feeds`` gives the feeds listed now; ``instance`` is the name under which this replica holds leases."""

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        *,
        feeds: Callable[[], Mapping[str, Feed]],
        instance: str,
        lease_for: timedelta,
    ) -> None:
        self._pool = pool
        self._feeds = feeds
        self._instance = instance
        self._lease_for = lease_for

    async def take(self, *, limit: int, now: datetime) -> Sequence[Subscription]:
        """See ``subscriber.SubscriptionBook``."""
        async with acquired(self._pool) as connection:
            found = await connection.fetch(_TAKE, now, now + _HELD, self._listed(), limit)
        return [_subscription_of(row) for row in found]

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

    async def states(self) -> Mapping[SubscriptionState, int]:
        """See ``subscriber.SubscriptionBook``."""
        async with acquired(self._pool) as connection:
            found = await connection.fetch(
                "SELECT state, count(*) AS n FROM tocsin_ingest.subscriptions GROUP BY state"
            )
        counted = {row["state"]: row["n"] for row in found}
        return {state: counted.get(state.value, 0) for state in SubscriptionState}

    async def of_token(self, token: str) -> Subscription | None:
        """See ``callback.CallbackBook``."""
        async with acquired(self._pool) as connection:
            row = await connection.fetchrow(
                f"SELECT {_COLUMNS} FROM tocsin_ingest.subscriptions WHERE token = $1 AND feed = ANY($2)",  # noqa: S608 - a constant of ours
                token,
                self._listed(),
            )
        return None if row is None else _subscription_of(row)

    async def receive(self, feed: str, body: bytes, *, content_type: str, now: datetime, most: int) -> bool:
        """See ``callback.CallbackBook``."""
        async with transaction(self._pool) as connection:
            stored = await connection.fetchval(_RECEIVE, feed, content_type, body, now, most)
            if stored is not None:
                await _seen(connection, feed, now)
        return stored is not None

    async def wake(self, feed: str, now: datetime) -> None:
        """See ``callback.CallbackBook``."""
        async with transaction(self._pool) as connection:
            await connection.execute(_WAKE, feed, now, _WAKE_AFTER)
            await _seen(connection, feed, now)

    async def take_pushes(self, *, limit: int, now: datetime) -> Sequence[Delivery]:
        """See ``pushes.PushBook``."""
        feeds = self._feeds()
        async with transaction(self._pool) as connection:
            leased = await connection.fetch(_LEASE, now, self._listed(), limit, self._instance, now + self._lease_for)
            if not leased:
                return ()
            oldest = {row["feed"]: row for row in await connection.fetch(_OLDEST, [row["slug"] for row in leased])}
        return [_delivery(row, oldest[row["slug"]], feeds[row["slug"]]) for row in leased if row["slug"] in oldest]

    async def done(self, push: Push) -> None:
        """See ``pushes.PushBook``."""
        async with acquired(self._pool) as connection:
            await connection.execute("DELETE FROM tocsin_ingest.pushes WHERE id = $1", push.push_id)

    async def give_up(self, delivery: Delivery, *, now: datetime) -> None:
        """See ``pushes.PushBook``."""
        async with transaction(self._pool) as connection:
            await connection.execute("DELETE FROM tocsin_ingest.pushes WHERE id = $1", delivery.push.push_id)
            await connection.execute(
                "UPDATE tocsin_ingest.feeds SET leased_by = NULL, leased_until = NULL, next_poll_at = least(next_poll_at, $3) "
                "WHERE slug = $1 AND leased_by = $2",
                delivery.lease.feed.slug,
                self._instance,
                now,
            )

    async def drop_old(self, before: datetime) -> int:
        """See ``pushes.PushBook``."""
        async with acquired(self._pool) as connection:
            status = await connection.execute("DELETE FROM tocsin_ingest.pushes WHERE received_at < $1", before)
        return int(status.rpartition(" ")[2])

    def _listed(self) -> list[str]:
        return [slug for slug, feed in self._feeds().items() if not feed.paused]


async def _seen(connection: Any, feed: str, now: datetime) -> None:
    await connection.execute("UPDATE tocsin_ingest.subscriptions SET last_push_at = $2 WHERE feed = $1", feed, now)


def _subscription_of(row: Mapping[str, Any]) -> Subscription:
    return Subscription(**{**dict(row), "state": SubscriptionState(row["state"])})


def _delivery(leased: Mapping[str, Any], pushed: Mapping[str, Any], feed: Feed) -> Delivery:
    return Delivery(
        lease=values.lease_of(leased, feed),
        push=Push(push_id=pushed["id"], body=pushed["body"], content_type=pushed["content_type"]),
        planned=Schedule(
            next_poll_at=leased["next_poll_at"],
            interval_seconds=leased["interval_seconds"],
            interval_reason=leased["interval_reason"],
        ),
    )

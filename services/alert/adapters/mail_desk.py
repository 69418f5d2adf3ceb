"""What people asked of their mail, in PostgreSQL: left watches, confirmed addresses, reported errors, bounces."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import asyncpg

from services.alert.adapters.postgres import PostgresLedger, database_errors, disable
from services.alert.bounce import Bounce, Hardness
from services.alert.delivery import Reason
from services.alert.ledger import DeliveryStatus, NewDelivery
from services.alert.mail_desk import ErrorReport
from services.alert.mail_gate import MailRules

_MOST_REPORTS = 5
"""Of one mail: a link that was passed on must not fill the desk."""
_MAX_WORDS = 2000


class PostgresMailDesk:
    """``MailDesk`` over a pool; every method raises ``LedgerError`` when the database does not play."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", ledger: PostgresLedger) -> None:
        self._pool = pool
        self._ledger = ledger

    async def rules(self) -> MailRules:
        """What holds now."""
        with database_errors("reading what people asked of their mail"):
            left = await self._pool.fetch("SELECT endpoint_id, watch_id FROM tocsin_alert.unsubscribed")
            confirmed = await self._pool.fetch(
                "SELECT endpoint_id, address FROM tocsin_alert.mail_addresses WHERE confirmed_at IS NOT NULL"
            )
        watches: dict[str, set[str]] = defaultdict(set)
        for row in left:
            watches[row["endpoint_id"]].add(row["watch_id"])
        return MailRules(
            left={endpoint_id: frozenset(found) for endpoint_id, found in watches.items()},
            confirmed={row["endpoint_id"]: row["address"] for row in confirmed},
        )

    async def leave(self, endpoint_id: str, watch_id: str) -> None:
        """Send this endpoint nothing more of the watch (``*``: of any); asking twice changes nothing."""
        with database_errors("unsubscribing"):
            await self._pool.execute(
                "INSERT INTO tocsin_alert.unsubscribed (endpoint_id, watch_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                endpoint_id,
                watch_id,
            )

    async def return_to(self, endpoint_id: str, watch_id: str) -> None:
        """Take it back."""
        with database_errors("subscribing again"):
            await self._pool.execute(
                "DELETE FROM tocsin_alert.unsubscribed WHERE endpoint_id = $1 AND watch_id IN ($2, '*')",
                endpoint_id,
                watch_id,
            )

    async def ask(self, endpoint_id: str, address: str) -> datetime | None:
        """Note that the owner of an address is asked to confirm it; returns when, None where that was done before."""
        with database_errors("asking for a confirmation"):
            found: datetime | None = await self._pool.fetchval(
                """INSERT INTO tocsin_alert.mail_addresses AS m (endpoint_id, address, asked_at) VALUES ($1, $2, now())
                ON CONFLICT (endpoint_id) DO UPDATE
                SET address = excluded.address, asked_at = now(), confirmed_at = NULL, soft_bounces = 0, hard_bounces = 0
                WHERE m.address <> excluded.address OR m.asked_at IS NULL RETURNING asked_at""",
                endpoint_id,
                address,
            )
        return found

    async def keep(self, delivery: NewDelivery) -> None:
        """Write a mail of ours down to be sent."""
        async with self._ledger.transaction() as transaction:
            await transaction.write([], [delivery])

    async def unasked(self, endpoint_ids: Sequence[str]) -> dict[str, datetime]:
        """When owners were asked whose mail was never written down, because we were killed in between."""
        with database_errors("looking for confirmations that were not sent"):
            rows = await self._pool.fetch(
                """SELECT endpoint_id, asked_at FROM tocsin_alert.mail_addresses m
                WHERE endpoint_id = ANY($1::text[]) AND asked_at IS NOT NULL AND confirmed_at IS NULL AND NOT EXISTS (
                    SELECT 1 FROM tocsin_alert.deliveries d
                    WHERE d.endpoint_id = m.endpoint_id AND d.message = 'confirm_address' AND d.created_at >= m.asked_at)""",
                list(endpoint_ids),
            )
        return {row["endpoint_id"]: row["asked_at"] for row in rows}

    async def confirm(self, endpoint_id: str, address: str) -> bool:
        """The owner wants alerts; False when the endpoint has another address by now."""
        with database_errors("confirming an address"):
            done = await self._pool.fetchval(
                """UPDATE tocsin_alert.mail_addresses SET confirmed_at = COALESCE(confirmed_at, now())
                WHERE endpoint_id = $1 AND address = $2 RETURNING true""",
                endpoint_id,
                address,
            )
        return bool(done)

    async def report(self, delivery_id: str, endpoint_id: str, words: str) -> bool:
        """Keep what a reader says is wrong, for the desk; False when the mail is unknown or was reported often enough."""
        with database_errors("keeping a reported error"):
            done = await self._pool.fetchval(
                """INSERT INTO tocsin_alert.error_reports (delivery_id, incident_id, revision, endpoint_id, words)
                SELECT d.delivery_id, d.incident_id, d.revision, d.endpoint_id, $3 FROM tocsin_alert.deliveries d
                WHERE d.delivery_id = $1 AND d.endpoint_id = $2
                  AND (SELECT count(*) FROM tocsin_alert.error_reports r WHERE r.delivery_id = $1) < $4
                RETURNING true""",
                delivery_id,
                endpoint_id,
                words[:_MAX_WORDS].replace("\x00", ""),
                _MOST_REPORTS,
            )
        return bool(done)

    async def open_reports(self, *, limit: int = 200) -> Sequence[ErrorReport]:
        """What readers reported and nobody has dealt with, oldest first."""
        with database_errors("reading reported errors"):
            rows = await self._pool.fetch(
                """SELECT report_id, delivery_id, incident_id, revision, endpoint_id, words, created_at
                FROM tocsin_alert.error_reports WHERE closed_at IS NULL ORDER BY report_id LIMIT $1""",
                limit,
            )
        return [ErrorReport(**dict(row)) for row in rows]

    async def close_report(self, report_id: int, *, who: str) -> bool:
        """Somebody has dealt with it; False for an unknown or closed one."""
        with database_errors("closing a reported error"):
            done = await self._pool.fetchval(
                """UPDATE tocsin_alert.error_reports SET closed_at = now(), closed_by = $2
                WHERE report_id = $1 AND closed_at IS NULL RETURNING true""",
                report_id,
                who,
            )
        return bool(done)

    async def bounced(self, bounce: Bounce) -> str | None:
        """Count it; a hard one disables the address. Returns the endpoint, None for a delivery that is not ours."""
        is_hard = bounce.hardness is Hardness.HARD
        with database_errors("recording a bounce"):
            async with self._pool.acquire() as connection, connection.transaction():
                row = await connection.fetchrow(
                    "SELECT endpoint_id FROM tocsin_alert.deliveries WHERE delivery_id = $1 AND channel = 'email'",
                    bounce.delivery_id,
                )
                if row is None:
                    return None
                endpoint_id: str = row["endpoint_id"]
                await connection.execute(
                    """INSERT INTO tocsin_alert.mail_addresses AS m
                        (endpoint_id, address, soft_bounces, hard_bounces, last_bounce_at, last_bounce)
                    VALUES ($1, '', 1 - $2::int, $2::int, now(), $3)
                    ON CONFLICT (endpoint_id) DO UPDATE SET soft_bounces = m.soft_bounces + excluded.soft_bounces,
                        hard_bounces = m.hard_bounces + excluded.hard_bounces, last_bounce_at = now(), last_bounce = excluded.last_bounce""",
                    endpoint_id,
                    int(is_hard),
                    bounce.detail,
                )
                await connection.execute(
                    """INSERT INTO tocsin_alert.attempts (delivery_id, attempt, started_at, duration, outcome, reason, detail)
                    SELECT delivery_id, attempts, now(), '0'::interval, 'bounced', 'bounced', $2
                    FROM tocsin_alert.deliveries WHERE delivery_id = $1""",
                    bounce.delivery_id,
                    bounce.detail,
                )
                if is_hard:
                    await connection.execute(
                        """UPDATE tocsin_alert.deliveries SET status = $2, reason = 'bounced', delivered_at = NULL
                        WHERE delivery_id = $1 AND status = 'delivered'""",
                        bounce.delivery_id,
                        DeliveryStatus.DEAD.value,
                    )
                    await disable(connection, [endpoint_id], Reason.BOUNCED)
        return endpoint_id

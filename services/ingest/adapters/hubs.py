"""Hubs that feeds name, kept in PostgreSQL within the transaction of their polls: a new one is asked, one no longer named forgotten."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from services.ingest.adapters import rows as values
from services.ingest.subscription import SubscriptionState, carries_secret
from services.ingest.work import PollRecord

_TOKEN_BYTES = 32
_SECRET_BYTES = 32
"""As hexadecimal 64 bytes; a hub accepts fewer than 200."""

# What is asked for stays where it is as long as the feed names its hub, be it not the first one.
_WANT = f"""
    INSERT INTO tocsin_ingest.subscriptions AS s (feed, hub, hubs, topic, token, secret, state, due_at)
    SELECT feed, hub, hubs, topic, token, secret, '{SubscriptionState.WANTED.value}', $2
    FROM json_to_recordset($1::json) AS r(feed text, hub text, hubs text[], topic text, token text, secret text)
    ON CONFLICT (feed) DO UPDATE SET
        hub = excluded.hub, hubs = excluded.hubs, topic = excluded.topic, token = excluded.token, secret = excluded.secret,
        state = excluded.state,
        due_at = CASE WHEN s.state = excluded.state THEN s.due_at ELSE $2 + interval '10 minutes' END,
        attempts = 0, expires_at = NULL, last_error = NULL
    WHERE s.hub <> ALL(excluded.hubs) OR s.topic <> excluded.topic
"""  # noqa: S608 - a constant of ours. A feed that names another hub, or itself by another name, at each poll has one asked every 10 minutes

_NAMED = """
    UPDATE tocsin_ingest.subscriptions s SET hubs = r.hubs
    FROM json_to_recordset($1::json) AS r(feed text, hubs text[])
    WHERE s.feed = r.feed AND s.hubs <> r.hubs
"""

_FORGET = "DELETE FROM tocsin_ingest.subscriptions WHERE feed = ANY($1)"


def new_credentials(hub: str) -> tuple[str, str | None]:
    """Return a token that nobody can guess, and a secret if the hub may be told one."""
    return secrets.token_urlsafe(_TOKEN_BYTES), secrets.token_hex(_SECRET_BYTES) if carries_secret(hub) else None


async def keep_hubs(connection: Any, records: Iterable[PollRecord], now: datetime) -> None:
    """Store what these polls told of hubs; a hub that is there already keeps its token and secret."""
    told = {record.feed: record.hubs for record in records if record.hubs is not None}
    named = {feed: hubs[0] for feed, hubs in told.items() if hubs}
    if named:
        wanted = []
        for feed, links in named.items():
            token, secret = new_credentials(links.hub)
            hubs = [links.hub, *links.others]
            wanted.append(
                {"feed": feed, "hub": links.hub, "hubs": hubs, "topic": links.topic, "token": token, "secret": secret}
            )
        await connection.execute(_WANT, values.as_json(wanted), now)
        await connection.execute(_NAMED, values.as_json(wanted))
    silent = [feed for feed in told if feed not in named]
    if silent:
        await connection.execute(_FORGET, silent)

"""Secrets that all replicas share and nobody needs to know: drawn once, kept in PostgreSQL."""

import secrets

import asyncpg

from services.alert.adapters.postgres import database_errors

_BYTES = 32


async def secret_of(pool: "asyncpg.Pool[asyncpg.Record]", name: str) -> bytes:
    """Return the secret of this name, drawn when it is asked for first; raises ``LedgerError``."""
    with database_errors("reading a secret"):
        await pool.execute(
            "INSERT INTO tocsin_alert.secrets (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            name,
            secrets.token_bytes(_BYTES),
        )
        found: bytes = await pool.fetchval("SELECT value FROM tocsin_alert.secrets WHERE name = $1", name)
    return found

"""A connection pool that waits for the database at start, with a deadline, and says clearly what is wrong."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import asyncpg

from shared.logging import logger

DATABASE_FAULTS: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""What the driver raises when the database does not play: a connection that breaks in the middle has several shapes."""
_CLOSE_SECONDS = 5.0


class DatabaseUnavailableError(Exception):
    """The database did not answer within the deadline, or refuses us; the text names host and database, never the password."""


def described(dsn: str) -> str:
    """The address without credentials, for messages."""
    parts = urlsplit(dsn)
    return f"{parts.hostname or 'local socket'}:{parts.port or 5432}{parts.path}"


_WRONG_CREDENTIALS = (
    asyncpg.InvalidPasswordError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)


class _Connection(asyncpg.Connection):  # type: ignore[misc]  # the driver publishes no types
    """A connection that breaks for good when the driver has lost track of its conversation.

    A server that goes away between two messages can leave the driver's protocol in the middle of one. It then refuses everything, yet
    counts as open: given back to the pool, it would be handed out for ever, or never be given back at all.
    """

    async def execute(self, *args: Any, **kwargs: Any) -> Any:
        with _ending(self):
            return await super().execute(*args, **kwargs)

    async def _do_execute(self, *args: Any, **kwargs: Any) -> Any:
        with _ending(self):
            return await super()._do_execute(*args, **kwargs)


@contextmanager
def _ending(connection: _Connection) -> Iterator[None]:
    try:
        yield
    except asyncpg.InternalClientError:
        connection.terminate()
        raise


async def _nothing_to_reset(_connection: object) -> None:
    """Our work leaves no session state (PgBouncer would lose it anyway), so giving a connection back costs no round trip."""


async def open_pool(
    dsn: str, *, application: str, deadline_seconds: float, max_size: int = 10, command_timeout_seconds: float = 30.0
) -> "asyncpg.Pool[asyncpg.Record]":
    """Return a pool; raises ``DatabaseUnavailableError`` at once for wrong credentials, else when the deadline has passed.

    Prepared statements are not cached, so that PgBouncer in transaction mode works.
    """
    started = asyncio.get_running_loop().time()
    delay = 0.1
    while True:
        try:
            return await asyncpg.create_pool(
                dsn,
                min_size=1,
                max_size=max_size,
                command_timeout=command_timeout_seconds,
                timeout=10,
                statement_cache_size=0,
                reset=_nothing_to_reset,
                connection_class=_Connection,
                server_settings={"application_name": application},
            )
        except _WRONG_CREDENTIALS as error:
            raise DatabaseUnavailableError(f"PostgreSQL at {described(dsn)} refuses us: {error}") from error
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            if asyncio.get_running_loop().time() - started > deadline_seconds:
                raise DatabaseUnavailableError(
                    f"PostgreSQL at {described(dsn)} did not answer within {deadline_seconds:g} s: {error}"
                ) from error
            logger().warning("database.awaited", address=described(dsn), reason=str(error))
            await asyncio.sleep(delay)
            delay = min(delay * 2, 2.0)


async def close_pool(pool: "asyncpg.Pool[asyncpg.Record]", *, seconds: float = _CLOSE_SECONDS) -> None:
    """Close the pool, by force after ``seconds``: one connection that never came back would hold up the process's end for ever."""
    try:
        async with asyncio.timeout(seconds):
            await pool.close()
    except TimeoutError:
        logger().warning("database.close_forced", after_s=seconds)
        pool.terminate()

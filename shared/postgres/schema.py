"""Which schema a service needs, and whether the database has it. Light on purpose: services import this, not the migration library."""

from dataclasses import dataclass
from pathlib import Path

import asyncpg

VERSION_TABLE = "schema_version"


class SchemaError(Exception):
    """The database's schema is not the one that this code needs; the text says what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Schema:
    """A service's schema: its name in the database, the folder of its revisions, and the latest of them (``head``)."""

    name: str
    revisions: Path
    head: str


async def require(dsn: str, schema: Schema) -> None:
    """Raise ``SchemaError`` unless the database is at exactly this code's revision."""
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        found = await connection.fetchval(f'SELECT version_num FROM "{schema.name}".{VERSION_TABLE}')  # noqa: S608  # both are constants of the code
    except asyncpg.UndefinedTableError:
        found = None
    finally:
        await connection.close()
    if found != schema.head:
        raise SchemaError(
            f"schema {schema.name} is at revision {found or 'none'}, this code needs {schema.head}: run 'tocsin migrate' "
            "(or, if the database is newer, the newer release)"
        )

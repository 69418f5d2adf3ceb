"""Schema migrations with Alembic: each service owns one schema, a folder of revisions and a version table inside that schema."""

from pathlib import Path

import asyncpg
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.postgres.schema import VERSION_TABLE, Schema, SchemaError

_ENVIRONMENT = Path(__file__).parent / "alembic"


def _script(schema: Schema) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(_ENVIRONMENT))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(schema.revisions))
    return ScriptDirectory.from_config(config)


def _engine(dsn: str) -> AsyncEngine:
    # The driver itself takes the address: its TLS parameters (sslmode, sslrootcert) are not SQLAlchemy's.
    return create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn, timeout=30))


def _ensure_schema(connection: Connection, schema: Schema) -> None:
    """Create the schema where it is absent; an administrator may have made it for a role that may not (issue 8, overlay existing)."""
    known = text("SELECT 1 FROM pg_namespace WHERE nspname = :name")
    if connection.execute(known, {"name": schema.name}).scalar() is not None:
        return
    try:
        connection.execute(text(f'CREATE SCHEMA "{schema.name}"'))
    except ProgrammingError as error:
        raise SchemaError(
            f"schema {schema.name} does not exist and our role may not create it; an administrator of the database can: "
            f'CREATE SCHEMA {schema.name} AUTHORIZATION "<the role of TOCSIN_POSTGRES_DSN>"'
        ) from error


async def upgrade(dsn: str, schema: Schema) -> str:
    """Bring the schema to this code's revision and return it; raises ``SchemaError`` when the database is newer than the code, or when ``head`` is not the last of the revisions.

    Several processes may call this at once: an advisory lock makes them take turns.
    """
    script = _script(schema)
    head = script.get_current_head() or ""
    if head != schema.head:
        raise SchemaError(f"schema {schema.name} is declared at {schema.head}, but its last revision is {head}")

    def run(connection: Connection) -> None:
        connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"tocsin.migrate.{schema.name}"}
        )
        _ensure_schema(connection, schema)
        config = Config()
        context = EnvironmentContext(config, script)

        def steps(revision: tuple[str, ...], _context: MigrationContext) -> list[object]:
            known = {found.revision for found in script.walk_revisions()}
            unknown = [one for one in revision if one not in known]
            if unknown:
                raise SchemaError(
                    f"schema {schema.name} is at revision {unknown[0]}, newer than this code knows ({head}); run the newer release"
                )
            # Alembic's own commands use this method; there is no public form of it.
            return list(script._upgrade_revs(head, revision))  # type: ignore[arg-type]  # it takes the tuple it is handed here

        context.configure(
            connection=connection, version_table=VERSION_TABLE, version_table_schema=schema.name, fn=steps
        )
        context.run_migrations()

    engine = _engine(dsn)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()
    return head

"""What every command of ingest stands on: settings, the configured feeds, a database, and faults as sentences."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import click

from services.ingest.errors import FeedsFileError, LedgerUnavailableError
from services.ingest.feed import Feed
from services.ingest.feeds_file import load_feeds
from services.ingest.schema import SCHEMA
from services.ingest.settings import IngestSettings
from shared.kafka.errors import KafkaError
from shared.kafka.publisher import PublishError
from shared.logging import configure
from shared.postgres.pool import DatabaseUnavailableError, open_pool
from shared.postgres.schema import SchemaError, require
from shared.settings import SettingsError

T = TypeVar("T")
_WRONG = (
    DatabaseUnavailableError,
    FeedsFileError,
    KafkaError,
    LedgerUnavailableError,
    OSError,
    PublishError,
    SchemaError,
    SettingsError,
)


def settings_or_sentence() -> IngestSettings:
    """Return the settings of the environment; a wrong one ends the command with its sentence."""
    try:
        settings = IngestSettings.from_environment(os.environ)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    # Commands say themselves what went wrong, in one line; each attempt at a database is nothing that their user asked about.
    configure("ingest", level="error", log_format=settings.log_format)
    return settings


def configured() -> tuple[IngestSettings, tuple[Feed, ...]]:
    """Return the settings and the feeds of the file; a fault ends the command with its sentences."""
    settings = settings_or_sentence()
    try:
        return settings, load_feeds(settings.feeds_file)
    except FeedsFileError as error:
        raise click.ClickException("\n".join(error.problems)) from error


def run(work: Awaitable[T]) -> T:
    """Do the work; what goes wrong on our own side ends the command with a sentence."""

    async def awaited() -> T:
        return await work

    try:
        return asyncio.run(awaited())
    except _WRONG as error:
        raise click.ClickException(str(error)) from error


@asynccontextmanager
async def database(settings: IngestSettings, *, deadline_seconds: float = 5.0) -> AsyncIterator[Any]:
    """A pool on the service's database, its schema checked."""
    dsn = settings.postgres_dsn.get_secret_value()
    pool = await open_pool(dsn, application="tocsin-cli", deadline_seconds=deadline_seconds, max_size=2)
    try:
        await require(dsn, SCHEMA)
        yield pool
    finally:
        await pool.close()

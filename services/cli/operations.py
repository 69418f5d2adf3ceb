"""Commands of the operator: run a service, declare topics, migrate, look at dead letters, examine the installation."""

import asyncio
import importlib
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar

import click
from pydantic import Field

from shared.kafka.connection import KafkaConnection
from shared.kafka.dead_letter_reader import DeadLetter, NoSuchLetterError, list_letters, one_letter, replay_letters
from shared.kafka.errors import KafkaError
from shared.kafka.topics import TopicError, apply, missing
from shared.postgres.pool import DatabaseUnavailableError, described, open_pool
from shared.postgres.schema import Schema, SchemaError, require
from shared.settings import Settings, SettingsError
from shared.topics import ALL, INCIDENTS, ITEMS, REPORTS

SERVICES = ("ingest", "classify", "alert")
_SCHEMAS = {"ingest": "services.ingest.schema", "alert": "services.alert.schema"}
_TOPICS = {"items": ITEMS, "reports": REPORTS, "incidents": INCIDENTS}


class OperatorSettings(Settings):
    """What the operator's commands read from the environment, under ``TOCSIN_CLI_…`` or ``TOCSIN_…``."""

    service: ClassVar[str] = "cli"
    postgres_dsn: str | None = None
    """PostgreSQL, ``postgresql://user:password@host:port/database``."""
    replication_factor: int = Field(default=1, ge=1)
    """Copies of each topic; 3 in production."""


def settings_or_exit(environment: Mapping[str, str]) -> OperatorSettings:
    """Return the settings, or end with status 2 and the sentence that says what is wrong."""
    try:
        return OperatorSettings.from_environment(environment)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error


def _attempt(work: Awaitable[None]) -> None:
    async def run() -> None:
        await work

    try:
        asyncio.run(run())
    except (KafkaError, OSError, TopicError, SchemaError, DatabaseUnavailableError, NoSuchLetterError) as error:
        raise click.ClickException(str(error) or type(error).__name__) from error


@click.command()
@click.argument("service", type=click.Choice(SERVICES))
def run(service: str) -> None:
    """Run one SERVICE until it is told to stop; settings come from the environment."""
    module = importlib.import_module(f"services.{service}.__main__")
    start: Callable[[Mapping[str, str]], int] = module.run
    sys.exit(start(os.environ))


@click.group()
def topics() -> None:
    """The Kafka topics, as the code declares them."""


@topics.command("apply")
def topics_apply() -> None:
    """Create missing topics and set retention; never deletes and never changes a partition count."""
    settings = settings_or_exit(os.environ)

    async def work() -> None:
        done = await apply(KafkaConnection.from_settings(settings), ALL, replication_factor=settings.replication_factor)
        for name in done.created:
            click.echo(f"created  {name}")
        for name in done.kept:
            click.echo(f"kept     {name}")

    _attempt(work())


def schemas() -> dict[str, Schema]:
    """The schema of each service that has one."""
    return {service: importlib.import_module(module).SCHEMA for service, module in _SCHEMAS.items()}


@click.command()
def migrate() -> None:
    """Bring the database schemas to this release; run it before the new services start."""
    settings = settings_or_exit(os.environ)
    dsn = settings.postgres_dsn
    if dsn is None:
        raise click.UsageError("TOCSIN_POSTGRES_DSN is not set: postgresql://user:password@host:port/database")

    from shared.postgres.migrate import upgrade  # noqa: PLC0415  # the library takes a second to import; no other command needs it

    async def work() -> None:
        for service, schema in schemas().items():
            revision = await upgrade(dsn, schema)
            click.echo(f"{service:8} schema {schema.name} at revision {revision}")

    _attempt(work())


@click.group()
def dlq() -> None:
    """Messages that could not be decoded or processed, with their bytes and the reason."""


_topic_argument = click.argument("topic", type=click.Choice(list(_TOPICS)))


@dlq.command("list")
@_topic_argument
@click.option("--limit", default=50, show_default=True, help="Newest letters at most.")
def dlq_list(topic: str, limit: int) -> None:
    """List the dead letters of TOPIC: number, time, reason, source position, error."""
    connection = KafkaConnection.from_settings(settings_or_exit(os.environ))

    async def work() -> None:
        letters = await list_letters(connection, _TOPICS[topic])
        for letter in letters[-limit:]:
            click.echo(_line(letter))
        click.echo(f"{len(letters)} dead letters of {topic}", err=True)

    _attempt(work())


def _line(letter: DeadLetter) -> str:
    return f"{letter.number:>6}  {letter.at:%Y-%m-%d %H:%M:%S}Z  {letter.reason:18} {letter.source:28} {letter.error_type}: {letter.error}"


@dlq.command("show")
@_topic_argument
@click.argument("number", type=int)
def dlq_show(topic: str, number: int) -> None:
    """Show dead letter NUMBER of TOPIC: headers on standard error, the original bytes on standard output."""
    connection = KafkaConnection.from_settings(settings_or_exit(os.environ))

    async def work() -> None:
        letter = await one_letter(connection, _TOPICS[topic], number)
        for name, value in letter.received.headers:
            click.echo(f"{name}: {value.decode('utf-8', 'replace')}", err=True)
        sys.stdout.buffer.write(letter.received.value or b"")
        sys.stdout.buffer.flush()

    _attempt(work())


@dlq.command("replay")
@_topic_argument
@click.argument("numbers", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every dead letter of the topic.")
def dlq_replay(topic: str, numbers: tuple[int, ...], everything: bool) -> None:
    """Publish dead letters NUMBERS of TOPIC again where they came from. Handling twice is harmless: ids are derived."""
    if bool(numbers) == everything:
        raise click.UsageError("name the numbers to replay, or --all")
    connection = KafkaConnection.from_settings(settings_or_exit(os.environ))

    async def work() -> None:
        done = await replay_letters(connection, _TOPICS[topic], None if everything else numbers)
        click.echo(f"replayed {done} of {topic}")

    _attempt(work())


@click.command()
def doctor() -> None:
    """Say what is reachable, what is not, and what to do; exit status 1 when something is wrong."""
    settings = settings_or_exit(os.environ)
    wrong = asyncio.run(_examine(settings))
    sys.exit(1 if wrong else 0)


async def _examine(settings: OperatorSettings) -> int:
    problems = 0

    def tell(what: str, problem: str | None, remedy: str = "") -> None:
        nonlocal problems
        problems += problem is not None
        click.echo(f"{'ok  ' if problem is None else 'FAIL'}  {what}" + (f": {problem}. {remedy}" if problem else ""))

    connection = KafkaConnection.from_settings(settings)
    try:
        async with asyncio.timeout(10):
            absent = await missing(connection, ALL)
        tell(f"Kafka at {connection.bootstrap}", None)
        tell("topics", f"missing {', '.join(absent)}" if absent else None, "Run 'tocsin topics apply'.")
    except (KafkaError, OSError, TimeoutError) as error:
        tell(f"Kafka at {connection.bootstrap}", str(error) or "no answer", "Check TOCSIN_KAFKA_BOOTSTRAP.")
    if settings.postgres_dsn is None:
        tell("PostgreSQL", "TOCSIN_POSTGRES_DSN is not set", "Set it to postgresql://user:password@host:port/database.")
        return problems
    try:
        pool = await open_pool(settings.postgres_dsn, application="tocsin-doctor", deadline_seconds=5, max_size=1)
        await pool.close()
        tell(f"PostgreSQL at {described(settings.postgres_dsn)}", None)
    except DatabaseUnavailableError as error:
        tell("PostgreSQL", str(error), "Check TOCSIN_POSTGRES_DSN.")
        return problems
    for service, schema in schemas().items():
        try:
            await require(settings.postgres_dsn, schema)
            tell(f"schema of {service}", None)
        except SchemaError as error:
            tell(f"schema of {service}", str(error), "")
    return problems

"""``tocsin watches``; ``tocsin deliveries`` is in ``deliveries_cli``."""

import asyncio
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, TypeVar

import asyncpg
import click

from services.alert.adapters.desk import PostgresDesk
from services.alert.adapters.gazetteer import GazetteerBook
from services.alert.adapters.past import past_changes
from services.alert.adapters.postgres import PostgresLedger
from services.alert.adapters.subscriptions import PostgresSubscriptions
from services.alert.area import Area, Circle, CodedArea
from services.alert.compose import Composer, Sender
from services.alert.deliveries_cli import (
    Since,
    attempt_words,
    deliveries,
    row_words,
    settings_of_environment,
    with_pool,
)
from services.alert.ledger import DeliveryDetail, DeliveryStatus, StoredChange
from services.alert.manners_file import manners_words
from services.alert.matching import WatchIndex
from services.alert.payload import Times
from services.alert.rehearsal import PastChange, WouldGather, rehearse
from services.alert.routing import Message
from services.alert.subscription import subscriptions_of
from services.alert.trial import trial_notices, trial_state
from services.alert.watch import Subscriptions
from services.alert.watch_adding import add_to_database, add_to_file, key_value
from services.alert.watches_file import load
from services.alert.words import Telling, headline
from shared.codec import DecodeError, decode, encode
from shared.events.incident import IncidentChange
from shared.geo.gazetteer import Gazetteer
from shared.settings import SettingsError

T = TypeVar("T")
__all__ = ["Since", "deliveries", "watches"]
_DEFAULT_FILE = "config/watches.yaml"


_FILE_OPTION = click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path),
    envvar="TOCSIN_ALERT_WATCHES_FILE",
    default=_DEFAULT_FILE,
    show_default=True,
    help="The watches file.",
)


@click.group()
def watches() -> None:
    """Who watches what."""


_DATABASE_OPTION = click.option("--database", is_flag=True, help="Those kept in the database as well.")


@watches.command("list")
@_FILE_OPTION
@_DATABASE_OPTION
def list_watches(path: Path, *, database: bool) -> None:
    """Show every watch as it is understood; ends with 2 when the file is wrong."""
    subscriptions, book = _subscriptions(path)
    subscriptions = _with_kept(subscriptions, book) if database else subscriptions
    channels = {endpoint.id: endpoint.channel for endpoint in subscriptions.endpoints}
    for watch in subscriptions.watches:
        click.echo(f"{watch.id}: {watch.name}")
        click.echo(
            f"  where: {'; '.join(_area_words(area) for area in watch.areas)} ({watch.when_vague.value} when vague)"
        )
        tells = ", ".join(f"{name} ({channels[name]})" for name in watch.endpoints)
        click.echo(f"  tells: {tells or 'nobody: no endpoint is enabled'}")
        click.echo(f"  how: {manners_words(watch.manners)}")
    if not subscriptions.watches:
        click.echo(f"{path} has no enabled watch")


@watches.command("add")
@_FILE_OPTION
@click.option("--database", is_flag=True, help="Keep it in the database; the running service follows within seconds.")
@click.argument("watch_id", metavar="ID")
@click.option("--place", "places", multiple=True, help="A name in any language, or a code; may be repeated.")
@click.option("--to", "endpoints", multiple=True, help="An endpoint's name; may be repeated.")
@click.option("--name", help="How receivers see it.")
@click.option(
    "--set", "others", multiple=True, metavar="KEY=VALUE", help="Any other key of docs/alerts.md, its value as YAML."
)
def add_watch(
    *,
    path: Path,
    database: bool,
    watch_id: str,
    places: Sequence[str],
    endpoints: Sequence[str],
    name: str | None,
    others: Sequence[str],
) -> None:
    """Add a watch to the watches file, or to the database.

    A place that is not known is refused with the nearest names, an ambiguous one with all it may mean. The file keeps its
    comments; a service that reads it is told at its next start.
    """
    document: dict[str, object] = {"name": name} if name else {}
    document |= {"places": list(places)} if places else {}
    document |= {"endpoints": list(endpoints)}
    document |= dict(key_value(one) for one in others)
    if database:
        add_to_database(watch_id, document, *_subscriptions(path))
    else:
        add_to_file(path, watch_id, document, *_subscriptions(path, every_endpoint=True))
    click.echo(f"{watch_id} is added to {'the database' if database else path}")


@watches.command("test")
@_FILE_OPTION
@_DATABASE_OPTION
@click.option("--watch", "only", help="This watch only.")
@click.option(
    "--days", type=click.IntRange(1, 120), help="What the service has seen in so many past days, from its database."
)
@click.argument("changes", type=click.File("rb"), default="-")
def test_watches(*, path: Path, database: bool, only: str | None, days: int | None, changes: BinaryIO) -> None:
    """What would have been sent for CHANGES: incident changes as JSON lines, such as `tocsin backtest` prints; or with --days
    for what the running service has seen.

    Sends nothing; without --days it needs no server. Endpoints that are not enabled count as well, so that a watch can be
    tried before. Quiet hours, digests and limits count, holds and mutes do not.
    """
    subscriptions, book = _subscriptions(path, every_endpoint=True)
    subscriptions = _with_kept(subscriptions, book) if database else subscriptions
    watched = [watch for watch in subscriptions.watches if only in (None, watch.id)]
    if only is not None and not watched:
        where = "nor the database" if database else "and --database was not given"
        raise click.ClickException(f"{path} has no enabled watch {only}, {where}")
    past = _past(days) if days is not None else (PastChange(at=one.last_seen, state=one) for one in _changes(changes))
    endpoints = {name for watch in watched for name in watch.endpoints}
    count = 0
    for one in rehearse(past, WatchIndex(watched), endpoints):
        count += 1
        if isinstance(one, WouldGather):
            click.echo(
                f"{one.at:%Y-%m-%d %H:%M}  {one.endpoint_id}  {len(one.states)} together ({one.gathered_by.value})"
            )
            for state in one.states:
                click.echo(f"    {headline(state, Telling(message=Message.ALERT, language='en'), book)}")
            continue
        served = ", ".join(f"{watch_id} ({message.value})" for watch_id, message in one.served)
        click.echo(f"{one.at:%Y-%m-%d %H:%M}  {one.endpoint_id}  {served}")
        click.echo(f"    {headline(one.state, Telling(message=one.message, language='en'), book)}")
    click.echo(f"{count} deliveries", err=True)


@watches.command("send-test")
@_FILE_OPTION
@click.argument("watch_id", metavar="WATCH")
@click.option(
    "--wait", type=click.FloatRange(0, 600), default=30.0, show_default=True, help="Seconds to wait for answers."
)
def send_test(path: Path, watch_id: str, wait: float) -> None:
    """Send a test alert to every endpoint of WATCH, through the ledger and the running service, and say what each answered.

    It is marked as a test in every form and language, is about nothing that happened, and is in no list of incidents. Ends
    with 1 unless every endpoint took it.
    """
    subscriptions, book = _subscriptions(path)
    watch = next((one for one in subscriptions.watches if one.id == watch_id), None)
    if watch is None:
        known = ", ".join(one.id for one in subscriptions.watches) or "none"
        raise click.ClickException(f"{path} has no enabled watch {watch_id}; known are {known}")
    if not watch.endpoints:
        raise click.ClickException(f"no endpoint of {watch_id} is enabled")
    settings = settings_of_environment()
    composer = Composer(
        index=WatchIndex([watch]),
        names=book,
        sender=Sender(address=settings.mail_from, name=settings.mail_from_name),
    )
    state = trial_state(watch, now=datetime.now(tz=UTC))
    endpoints = {endpoint.id: endpoint for endpoint in subscriptions.endpoints}
    addressed = tuple((notice, endpoints[notice.endpoint_id]) for notice in trial_notices(watch))
    written = composer.deliveries(state, addressed, Times(created=state.last_seen))

    async def send(pool: "asyncpg.Pool[asyncpg.Record]") -> list[DeliveryDetail]:
        change = StoredChange(
            state=state, raw=encode(state), told={}, occurred_at=None, fetched_at=None, linked_at=None
        )
        async with PostgresLedger(pool, owner="send-test").transaction() as transaction:
            await transaction.held([state.incident_id])
            await transaction.write([change], written)
        return await _outcomes(PostgresDesk(pool), [one.delivery_id for one in written], wait)

    details = with_pool(send)
    for detail in details:
        click.echo(row_words(detail.row))
        for attempt in detail.attempts:
            click.echo(attempt_words(attempt))
    missing = [detail.row.endpoint_id for detail in details if detail.row.status is not DeliveryStatus.DELIVERED]
    if any(not detail.attempts and detail.row.status is DeliveryStatus.PENDING for detail in details):
        raise click.ClickException(
            f"nobody has tried within {wait:g} s: is the alert service running on this database?"
        )
    if missing:
        raise click.ClickException(f"did not arrive at {', '.join(missing)}")


async def _outcomes(desk: PostgresDesk, delivery_ids: Sequence[str], wait: float) -> list[DeliveryDetail]:
    """Return the deliveries once each was attempted, or as they stand when the time is up."""
    until = asyncio.get_running_loop().time() + wait
    while True:
        found = [detail for one in delivery_ids if (detail := await desk.delivery(one)) is not None]
        is_open = any(not detail.attempts and detail.row.status is DeliveryStatus.PENDING for detail in found)
        if not is_open or asyncio.get_running_loop().time() >= until:
            return found
        await asyncio.sleep(0.2)


def _with_kept(of_file: Subscriptions, book: GazetteerBook) -> Subscriptions:
    """The file's watches with those of the database; what is not understood there is said."""

    async def read(pool: "asyncpg.Pool[asyncpg.Record]") -> Subscriptions:
        found, unreadable = subscriptions_of(of_file, await PostgresSubscriptions(pool).entries(), book)
        for one in unreadable:
            click.echo(f"{one.entry.kind.value} {one.entry.id} is not understood: {'; '.join(one.problems)}", err=True)
        return found

    return with_pool(read)


def _past(days: int) -> Sequence[PastChange]:
    since = datetime.now(tz=UTC) - timedelta(days=days)
    return with_pool(lambda pool: past_changes(pool, since))


def _subscriptions(path: Path, *, every_endpoint: bool = False) -> tuple[Subscriptions, GazetteerBook]:
    book = _book()
    try:
        return load(path, os.environ, book, every_endpoint=every_endpoint), book
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


@lru_cache(maxsize=1)
def _book() -> GazetteerBook:
    return GazetteerBook(Gazetteer.load())


def _changes(lines: BinaryIO) -> Iterator[IncidentChange]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield decode(IncidentChange, line)
            except DecodeError as error:
                raise click.ClickException(f"line {number}: {error}") from error


def _area_words(area: Area) -> str:
    if isinstance(area, CodedArea):
        return area.code
    if isinstance(area, Circle):
        return f"{area.radius_km:g} km around {area.lat:.4f}, {area.lon:.4f}"
    return f"a polygon of {len(area.ring) - 1} corners"

"""``tocsin watches`` and ``tocsin deliveries``."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, TypeVar

import asyncpg
import click

from services.alert.adapters.desk import PostgresDesk
from services.alert.adapters.gazetteer import GazetteerBook
from services.alert.adapters.postgres import PostgresLedger
from services.alert.area import Area, Circle, CodedArea
from services.alert.compose import Composer, Sender
from services.alert.errors import LedgerError
from services.alert.ledger import AttemptRow, DeliveryDetail, DeliveryRow, DeliveryStatus, StoredChange
from services.alert.matching import WatchIndex
from services.alert.payload import Times
from services.alert.routing import Told, route
from services.alert.settings import AlertSettings
from services.alert.trial import trial_notices, trial_state
from services.alert.watch import Subscriptions
from services.alert.watches_file import load
from services.alert.words import Telling, headline
from shared.codec import DecodeError, decode, encode
from shared.events.incident import IncidentChange
from shared.geo.gazetteer import Gazetteer
from shared.postgres.pool import DatabaseUnavailableError, open_pool
from shared.settings import SettingsError

T = TypeVar("T")
_DEFAULT_FILE = "config/watches.yaml"


class Since(click.ParamType):
    """A time (2026-06-13T20:00, taken as UTC) or an age (90m, 36h, 7d)."""

    name = "TIME|AGE"
    _UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}  # noqa: RUF012  # never written to

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return an aware time."""
        if isinstance(value, datetime):
            return value
        text = str(value)
        if text[-1:] in self._UNITS and text[:-1].isdigit() and len(text) <= 6:
            return datetime.now(tz=UTC) - int(text[:-1]) * self._UNITS[text[-1]]
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            self.fail(
                f"{text!r} is neither a time such as 2026-06-13T20:00 nor an age such as 90m, 36h or 7d", param, ctx
            )
        return found if found.tzinfo else found.replace(tzinfo=UTC)


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


@watches.command("list")
@_FILE_OPTION
def list_watches(path: Path) -> None:
    """Show every watch as it is understood; ends with 2 when the file is wrong."""
    subscriptions = _subscriptions(path)[0]
    channels = {endpoint.id: endpoint.channel for endpoint in subscriptions.endpoints}
    for watch in subscriptions.watches:
        click.echo(f"{watch.id}: {watch.name}")
        click.echo(
            f"  where: {'; '.join(_area_words(area) for area in watch.areas)} ({watch.when_vague.value} when vague)"
        )
        tells = ", ".join(f"{name} ({channels[name]})" for name in watch.endpoints)
        click.echo(f"  tells: {tells or 'nobody: no endpoint is enabled'}")
    if not subscriptions.watches:
        click.echo(f"{path} has no enabled watch")


@watches.command("test")
@_FILE_OPTION
@click.argument("changes", type=click.File("rb"), default="-")
def test_watches(path: Path, changes: BinaryIO) -> None:
    """What would have been sent for CHANGES: incident changes as JSON lines, such as `tocsin backtest` prints.

    Sends nothing and needs no server. Endpoints that are not enabled count as well, so that a watch can be tried before.
    """
    subscriptions, book = _subscriptions(path, every_endpoint=True)
    index = WatchIndex(subscriptions.watches)
    told: dict[str, Told] = {}
    endpoints = {name for watch in subscriptions.watches for name in watch.endpoints}
    count = 0
    for state in _changes(changes):
        routed = route(state, index, told.get(state.incident_id, {}), endpoints=endpoints)
        told[state.incident_id] = routed.told
        for notice in routed.notices:
            count += 1
            telling = Telling(message=notice.message, language="en")
            served = ", ".join(f"{note.watch_id} ({note.message.value})" for note in notice.notes)
            click.echo(f"{state.last_seen:%Y-%m-%d %H:%M}  {notice.endpoint_id}  {served}")
            click.echo(f"    {headline(state, telling, book)}")
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
    settings = _settings()
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

    details = _with_pool(send)
    for detail in details:
        click.echo(_row_words(detail.row))
        for attempt in detail.attempts:
            click.echo(_attempt_words(attempt))
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


@click.group()
def deliveries() -> None:
    """What was sent, to whom, with which answer."""


@deliveries.command("list")
@click.option("--status", type=click.Choice([status.value for status in DeliveryStatus]))
@click.option("--endpoint", help="Only to this endpoint.")
@click.option("--incident", help="Only about this incident.")
@click.option("--since", type=Since(), help="Only those written down since.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def list_deliveries(
    status: str | None, endpoint: str | None, incident: str | None, since: datetime | None, limit: int
) -> None:
    """List deliveries, newest first; endpoints that were disabled come after them."""

    async def read(desk: PostgresDesk) -> None:
        rows = await desk.deliveries(
            status=DeliveryStatus(status) if status else None,
            endpoint_id=endpoint,
            incident_id=incident,
            since=since,
            limit=limit,
        )
        for row in rows:
            click.echo(_row_words(row))
        for disabled in await desk.disabled_endpoints():
            click.echo(
                f"endpoint {disabled.endpoint_id} is disabled since {disabled.disabled_at:%Y-%m-%d %H:%M} UTC ({disabled.reason}); "
                f"'tocsin deliveries replay --endpoint {disabled.endpoint_id}' enables it"
            )
        if not rows:
            click.echo("no delivery matches", err=True)

    _with_desk(read)


@deliveries.command("show")
@click.argument("delivery_id")
def show_delivery(delivery_id: str) -> None:
    """Show one delivery, its attempts and what is sent; ends with 1 for an unknown id."""

    async def read(desk: PostgresDesk) -> DeliveryDetail | None:
        return await desk.delivery(delivery_id)

    detail = _with_desk(read)
    if detail is None:
        raise click.ClickException(f"there is no delivery {delivery_id}")
    click.echo(_row_words(detail.row))
    for attempt in detail.attempts:
        click.echo(_attempt_words(attempt))
    click.echo("")
    click.echo(_body_words(detail))


@deliveries.command("replay")
@click.argument("delivery_id", required=False)
@click.option("--endpoint", help="All dead and expired ones to this endpoint; enables it.")
@click.option("--since", type=Since(), help="Only those written down since.")
@click.option("--delivered", is_flag=True, help="Those that arrived too, for a receiver that lost them.")
def replay_deliveries(
    delivery_id: str | None, endpoint: str | None, since: datetime | None, *, delivered: bool
) -> None:
    """Send again what was given up or has expired, under the same ids and with the same bytes."""
    if delivery_id is None and endpoint is None and since is None:
        raise click.UsageError("name a delivery, --endpoint or --since; everything at once is not offered")

    async def replay(desk: PostgresDesk) -> int:
        ids = await desk.replay(delivery_id=delivery_id, endpoint_id=endpoint, since=since, delivered=delivered)
        return len(ids)

    click.echo(f"{_with_desk(replay)} deliveries are due again")


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


def _settings() -> AlertSettings:
    try:
        return AlertSettings.from_environment(os.environ)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def _with_desk(work: Callable[[PostgresDesk], Awaitable[T]]) -> T:
    return _with_pool(lambda pool: work(PostgresDesk(pool)))


def _with_pool(work: Callable[["asyncpg.Pool[asyncpg.Record]"], Awaitable[T]]) -> T:
    dsn = _settings().postgres_dsn.get_secret_value()

    async def run() -> T:
        pool = await open_pool(dsn, application="tocsin-deliveries", deadline_seconds=5.0, max_size=2)
        try:
            return await work(pool)
        finally:
            await pool.close()

    try:
        return asyncio.run(run())
    except (DatabaseUnavailableError, LedgerError) as error:
        raise click.ClickException(str(error)) from error


def _area_words(area: Area) -> str:
    if isinstance(area, CodedArea):
        return area.code
    if isinstance(area, Circle):
        return f"{area.radius_km:g} km around {area.lat:.4f}, {area.lon:.4f}"
    return f"a polygon of {len(area.ring) - 1} corners"


def _row_words(row: DeliveryRow) -> str:
    when = f"{row.created_at:%Y-%m-%d %H:%M:%S}"
    reason = f" ({row.reason})" if row.reason else ""
    due = f", next at {row.next_attempt_at:%Y-%m-%d %H:%M:%S}" if row.next_attempt_at else ""
    return (
        f"{row.delivery_id}  {when}  {row.endpoint_id}  {row.message}  {row.incident_id} r{row.revision}  "
        f"{row.status.value}{reason} after {row.attempts} attempts{due}"
    )


def _attempt_words(attempt: AttemptRow) -> str:
    answer = " ".join(str(part) for part in (attempt.reason, attempt.http_status, attempt.detail) if part)
    return f"  attempt {attempt.attempt}  {attempt.started_at:%Y-%m-%d %H:%M:%S}  {attempt.outcome}  {answer}".rstrip()


def _body_words(detail: DeliveryDetail) -> str:
    if detail.content_type != "message/rfc822":
        return detail.body.decode("utf-8", "replace")
    message = message_from_bytes(detail.body, policy=default)
    text = message.get_body(preferencelist=("plain",))
    return f"To: {message['To']}\nSubject: {message['Subject']}\n\n{text.get_content() if text else ''}"

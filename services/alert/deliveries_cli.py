"""``tocsin deliveries``: what was sent, to whom, with which answer; sending again; bounces and reported errors."""

import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import TypeVar

import asyncpg
import click

from services.alert.adapters.desk import PostgresDesk
from services.alert.adapters.mail_desk import PostgresMailDesk
from services.alert.adapters.postgres import PostgresLedger
from services.alert.bounce import MAX_BYTES, read_bounce
from services.alert.errors import LedgerError
from services.alert.ledger import AttemptRow, DeliveryDetail, DeliveryRow, DeliveryStatus
from services.alert.settings import AlertSettings
from shared.postgres.pool import DatabaseUnavailableError, open_pool
from shared.settings import SettingsError

T = TypeVar("T")


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
            click.echo(row_words(row))
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
    click.echo(row_words(detail.row))
    for attempt in detail.attempts:
        click.echo(attempt_words(attempt))
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
    """Send again what was given up or has expired, under the same ids and with the same bytes; ends with 1 when there is nothing."""
    if delivery_id is None and endpoint is None and since is None:
        raise click.UsageError("name a delivery, --endpoint or --since; everything at once is not offered")

    async def replay(desk: PostgresDesk) -> int:
        ids = await desk.replay(delivery_id=delivery_id, endpoint_id=endpoint, since=since, delivered=delivered)
        if not ids and delivery_id is not None:
            raise click.ClickException(_why_not(delivery_id, await desk.delivery(delivery_id)))
        return len(ids)

    count = _with_desk(replay)
    if not count and endpoint is not None:
        click.echo(f"{endpoint} is enabled; nothing waits for it")
        return
    if not count:
        raise click.ClickException(
            "nothing to replay: no dead or expired delivery matches; 'tocsin deliveries list' shows what there is"
        )
    click.echo(f"{count} deliveries are due again")


@deliveries.command("bounce")
def take_bounce() -> None:
    """Read one bounced mail on standard input, as a mail server's pipe hands it over, and record what it says.

    A message that is no failure notice about a mail of ours is left alone, with status 0: a mail server would bounce the bounce.
    """
    bounce = read_bounce(sys.stdin.buffer.read(MAX_BYTES + 1))
    if bounce is None:
        click.echo("no failure notice about a mail of ours")
        return

    async def record(pool: "asyncpg.Pool[asyncpg.Record]") -> str | None:
        return await PostgresMailDesk(pool, PostgresLedger(pool, owner="bounce")).bounced(bounce)

    endpoint = with_pool(record)
    click.echo(
        f"{bounce.hardness.value} bounce of {bounce.delivery_id} to {endpoint}" if endpoint else "no delivery of ours"
    )


@deliveries.command("errors")
@click.option("--close", "close_id", type=int, metavar="ID", help="It was dealt with.")
def list_errors(close_id: int | None) -> None:
    """What readers reported as wrong by the link in a mail, oldest first; ends with 1 for an unknown ID to close."""

    async def work(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        desk = PostgresMailDesk(pool, PostgresLedger(pool, owner="errors"))
        if close_id is not None:
            if not await desk.close_report(close_id, who=getpass.getuser()):
                raise click.ClickException(f"there is no open report {close_id}")
            return
        reports = await desk.open_reports()
        for one in reports:
            click.echo(
                f"{one.report_id}  {one.created_at:%Y-%m-%d %H:%M}  {one.incident_id} r{one.revision}  {one.endpoint_id}  {one.delivery_id}"
            )
            click.echo("\n".join(f"    {line}" for line in one.words.splitlines()))
        if not reports:
            click.echo("nobody has reported an error", err=True)

    with_pool(work)


def _why_not(delivery_id: str, detail: DeliveryDetail | None) -> str:
    if detail is None:
        return f"there is no delivery {delivery_id}"
    if detail.row.status is DeliveryStatus.DELIVERED:
        return f"{delivery_id} was delivered; --delivered sends it again all the same"
    return f"{delivery_id} is {detail.row.status.value} already; there is nothing to replay"


def settings_of_environment() -> AlertSettings:
    """The alert service's settings; a wrong one ends the command with its sentence."""
    try:
        return AlertSettings.from_environment(os.environ)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def _with_desk(work: Callable[[PostgresDesk], Awaitable[T]]) -> T:
    return with_pool(lambda pool: work(PostgresDesk(pool)))


def with_pool(work: Callable[["asyncpg.Pool[asyncpg.Record]"], Awaitable[T]]) -> T:
    """Do some work with the database; one that does not play ends the command with a sentence."""
    dsn = settings_of_environment().postgres_dsn.get_secret_value()

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


def row_words(row: DeliveryRow) -> str:
    """One delivery as a line."""
    when = f"{row.created_at:%Y-%m-%d %H:%M:%S}"
    reason = f" ({row.reason})" if row.reason else ""
    due = f", next at {row.next_attempt_at:%Y-%m-%d %H:%M:%S}" if row.next_attempt_at else ""
    return (
        f"{row.delivery_id}  {when}  {row.endpoint_id}  {row.message}  {row.incident_id} r{row.revision}  "
        f"{row.status.value}{reason} after {row.attempts} attempts{due}"
    )


def attempt_words(attempt: AttemptRow) -> str:
    """One attempt as a line."""
    answer = " ".join(str(part) for part in (attempt.reason, attempt.http_status, attempt.detail) if part)
    return f"  attempt {attempt.attempt}  {attempt.started_at:%Y-%m-%d %H:%M:%S}  {attempt.outcome}  {answer}".rstrip()


def _body_words(detail: DeliveryDetail) -> str:
    if detail.content_type != "message/rfc822":
        return detail.body.decode("utf-8", "replace")
    message = message_from_bytes(detail.body, policy=default)
    text = message.get_body(preferencelist=("plain",))
    return f"To: {message['To']}\nSubject: {message['Subject']}\n\n{text.get_content() if text else ''}"

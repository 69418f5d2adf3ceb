"""``tocsin export``: incidents as a file."""

import asyncio
import os
from datetime import datetime

import click

from services.alert.adapters.export import PostgresExport
from services.alert.adapters.gazetteer import GazetteerBook
from services.alert.cli import Since
from services.alert.errors import LedgerError
from services.alert.export import Format, beginning, ending, piece
from services.alert.settings import AlertSettings
from shared.geo.gazetteer import Gazetteer
from shared.postgres.pool import DatabaseUnavailableError, open_pool
from shared.settings import SettingsError


@click.command()
@click.option(
    "--format",
    "wanted",
    type=click.Choice([one.value for one in Format]),
    default=Format.CSV.value,
    show_default=True,
    help="csv; hxl: the same with HXL hashtags; acled: ACLED's columns; geojson (RFC 7946). docs/api.md explains the columns.",
)
@click.option("--since", type=Since(), help="Only incidents with a report since.")
@click.option("--as-of", type=Since(), help="As they were known then: equal to a backtest of the news up to that time.")
def export(wanted: str, since: datetime | None, as_of: datetime | None) -> None:
    """Write incidents to standard output, those that no longer stand marked as such. Ends with 1 when the database does not answer."""
    try:
        asyncio.run(_write(Format(wanted), since, as_of))
    except (SettingsError, DatabaseUnavailableError, LedgerError) as error:
        raise click.ClickException(str(error)) from error


async def _write(wanted: Format, since: datetime | None, as_of: datetime | None) -> None:
    dsn = AlertSettings.from_environment(os.environ).postgres_dsn.get_secret_value()
    pool = await open_pool(dsn, application="tocsin-export", deadline_seconds=5.0, max_size=1)
    into = click.get_binary_stream("stdout")
    names = GazetteerBook(Gazetteer.load())
    count = 0
    try:
        into.write(beginning(wanted))
        async for page in PostgresExport(pool).pages(since=since, as_of=as_of):
            for exported in page:
                into.write(piece(exported, wanted, names, is_first=count == 0))
                count += 1
        into.write(ending(wanted))
        into.flush()
    finally:
        await pool.close()
    click.echo(f"{count} incidents", err=True)

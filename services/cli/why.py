"""``tocsin why``: fetched when, read as what, linked to what, and why each watch was told or not."""

import asyncio
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import click

from services.alert.adapters.desk import PostgresDesk
from services.alert.adapters.gazetteer import GazetteerBook
from services.alert.errors import LedgerError
from services.alert.ledger import DeliveryRow
from services.alert.matching import WatchIndex
from services.alert.reasons import Judge
from services.alert.watches_file import load
from services.classify.items import InputError, item_of_line
from services.classify.read.reader import Reader
from services.cli.operations import OperatorSettings
from services.cli.why_trail import Fetched, Trail, as_object, caused_by, followed, in_one_line, in_words, judged
from services.ingest.adapters.archive import KeptItem, PostgresArchive
from services.ingest.errors import LedgerUnavailableError
from shared.codec import decode
from shared.events.incident import IncidentChange
from shared.events.item import Item
from shared.events.report import Report
from shared.geo.gazetteer import Gazetteer
from shared.postgres.pool import DatabaseUnavailableError, open_pool
from shared.settings import SettingsError

_MOST_DELIVERIES = 1000


@click.command()
@click.argument("subject", metavar="URL|ITEM|INCIDENT", required=False)
@click.option("--watch", "watch_id", help="Only this watch; all of the file without it.")
@click.option(
    "--watches",
    "watches_file",
    type=click.Path(path_type=Path),
    envvar="TOCSIN_ALERT_WATCHES_FILE",
    default="config/watches.yaml",
    show_default=True,
    help="The watches.",
)
@click.option(
    "--items",
    type=click.File("rb"),
    help="Follow the items of this file (JSON lines, - for standard input) instead of the running system's.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object an item.")
def why(subject: str | None, watch_id: str | None, watches_file: Path, items: BinaryIO | None, as_json: bool) -> None:
    """Say where an item went and why: fetched, read, linked, matched, sent or not.

    With --items and without a subject: one line for every item of the file, with a reason for every watch. The reasons are a
    closed list (docs/alerts.md). Exit status 1 when nothing is known of the subject.
    """
    if subject is None and items is None:
        raise click.UsageError("name an address, an item or an incident, or give --items")
    index = _index(watches_file)
    watch_ids = _watches(index, watch_id)
    trails = (
        [trail for trail in followed(_reports(items), Judge(index)) if subject is None or _is_about(trail, subject)]
        if items is not None
        else _known(subject or "", index)
    )
    if not trails:
        raise click.ClickException(f"nothing is known of {subject!r}: it was not fetched, or is no longer kept")
    for trail in trails:
        if as_json:
            click.echo(json.dumps(as_object(trail, watch_ids), ensure_ascii=False))
        elif subject is None:
            click.echo(in_one_line(trail, watch_ids))
        else:
            for line in in_words(trail, watch_ids):
                click.echo(line)


def _index(path: Path) -> WatchIndex:
    try:
        # Where watches come from a file of somebody else's, its secrets are not ours: endpoints are never sent to here.
        return WatchIndex(load(path, _Anything(os.environ), GazetteerBook(Gazetteer.load())).watches)
    except (SettingsError, OSError) as error:
        raise click.ClickException(str(error)) from error


class _Anything(dict[str, str]):
    """The environment, with a stand-in for every variable that is not set: no secret is needed to judge."""

    def __missing__(self, name: str) -> str:
        return f"https://not-set.invalid/{name}" if name.endswith("URL") else "whsec_" + "A" * 44


def _watches(index: WatchIndex, watch_id: str | None) -> Sequence[str]:
    if watch_id is None:
        return sorted(index.watches)
    if watch_id not in index:
        raise click.ClickException(
            f"there is no watch {watch_id!r}; there are {', '.join(sorted(index.watches)) or 'none'}"
        )
    return (watch_id,)


def _reports(lines: BinaryIO) -> Iterator[Report]:
    reader = Reader.load()
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield reader.read(item_of_line(line.strip()))
            except InputError as error:
                click.echo(f"line {number}: {error}", err=True)


def _is_about(trail: Trail, subject: str) -> bool:
    report = trail.report
    return subject in {trail.item_id, *(change.incident_id for change in trail.changes)} or (
        report is not None and report.url == subject
    )


def _known(subject: str, index: WatchIndex) -> list[Trail]:
    """The trails of what the running system knows of the subject."""
    try:
        settings = OperatorSettings.from_environment(os.environ)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    if settings.postgres_dsn is None:
        raise click.UsageError(
            "TOCSIN_POSTGRES_DSN is not set (postgresql://user:password@host:port/database); or follow a file with --items"
        )
    try:
        return asyncio.run(_asked(settings.postgres_dsn, subject, index))
    except (DatabaseUnavailableError, LedgerError, LedgerUnavailableError) as error:
        raise click.ClickException(str(error)) from error


async def _asked(dsn: str, subject: str, index: WatchIndex) -> list[Trail]:
    pool = await open_pool(dsn, application="tocsin-why", deadline_seconds=5, max_size=2)
    try:
        archive, desk = PostgresArchive(pool), PostgresDesk(pool)
        incident = [change.state for change in await desk.changes(subject)]
        named = (
            list(dict.fromkeys(change.item_id.partition("#")[0] for change in incident))
            if incident
            else await _items_named(archive, desk, subject)
        )
        reader = Reader.load() if named else None
        trails = []
        for item_id in named:
            kept = await archive.kept(item_id)
            report = reader.read(decode(Item, kept[-1].value)) if reader is not None and kept else None
            trails.append(await _trail(item_id, kept, report, desk, index))
        return trails
    finally:
        await pool.close()


async def _items_named(archive: PostgresArchive, desk: PostgresDesk, subject: str) -> list[str]:
    """Item ids that the subject is, or whose address it is."""
    kept = [decode(Item, one.value) for one in await archive.kept(subject)]
    items = [item.item_id for item in kept if subject in (item.item_id, item.url)]
    for change in await desk.naming(subject):
        items += [
            source.item_id.partition("#")[0] for source in change.sources if subject in (source.item_id, source.url)
        ]
    return list(dict.fromkeys(items))


async def _trail(
    item_id: str, kept: Sequence[KeptItem], report: Report | None, desk: PostgresDesk, index: WatchIndex
) -> Trail:
    incidents = list(dict.fromkeys(change.incident_id for change in caused_by(item_id, await desk.naming(item_id))))
    histories: list[list[IncidentChange]] = []
    deliveries: list[DeliveryRow] = []
    for incident_id in incidents:
        histories.append([change.state for change in await desk.changes(incident_id)])
        deliveries += await desk.deliveries(incident_id=incident_id, limit=_MOST_DELIVERIES)
    trail = judged(item_id, report, histories, Judge(index))
    fetched = []
    for one in kept:
        item = decode(Item, one.value)
        if item.item_id == item_id:
            fetched.append(
                Fetched(version=item.version, change=item.change.value, at=one.at, acknowledged_at=one.acknowledged_at)
            )
    return Trail(
        item_id=item_id,
        report=trail.report,
        changes=trail.changes,
        reasons=trail.reasons,
        fetched=tuple(fetched),
        deliveries=tuple(deliveries),
    )

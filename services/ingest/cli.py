"""The commands ``tocsin feeds`` and ``tocsin ingest``."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TextIO

import click

from services.ingest import feed_commands
from services.ingest.adapters.archive import PostgresArchive
from services.ingest.adapters.feed_desk import FeedDesk
from services.ingest.adapters.kafka import KafkaItemPublisher
from services.ingest.command_ground import configured, database, run, settings_or_sentence
from services.ingest.composition import fetcher_of, parser_of
from services.ingest.feed import Feed
from services.ingest.feed_check import Trial, health_line, health_table, try_feed
from services.ingest.feed_commands import with_added
from services.ingest.republish import republish as republish_rows
from services.ingest.settings import IngestSettings
from shared.clock import SystemClock
from shared.kafka.connection import KafkaConnection

_AGE = re.compile(r"(\d{1,6})\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@click.group()
def feeds() -> None:
    """The configured feeds and their health."""


for command in feed_commands.COMMANDS:
    feeds.add_command(command)


@click.group()
def ingest() -> None:
    """The outbox of news items."""


@feeds.command("list")
@click.option("--failing", is_flag=True, help="Only feeds that fail or are retired.")
def list_feeds(*, failing: bool) -> None:
    """Show every feed with its state."""
    settings, listed = configured()
    states, added = run(_health(settings))
    now = SystemClock().now()
    for feed in with_added(listed, added):
        row = states.get(feed.slug)
        if failing and (row is None or (not row["failures"] and row["retired_at"] is None)):
            continue
        state = "not polled yet" if row is None else health_line(row, now)
        click.echo(f"{feed.slug:32} tier {feed.tier}  {feed.language:4} {feed.country or '--'}  {state}")


@feeds.command()
@click.argument("slug")
def show(slug: str) -> None:
    """Show all that is known of one feed."""
    settings, listed = configured()
    states, added = run(_health(settings))
    known = {feed.slug: feed for feed in with_added(listed, added)}
    if slug not in states and slug not in known:
        raise click.ClickException(f"there is no feed {slug!r}; 'tocsin feeds list' shows them")
    feed = known.get(slug)
    if feed is not None:
        click.echo(
            f"{slug}: {feed.outlet}, tier {feed.tier}, {feed.language}, {feed.country or 'no country'}, {feed.topic}"
        )
    if slug not in states:
        click.echo("not polled yet")
        return
    for label, words in health_table(states[slug], SystemClock().now()):
        click.echo(f"  {label:15} {words}")


@feeds.command()
@click.argument("slugs", nargs=-1)
@click.option("--all", "all_feeds", is_flag=True, help="Try every feed of the file.")
def test(slugs: tuple[str, ...], *, all_feeds: bool) -> None:
    """Fetch feeds once, storing nothing, and say what they answer; exit status 1 when one does not."""
    settings, listed = configured()
    if set(slugs) - {feed.slug for feed in listed}:  # only then the database is asked: trying feeds needs none
        try:
            listed = with_added(listed, run(feed_commands.added_feeds(settings, deadline_seconds=1.0)))
        except click.ClickException as fault:
            click.echo(f"only the feeds of {settings.feeds_file} are known: {fault.message}", err=True)
    unknown = sorted(set(slugs) - {feed.slug for feed in listed})
    if unknown:
        raise click.ClickException(f"there is no feed {', '.join(unknown)}; 'tocsin feeds list' shows them")
    if not slugs and not all_feeds:
        raise click.UsageError("name feeds, or give --all")
    chosen = [feed for feed in listed if all_feeds or feed.slug in slugs]
    trials = run(_try_all(settings, chosen))
    good = sum(trial.is_good for trial in trials)
    click.echo(f"{good} of {len(trials)} answer")
    if good < len(trials):
        raise SystemExit(1)


@feeds.command()
@click.argument("slug")
def resume(slug: str) -> None:
    """Poll a feed at once that was paused, was retired (410) or is waiting out its failures."""
    settings = settings_or_sentence()
    if not run(_resume(settings, slug)):
        raise click.ClickException(f"there is no feed {slug!r}; 'tocsin feeds list' shows them")
    click.echo(f"{slug} is polled again")


@ingest.command()
@click.option(
    "--since", required=True, help="How far back: an age such as 90m, 6h or 7d, or a time such as 2026-04-11T18:00:00Z."
)
@click.option(
    "--order",
    type=click.File(encoding="utf-8"),
    help="Item events in the order in which they had an effect, as 'tocsin incidents order' writes them; - reads them from standard input.",
)
def republish(since: str, order: TextIO | None) -> None:
    """Publish the outbox's items again, the same bytes under the same ids: refills a Kafka that lost them.

    With --order incidents begin with the same reports as before and get the ids that they had. Do it before the services are started.
    """
    start = _since(since)
    settings = settings_or_sentence()
    known = [line.strip() for line in order] if order is not None else []
    count = run(_republish(settings, start, known))
    click.echo(f"{count} items published again, from {start:%Y-%m-%d %H:%M:%S} UTC on")


def _since(value: str) -> datetime:
    now = SystemClock().now()
    if (match := _AGE.fullmatch(value.strip())) is not None:
        return now - timedelta(**{_UNITS[match.group(2)]: int(match.group(1))})
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is neither an age (90m, 6h, 7d) nor a time (2026-04-11T18:00:00Z)", param_hint="--since"
        ) from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


async def _health(settings: IngestSettings) -> tuple[dict[str, dict[str, Any]], Sequence[Feed]]:
    async with database(settings) as pool:
        rows = await PostgresArchive(pool).health()
        return {row["slug"]: row for row in rows}, await FeedDesk(pool).added()


async def _resume(settings: IngestSettings, slug: str) -> bool:
    async with database(settings) as pool:
        await FeedDesk(pool).unpause(slug)
        return await PostgresArchive(pool).resume(slug, SystemClock().now())


async def _try_all(settings: IngestSettings, chosen: Sequence[Feed]) -> list[Trial]:
    clock = SystemClock()
    slots = asyncio.Semaphore(settings.workers)
    async with fetcher_of(settings, clock) as fetcher, parser_of(settings) as parser:

        async def one(feed: Feed) -> Trial:
            async with slots:
                trial = await try_feed(feed, fetcher=fetcher, parser=parser, now=clock.now())
            click.echo(f"{'ok  ' if trial.is_good else 'FAIL'} {feed.slug:32} {trial.says}")
            return trial

        return await asyncio.gather(*(one(feed) for feed in chosen))


async def _republish(settings: IngestSettings, since: datetime, known: Sequence[str]) -> int:
    connection = KafkaConnection.from_settings(settings)
    async with (
        database(settings) as pool,
        KafkaItemPublisher(connection, timeout_seconds=settings.publish_timeout_seconds) as publisher,
    ):
        return await republish_rows(
            PostgresArchive(pool), publisher, since=since, batch=settings.publish_batch, known=known
        )

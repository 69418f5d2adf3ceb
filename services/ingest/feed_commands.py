"""``tocsin feeds add | pause | remove | import | export``: feeds that people manage without editing the file.

The file and the added feeds live side by side: the file's are the file's alone to change or remove, the added ones stay in PostgreSQL;
where both name a slug the file's feed counts. Any feed can be paused.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import yaml

from services.ingest import discovery, opml
from services.ingest.adapters.feed_desk import FeedDesk
from services.ingest.command_ground import configured, database, run
from services.ingest.composition import fetcher_of, parser_of
from services.ingest.encoding import decode
from services.ingest.errors import FeedsFileError
from services.ingest.feed import Feed, Validators
from services.ingest.feed_check import try_feed
from services.ingest.feeds_file import parse_feeds
from services.ingest.outcome import Fetched
from services.ingest.settings import IngestSettings
from shared.clock import SystemClock

_IDLE_LABELS = frozenset(("www", "feeds", "feed", "rss", "feeds2", "news"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A feed behind an address, how it answered, and what else the page named."""

    url: str
    is_good: bool
    says: str
    others: tuple[str, ...] = ()


def with_added(listed: Sequence[Feed], added: Sequence[Feed]) -> tuple[Feed, ...]:
    """Return the file's feeds and those added; the file's count where both name a slug."""
    slugs = {feed.slug for feed in listed}
    return (*listed, *(feed for feed in added if feed.slug not in slugs))


def slug_of(url: str, taken: set[str]) -> str:
    """Return a slug made of the host's name that nobody has."""
    labels = [label for label in (urlsplit(url).hostname or "feed").split(".") if label not in _IDLE_LABELS]
    stem = re.sub(r"[^a-z0-9]+", "-", "-".join(labels).lower()).strip("-")[:56] or "feed"
    number, slug = 1, stem
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug


def checked(values: dict[str, Any]) -> Feed:
    """Return the feed if the file would accept it; raises ``FeedsFileError``."""
    given = {name: value for name, value in values.items() if value is not None}
    return parse_feeds(yaml.safe_dump({"feeds": [given]}, allow_unicode=True), name="the feed")[0]


async def added_feeds(settings: IngestSettings, *, deadline_seconds: float = 5.0) -> Sequence[Feed]:
    """Return the feeds added by command."""
    async with database(settings, deadline_seconds=deadline_seconds) as pool:
        return await FeedDesk(pool).added()


@click.command()
@click.argument("address")
@click.option("--slug", help="Its identity for ever; made of the host's name when left out.")
@click.option("--outlet", help="As alerts name it; the host's name when left out.")
@click.option("--language", default="und", show_default=True, help="Such as en, ar, ckb; und when mixed.")
@click.option("--country", help="Two capital letters such as IQ.")
@click.option(
    "--tier", type=click.IntRange(1, 3), default=3, show_default=True, help="1 local and trusted, 3 the rest."
)
@click.option("--topic", default="news", show_default=True)
@click.option(
    "--interval", "interval_seconds", type=float, help="Seconds: poll at this pace whatever the feed's hints say."
)
@click.option("--full-text", is_flag=True, help="Read the page of each new item, where its robots.txt permits.")
@click.option("--force", is_flag=True, help="Add it even if it does not answer now.")
def add(address: str, *, force: bool, **values: Any) -> None:
    """Add a feed by its address, or by that of a site that names its feed; polled within seconds by a running service."""
    settings, listed = configured()
    added = run(added_feeds(settings))
    known = {feed.url: feed.slug for feed in with_added(listed, added)}
    found = run(_find(settings, address if "://" in address else f"https://{address}"))
    if found.url in known:
        raise click.ClickException(f"{found.url} is there already, as {known[found.url]}")
    slug = values.pop("slug") or slug_of(found.url, set(known.values()))
    outlet = values.pop("outlet") or urlsplit(found.url).hostname
    try:
        feed = checked({"slug": slug, "url": found.url, "outlet": outlet, **values})
    except FeedsFileError as error:
        raise click.ClickException("\n".join(error.problems)) from error
    if slug in known.values():
        raise click.ClickException(f"the slug {slug!r} is taken; give another with --slug")
    for other in found.others:
        click.echo(f"the page also names {other}")
    click.echo(f"{found.url}: {found.says}")
    if not found.is_good and not force:
        raise click.ClickException("not added; --force adds it all the same")
    run(_store(settings, [feed]))
    click.echo(f"added {slug}")


@click.command()
@click.argument("slug")
def pause(slug: str) -> None:
    """Begin no further poll of a feed until 'tocsin feeds resume'."""
    settings, listed = configured()
    if slug not in {feed.slug for feed in with_added(listed, run(added_feeds(settings)))}:
        raise click.ClickException(f"there is no feed {slug!r}; 'tocsin feeds list' shows them")
    run(_pause(settings, slug))
    click.echo(f"{slug} is paused")


@click.command()
@click.argument("slug")
def remove(slug: str) -> None:
    """Remove a feed that was added by command."""
    settings, listed = configured()
    if slug in {feed.slug for feed in listed}:
        raise click.ClickException(
            f"{slug} is configured in {settings.feeds_file}: remove it there, or 'tocsin feeds pause {slug}'"
        )
    if not run(_remove(settings, slug)):
        raise click.ClickException(f"there is no feed {slug!r}; 'tocsin feeds list' shows them")
    click.echo(f"{slug} is removed")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--language", default="und", show_default=True, help="Of feeds for which the file names none.")
@click.option(
    "--tier", type=click.IntRange(1, 3), default=3, show_default=True, help="Of feeds for which the file names none."
)
def import_opml(file: Path, *, language: str, tier: int) -> None:
    """Add the feeds of an OPML file; those that are there already stay as they are."""
    settings, listed = configured()
    try:
        outlines = opml.read(file.read_bytes())
    except opml.OpmlError as error:
        raise click.ClickException(f"{file}: {error}") from error
    known = with_added(listed, run(added_feeds(settings)))
    urls, slugs = {feed.url for feed in known}, {feed.slug for feed in known}
    new: list[Feed] = []
    refused = 0
    for outline in outlines:
        if outline.url in urls:
            continue
        more: dict[str, Any] = dict(outline.more)
        slug = more.get("slug") if more.get("slug") not in slugs else None
        try:
            feed = checked(
                {
                    **more,
                    "slug": slug or slug_of(outline.url, slugs),
                    "url": outline.url,
                    "outlet": outline.title or urlsplit(outline.url).hostname,
                    "language": outline.language or language,
                    "full_text": more.get("full_text") == "true" or None,
                    "tier": int(more["tier"]) if "tier" in more else tier,
                    "interval_seconds": float(more["interval_seconds"]) if "interval_seconds" in more else None,
                }
            )
        except (FeedsFileError, ValueError) as error:
            refused += 1
            click.echo(f"refused {outline.url}: {error}", err=True)
            continue
        new.append(feed)
        urls.add(feed.url)
        slugs.add(feed.slug)
    run(_store(settings, new))
    click.echo(f"{len(new)} added, {len(outlines) - len(new) - refused} there already, {refused} refused")


@click.command("export")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; standard output when left out."
)
def export_opml(output: Path | None) -> None:
    """Write all feeds as OPML, those of the file and those added."""
    settings, listed = configured()
    text = opml.write(with_added(listed, run(added_feeds(settings))))
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


COMMANDS = (add, pause, remove, import_opml, export_opml)


async def _find(settings: IngestSettings, address: str) -> Found:
    clock = SystemClock()
    async with fetcher_of(settings, clock) as fetcher, parser_of(settings) as parser:

        async def trial(url: str) -> Found:
            feed = Feed(slug="tried", url=url, outlet="tried", language="und")
            tried = await try_feed(feed, fetcher=fetcher, parser=parser, now=clock.now())
            return Found(url=url, is_good=tried.is_good, says=tried.says)

        first = await trial(address)
        if first.is_good:
            return first
        answer = await fetcher.fetch(address, Validators())
        if not isinstance(answer, Fetched):
            return first
        links = discovery.feed_links(decode(answer.body, answer.content_type).text, answer.url)
        if not links:
            return first
        found = await trial(links[0])
        return Found(url=found.url, is_good=found.is_good, says=found.says, others=links[1:])


async def _store(settings: IngestSettings, feeds: Sequence[Feed]) -> None:
    async with database(settings) as pool:
        await FeedDesk(pool).add(feeds, SystemClock().now())


async def _pause(settings: IngestSettings, slug: str) -> None:
    async with database(settings) as pool:
        await FeedDesk(pool).pause(slug, SystemClock().now())


async def _remove(settings: IngestSettings, slug: str) -> bool:
    async with database(settings) as pool:
        return await FeedDesk(pool).remove(slug)

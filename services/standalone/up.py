"""`tocsin up`: everything on this machine, with live feeds, until it is told to stop."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.standalone.console import Console
from services.standalone.feed_health import FeedHealth, feed_health
from services.standalone.local_stack import LocalStack, StackConfig
from services.standalone.waiting import first_of, started_unless
from shared.postgres.schema import Schema

_REPORT_SECONDS = 60.0
_FIRST_REPORT_SECONDS = 15.0


@dataclass(frozen=True, kw_only=True, slots=True)
class UpOptions:
    """What the user chose on the command line."""

    data_dir: Path
    feeds_file: Path
    watches_file: Path
    api_port: int


async def run_up(options: UpOptions, schemas: tuple[Schema, ...], console: Console, stop: asyncio.Event) -> int:
    """Run until ``stop``; returns the exit status. Services that end are started again, a server that ends is an error.

    Raises ``StoppedAtStartError`` when ``stop`` came before everything ran.
    """
    config = StackConfig(
        data_dir=options.data_dir,
        feeds_file=options.feeds_file,
        watches_file=options.watches_file,
        schemas=schemas,
        api_port=options.api_port,
        own=_passed_on(os.environ),
    )
    async with started_unless(stop, LocalStack(config, tell=console.step)) as stack:
        console.step(
            f"running; the page is http://127.0.0.1:{options.api_port}, logs are in {stack.servers.log_dir}, Ctrl-C ends"
        )
        console.step(f"for the other commands, in another shell: . {stack.environment_file}")
        await first_of(
            stop.wait(),
            stack.servers.watch(),
            stack.services.keep_running(console.step),
            _report(stack.servers.postgres_dsn, console),
        )
        console.step("stopping")
    return 0


def _passed_on(environment: Mapping[str, str]) -> Mapping[str, Mapping[str, str]]:
    """The user's own settings of single services (mail relay, allowed networks, …) which the stack passes on, and where traces go."""
    return {
        service: {
            name: value
            for name, value in environment.items()
            if name.startswith((f"TOCSIN_{service.upper()}_", "TOCSIN_TRACE_"))
        }
        for service in ("ingest", "classify", "alert")
    }


async def _report(dsn: str, console: Console) -> None:
    """Say every minute how the feeds are, and name a failing one when it begins to fail and when it works again."""
    known: dict[str, str | None] = {}
    await asyncio.sleep(_FIRST_REPORT_SECONDS)
    while True:
        feeds = await feed_health(dsn)
        for feed in feeds:
            before = known.get(feed.slug)
            if feed.problem is not None and feed.problem != before:
                console.step(f"feed {feed.slug} fails: {feed.problem}; it is tried again")
            elif feed.problem is None and before is not None:
                console.step(f"feed {feed.slug} works again")
            known[feed.slug] = feed.problem
        console.step(_sentence(feeds))
        await asyncio.sleep(_REPORT_SECONDS)


def _sentence(feeds: tuple[FeedHealth, ...]) -> str:
    working = sum(feed.problem is None and feed.was_polled for feed in feeds)
    failing = sum(feed.problem is not None for feed in feeds)
    return f"{len(feeds)} feeds: {working} work, {failing} fail, {len(feeds) - working - failing} not polled yet"

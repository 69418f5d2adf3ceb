"""`tocsin demo`: a recorded news day through the whole running system, and what a watch over Diyala receives."""

import asyncio
from dataclasses import dataclass

from services.standalone.abandoned import temporary_folder
from services.standalone.arrivals import render_mail, render_webhook
from services.standalone.console import Console
from services.standalone.demo_config import feeds_document, service_settings, watches_document, write_yaml
from services.standalone.demo_verdict import Verdict, judge
from services.standalone.feed_server import FeedServer, Pace, Start
from services.standalone.local_stack import LocalStack, StackConfig
from services.standalone.mail_catcher import MailCatcher
from services.standalone.recorded_day import RecordedDay, load_recorded_day, shift
from services.standalone.waiting import first_of, started_unless
from services.standalone.webhook_receiver import WebhookReceiver, new_secret
from shared.clock import SystemClock
from shared.kafka.lag import LagReader
from shared.postgres.schema import Schema
from shared.topics import FAUST_APP_ID, INCIDENTS, ITEMS, REPORTS

ALERT_GROUP = "tocsin-alert"
_QUIET_SECONDS = 3.0
_DEADLINE_SECONDS = 240.0
_SETTLE_POLL_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoOptions:
    """``duration_seconds`` is how long the day takes to appear; ``keep`` leaves the stack running until Ctrl-C."""

    duration_seconds: float = 25.0
    keep: bool = False
    api_port: int = 8080


async def run_demo(
    options: DemoOptions, schemas: tuple[Schema, ...], console: Console, stop: asyncio.Event
) -> Verdict | None:
    """Run the demo and return its verdict, None when it was stopped before it ended. Leaves no process and no file.

    Raises ``StoppedAtStartError`` when ``stop`` came before everything ran.
    """
    day = shift(load_recorded_day(), SystemClock().now())
    _introduce(day, console)
    secret = new_secret()
    with temporary_folder("tocsin-demo-") as folder:
        async with (
            FeedServer(day, pace=Pace(duration_seconds=options.duration_seconds, start=Start.BY_HAND)) as feeds,
            WebhookReceiver(secret=secret, on_accepted=lambda one: console.block(render_webhook(one))) as receiver,
            MailCatcher(on_accepted=lambda one: console.block(render_mail(one))) as mail,
        ):
            config = StackConfig(
                data_dir=folder / "data",
                feeds_file=write_yaml(folder / "feeds.yaml", feeds_document(feeds)),
                watches_file=write_yaml(folder / "watches.yaml", watches_document(receiver.url, secret)),
                schemas=schemas,
                api_port=options.api_port,
                own=service_settings(mail.port),
            )
            async with started_unless(stop, LocalStack(config, tell=console.step)) as stack:
                console.step(
                    f"running; {day.opening} older stories stand in the feeds, the day begins after the first poll"
                )
                finished = await first_of(stop.wait(), _play(stack, feeds, console), stack.servers.watch())
                if not finished:
                    return None
                verdict = judge(day.expected, receiver.accepted, mail.accepted, receiver.contradictions)
                _conclude(verdict, options, console)
                if options.keep:
                    console.step(f"the page: http://127.0.0.1:{options.api_port}   (Ctrl-C ends)")
                    console.step(f"for the other commands, in another shell: . {stack.environment_file}")
                    await first_of(stop.wait(), stack.servers.watch())
                console.step("stopping")
                return verdict


def _introduce(day: RecordedDay, console: Console) -> None:
    languages = {outlet.language for outlet in day.outlets}
    dates = sorted({item.published.date() for item in day.items})
    console.block(
        f"Tocsin demo: a recorded news day, {len(day.items)} stories of {len(day.outlets)} outlets in {len(languages)} languages,\n"
        f"moved to {dates[0]:%A %d %B} - {dates[-1]:%A %d %B %Y}. The watch is Diyala, a governorate of Iraq."
    )


def _conclude(verdict: Verdict, options: DemoOptions, console: Console) -> None:
    console.block("")
    if verdict.problems:
        console.block("NOT what this demo promises:\n" + "\n".join(f"  - {problem}" for problem in verdict.problems))
        return
    console.block("As promised:\n" + "\n".join(f"  - {sentence}" for sentence in verdict.summary))
    again = "" if options.keep else "  make demo ARGS=--keep      keeps it running, with the page\n"
    console.block(
        "\nWhat to try next:\n"
        + again
        + "  make up                    the same with live feeds; watches in config/watches.yaml\n"
        '  .venv/bin/tocsin classify --text "Three villagers were killed by gunmen near Kifri on Friday night" --pretty\n'
        "  .venv/bin/tocsin backtest --sample"
    )


async def _play(stack: LocalStack, feeds: FeedServer, console: Console) -> None:
    """Return when every story has appeared, was fetched, and nothing is left to do anywhere."""
    async with asyncio.timeout(_DEADLINE_SECONDS):
        # Every service is ready by now. Had the day begun at the first poll, stories told at different times would be read in one heap.
        await feeds.all_polled()
        feeds.start()
        while (progress := feeds.progress).fetched < progress.total:
            console.progress(progress.appeared, progress.total, progress.latest.title if progress.latest else "")
            await asyncio.sleep(_SETTLE_POLL_SECONDS)
        console.progress(progress.total, progress.total, "all stories have appeared")
        await settled(stack)


async def settled(stack: LocalStack, quiet_seconds: float = _QUIET_SECONDS) -> None:
    """Return when no record has been waiting and none has come for ``quiet_seconds``."""
    loop = asyncio.get_running_loop()
    async with LagReader(stack.connection) as reader:
        quiet_since: float | None = None
        ends = -1
        while True:
            behind = await reader.lag(FAUST_APP_ID, [ITEMS, REPORTS]) + await reader.lag(ALERT_GROUP, [INCIDENTS])
            total = await reader.written([ITEMS, REPORTS, INCIDENTS])
            if behind or total != ends:
                quiet_since, ends = None, total
            elif quiet_since is None:
                quiet_since = loop.time()
            elif loop.time() - quiet_since >= quiet_seconds:
                return
            await asyncio.sleep(_SETTLE_POLL_SECONDS)

"""The whole system for end-to-end tests: a feed server, receivers, and the stack with its services as processes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from services.standalone.commands import schemas
from services.standalone.demo_config import feeds_document, service_settings, watches_document, write_yaml
from services.standalone.feed_server import FeedServer, Pace, Start
from services.standalone.local_stack import LocalStack, StackConfig
from services.standalone.mail_catcher import MailCatcher
from services.standalone.recorded_day import RecordedDay, load_recorded_day, shift
from services.standalone.webhook_receiver import WebhookReceiver, new_secret
from shared.codec import decode
from shared.events.incident import IncidentChange
from shared.events.report import Report
from shared.geo.regions import LinkRegion, countries_of
from shared.kafka.consumer import Consumer
from shared.kafka.dead_letters import Received
from shared.topics import INCIDENTS, REPORTS, Topic
from tests.support.servers import unique_name

WORLD = [code for region in LinkRegion for code in sorted(countries_of(region)) if code != "XX"]


@dataclass(kw_only=True)
class Composed:
    """A running system. ``receiver`` gets Diyala's webhooks, ``world`` those of a watch over every country."""

    stack: LocalStack
    feeds: FeedServer
    receiver: WebhookReceiver
    world: WebhookReceiver
    mail: MailCatcher

    async def kill(self, service: str) -> None:
        """SIGKILL a service, wait until nothing of it is left, and start it again."""
        child = self.stack.services.children[service]
        child.kill()
        await child.wait()
        child.start()

    async def records(self, topic: Topic) -> list[Received]:
        """Everything a topic holds now, in order within each partition."""
        found: list[Received] = []
        async with Consumer(
            self.stack.connection, topic=topic.name, group=unique_name("reader"), client_id="test"
        ) as consumer:
            idle = 0
            async for batch in consumer.batches(wait_seconds=0.5):
                found += batch
                idle = 0 if batch else idle + 1
                if idle > 3:
                    break
        return sorted(found, key=lambda record: (record.partition, record.offset))

    async def reports(self) -> list[Report]:
        """The dump of ``tocsin.reports.v1``."""
        return [decode(Report, record.value) for record in await self.records(REPORTS)]

    async def changes(self) -> dict[tuple[str, int], IncidentChange]:
        """``tocsin.incidents.v1`` by (incident, revision); fails when one of them has two bodies."""
        bodies: dict[tuple[str, int], bytes | None] = {}
        changes: dict[tuple[str, int], IncidentChange] = {}
        for record in await self.records(INCIDENTS):
            change = decode(IncidentChange, record.value)
            key = (change.incident_id, change.revision)
            assert bodies.setdefault(key, record.value) == record.value, f"{key} was published with two bodies"
            changes[key] = change
        return changes


@asynccontextmanager
async def composed(
    folder: Path,
    *,
    day: RecordedDay | None = None,
    pace: Pace | None = None,
    extra_feeds: Callable[[FeedServer], list[Mapping[str, object]]] = lambda _: [],
    own: Mapping[str, Mapping[str, str]] | None = None,
) -> AsyncIterator[Composed]:
    """Start everything below ``folder``; the day passes at ``pace`` (by hand when None). ``own``: further settings by service."""
    played = day or shift(load_recorded_day(), datetime.now(tz=UTC))
    secret = new_secret()
    async with AsyncExitStack() as opened:
        feeds = await opened.enter_async_context(FeedServer(played, pace=pace or Pace(start=Start.BY_HAND)))
        receiver = await opened.enter_async_context(WebhookReceiver(secret=secret))
        world = await opened.enter_async_context(WebhookReceiver(secret=secret))
        mail = await opened.enter_async_context(MailCatcher())
        watches = dict(watches_document(receiver.url, secret))
        watches["endpoints"] = {
            **watches["endpoints"],  # type: ignore[dict-item]  # a document of plain values
            "world": {"channel": "webhook", "url": world.url, "secret": secret},
        }
        watches["watches"] = {
            **watches["watches"],  # type: ignore[dict-item]  # see above
            "world": {
                "name": "Everywhere",
                "places": WORLD,
                "endpoints": ["world"],
                "limit_an_hour": False,
                "heartbeat": False,
            },
        }
        listed = dict(feeds_document(feeds))
        listed["feeds"] = [*listed["feeds"], *extra_feeds(feeds)]  # type: ignore[misc]  # see above
        settings = service_settings(mail.port)
        alert = {**settings["alert"], "TOCSIN_ALERT_LEASE_SECONDS": "15", "TOCSIN_ALERT_WEBHOOK_TIMEOUT_SECONDS": "5",
                 "TOCSIN_ALERT_SMTP_TIMEOUT_SECONDS": "5", "TOCSIN_ALERT_APPRISE_TIMEOUT_SECONDS": "5",
                 "TOCSIN_ALERT_RETRY_SCHEDULE_SECONDS": "1,1,2,2,5,5,5"}  # fmt: skip
        config = StackConfig(
            data_dir=folder / "data",
            feeds_file=write_yaml(folder / "feeds.yaml", listed),
            watches_file=write_yaml(folder / "watches.yaml", watches),
            schemas=schemas(),
            api_port=0,
            own={
                name: {**mine, **(own or {}).get(name, {})}
                for name, mine in {"classify": {}, **settings, "alert": alert}.items()
            },
        )
        stack = await opened.enter_async_context(LocalStack(config))
        yield Composed(stack=stack, feeds=feeds, receiver=receiver, world=world, mail=mail)


async def until(condition: Callable[[], bool], what: str, deadline_seconds: float = 60.0) -> None:
    """Return when the condition holds; fails naming ``what`` after the deadline."""
    loop = asyncio.get_running_loop()
    end = loop.time() + deadline_seconds
    while not condition():
        assert loop.time() < end, f"waited {deadline_seconds:g} s until {what}"
        await asyncio.sleep(0.1)

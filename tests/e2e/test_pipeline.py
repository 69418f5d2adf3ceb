"""The three services as processes on real servers: one alert, one update, whatever is killed meanwhile."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psutil
import pytest

from services.classify.backtest import Backtest
from services.standalone.demo import settled
from services.standalone.demo_verdict import judge
from services.standalone.feed_faults import Fault
from services.standalone.feed_server import FeedServer, Pace, Start
from services.standalone.local_services import SERVICES
from services.standalone.recorded_day import NewsItem, load_recorded_day, shift, silenced
from tests.support.composed import Composed, composed, until

pytestmark = [pytest.mark.e2e, pytest.mark.servers, pytest.mark.timeout(400)]

REAL = Path(__file__).parents[3] / "shared" / "real" / "items.jsonl"
DAY = load_recorded_day()


def told(webhook_body: bytes) -> tuple[str, int]:
    incident = json.loads(webhook_body)["data"]["incident"]
    return incident["incident_id"], incident["revision"]


async def appeared(system: Composed, count: int) -> None:
    await until(lambda: system.feeds.progress.appeared >= count, f"{count} stories appeared")


async def played_out(system: Composed) -> None:
    """Wait until every story was fetched and nothing is left to do."""
    await until(lambda: system.feeds.progress.fetched >= system.feeds.progress.total, "every story was fetched", 120)
    await asyncio.wait_for(settled(system.stack), 120)


async def test_killing_every_service_in_the_middle_of_the_stream_loses_nothing_and_repeats_nothing(
    tmp_path: Path,
) -> None:
    async with composed(tmp_path, pace=Pace(duration_seconds=30, start=Start.AFTER_FIRST_POLLS)) as system:
        total = len(DAY.items) - DAY.opening
        for number, service in enumerate(("classify", "alert", "ingest", "alert", "classify"), start=1):
            share = DAY.opening + total * number // 6
            await appeared(system, share)
            await system.kill(service)
        await played_out(system)

        changes = await system.changes()
        expected = {key for key, change in changes.items() if change.notify and change.place is not None}
        await system.world.wait_for_accepted(len(expected), 90)
        await settled(system.stack)
        assert {told(webhook.body) for webhook in system.world.accepted} == expected
        assert len(system.world.accepted) == len(expected)
        assert system.world.contradictions == ()

        verdict = judge(DAY.expected, system.receiver.accepted, system.mail.accepted, system.receiver.contradictions)
        assert verdict.problems == ()

        folding = Backtest()
        folded = {
            (one.incident_id, one.revision): one for report in await system.reports() for one in folding.take(report)
        }
        assert folded == changes

        alert = changes[told(system.receiver.accepted[0].body)]
        story = await why(system, alert.sources[0].url)
        assert "fetched" in story
        assert f"linked   {alert.incident_id} revision 1: opened" in story
        assert "diyala: alert" in story
        assert "desk-webhook: alert, delivered" in story
        logs = {name: (system.stack.servers.log_dir / f"{name}.log").read_text(encoding="utf-8") for name in SERVICES}
        assert [name for name, log in logs.items() if f'"item_id": "{alert.item_id}"' not in log] == []
        assert [name for name in ("classify", "alert") if alert.incident_id not in logs[name]] == []


async def why(system: Composed, subject: str) -> str:
    """What `tocsin why` says of the running system."""
    asked = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.cli", "why", subject,
        env={**os.environ, "TOCSIN_POSTGRES_DSN": system.stack.servers.postgres_dsn,
             "TOCSIN_ALERT_WATCHES_FILE": str(system.stack.config.watches_file)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(asked.communicate(), 60)
    assert asked.returncode == 0, said.decode()
    return said.decode()


async def test_feeds_that_go_wrong_are_named_and_hurt_no_other(tmp_path: Path) -> None:
    faults = [Fault.HTML, Fault.EMPTY, Fault.CUT_OFF, Fault.SLOW, Fault.HUGE]

    def broken(feeds: FeedServer) -> list[Mapping[str, object]]:
        return [
            {"slug": f"broken-{fault.value.replace('_', '-')}", "url": feeds.fault_url(fault), "outlet": "Broken", "language": "en",
             "tier": 3, "interval_seconds": 2}
            for fault in faults
        ]  # fmt: skip

    async with composed(
        tmp_path, pace=Pace(duration_seconds=10, start=Start.AFTER_FIRST_POLLS), extra_feeds=broken
    ) as system:
        await played_out(system)
        await system.receiver.wait_for_accepted(2, 60)
        verdict = judge(DAY.expected, system.receiver.accepted, system.mail.accepted, system.receiver.contradictions)
        assert verdict.problems == ()
        log = (system.stack.servers.log_dir / "ingest.log").read_text(encoding="utf-8")
        events = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
        failed = {
            event.get("feed")
            for event in events
            if event.get("event") == "feed.fetched" and event.get("level") == "warning"
        }
        assert {"broken-html", "broken-empty"} <= failed
        for spec in system.stack.services.specs:
            async with httpx.AsyncClient(trust_env=False) as client:
                for page in ("livez", "readyz", "metrics"):
                    answer = await client.get(f"http://127.0.0.1:{spec.health_port}/{page}")
                    assert answer.status_code == httpx.codes.OK, f"{spec.name} /{page}: {answer.text[:300]}"


def real_article(published: datetime) -> NewsItem:
    line = json.loads(REAL.read_text(encoding="utf-8").splitlines()[0])
    return NewsItem(
        key="real",
        outlet=DAY.outlets[0].slug,
        guid="real-article",
        link=line["url"],
        title=line["title"],
        summary=line["summary"],
        content=line["content"],
        published=published,
    )


@pytest.mark.shared_data
@pytest.mark.skipif(not REAL.exists(), reason="the real article lies beside the repository and is not there")
async def test_the_real_article_rings_once_when_it_is_the_first_news(tmp_path: Path) -> None:
    now = datetime.now(tz=UTC)
    sunday = now - timedelta(days=(now.weekday() + 1) % 7)
    published = (
        sunday.replace(hour=19, minute=40) if sunday.replace(hour=19, minute=40) <= now else sunday - timedelta(days=7)
    )
    quiet = replace(silenced(shift(DAY, now)), items=())
    async with composed(tmp_path, day=quiet) as system:
        await asyncio.wait_for(system.feeds.all_polled(), 60)
        system.feeds.publish(real_article(published))
        await system.receiver.wait_for_accepted(1, 60)
        await played_out(system)
        (alert,) = system.receiver.accepted
        incident = json.loads(alert.body)["data"]["incident"]
        assert (incident["place"]["admin1"], incident["place"]["admin2"]) == ("IQG10", "IQG10Q05")
        assert incident["casualties"]["killed"]["best"] == 7
        assert incident["casualties"]["wounded"]["best"] == 5


@pytest.mark.shared_data
@pytest.mark.skipif(not REAL.exists(), reason="the real article lies beside the repository and is not there")
async def test_the_real_article_rings_nothing_after_the_reports_of_the_attack(tmp_path: Path) -> None:
    day = shift(DAY, datetime.now(tz=UTC))
    reaction = day.item(day.expected.reaction_item)
    async with composed(tmp_path, day=day, pace=Pace(duration_seconds=8, start=Start.AFTER_FIRST_POLLS)) as system:
        await played_out(system)
        await system.receiver.wait_for_accepted(2, 60)
        system.feeds.publish(real_article(reaction.published + timedelta(minutes=5)))
        await played_out(system)
        assert len(system.receiver.accepted) == 2
        states = await system.changes()
        assert any(
            change.item_id and change.sources and change.sources[-1].url == "https://rudaw.example/khanaqin"
            for change in states.values()
        )


async def test_no_process_outlives_the_stack(tmp_path: Path) -> None:
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    async with composed(tmp_path, day=silenced(shift(DAY, datetime.now(tz=UTC)))):
        started = {process.pid for process in psutil.Process().children(recursive=True)} - before
        assert len(started) >= 8, "Kafka, PostgreSQL, three services and their guardians"
    left = [psutil.Process(pid).cmdline() for pid in started if psutil.pid_exists(pid)]
    assert left == []
    mine = [
        process.info["cmdline"]
        for process in psutil.process_iter(["cmdline"])
        if str(tmp_path) in " ".join(process.info["cmdline"] or [])
    ]
    assert mine == []

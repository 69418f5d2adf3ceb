"""Tocsin as a limited user of a Kafka and a PostgreSQL that it did not start: TLS, a prefix, no right to create anything."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from services.standalone.demo_config import feeds_document, service_settings, watches_document, write_yaml
from services.standalone.feed_server import FeedServer, Pace
from services.standalone.local_services import LocalServices, specs
from services.standalone.mail_catcher import MailCatcher
from services.standalone.recorded_day import load_recorded_day, shift
from services.standalone.webhook_receiver import WebhookReceiver, new_secret
from shared.kafka.topics import missing
from shared.topics import ALL
from tests.support.composed import until
from tests.support.guarded import KAFKA_PASSWORD, POSTGRES_PASSWORD, PREFIX, Guarded, guarded_servers

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.servers,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="module"),
]

ROOT = Path(__file__).parents[2]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def guarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Guarded]:
    async with guarded_servers(tmp_path_factory.mktemp("guarded")) as servers:
        migrated = await run_tocsin(servers.environment, "migrate")
        assert migrated.returncode == 0, migrated.stderr
        yield servers


def tocsin(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    return subprocess.run(
        [sys.executable, "-m", "services.cli", *arguments],
        cwd=ROOT, env={**clean, **environment}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def _logs_with(words: str, folder: Path) -> list[Path]:
    return [log for log in folder.glob("*.log") if words in log.read_text(encoding="utf-8")]


async def run_tocsin(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(tocsin, environment, *arguments)


async def test_topics_declared_by_others_are_accepted_and_absent_ones_named(guarded: Guarded) -> None:
    applied = await run_tocsin(guarded.environment, "topics", "apply")
    assert applied.returncode == 0, applied.stderr
    assert f"kept     {PREFIX}tocsin.items.v1" in applied.stdout
    assert "may not change them" in applied.stdout + applied.stderr
    elsewhere = {**guarded.environment, "TOCSIN_TOPIC_PREFIX": f"{PREFIX}other."}
    refused = await run_tocsin(elsewhere, "topics", "apply")
    assert refused.returncode != 0
    assert f"{PREFIX}other.tocsin.items.v1" in refused.stderr
    assert "may not create" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert len(await missing(guarded.admin, ALL)) == 0


async def test_a_role_that_may_not_create_schemas_migrates_those_it_was_given(guarded: Guarded) -> None:
    well = await run_tocsin(guarded.environment, "doctor")
    assert well.returncode == 0, well.stdout + well.stderr
    admin = await asyncpg.connect(guarded.admin_dsn)
    try:
        await admin.execute("ALTER SCHEMA tocsin_alert RENAME TO elsewhere")
        refused = await run_tocsin(guarded.environment, "migrate")
        await admin.execute("ALTER SCHEMA elsewhere RENAME TO tocsin_alert")
    finally:
        await admin.close()
    assert refused.returncode != 0
    assert "CREATE SCHEMA tocsin_alert" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert POSTGRES_PASSWORD not in refused.stderr


@pytest.mark.parametrize("service", ["ingest", "classify", "alert"])
async def test_a_wrong_kafka_password_is_said_at_once(guarded: Guarded, service: str, tmp_path: Path) -> None:
    wrong = {
        **guarded.environment,
        "TOCSIN_KAFKA_PASSWORD": "wrong-secret",
        "TOCSIN_STARTUP_DEADLINE_SECONDS": "300",
        "TOCSIN_CLASSIFY_DATA_DIR": str(tmp_path / "classify"),
        "TOCSIN_INGEST_FEEDS_FILE": str(write_yaml(tmp_path / "feeds.yaml", {"feeds": []})),
        "TOCSIN_ALERT_WATCHES_FILE": str(write_yaml(tmp_path / "watches.yaml", {"endpoints": {}, "watches": {}})),
    }
    ended = await run_tocsin(wrong, "run", service)
    said = ended.stdout + ended.stderr
    assert ended.returncode not in (0, None), said
    assert "refuses" in said
    assert "wrong-secret" not in said
    assert "Traceback" not in said


async def test_news_becomes_an_alert_with_the_rights_of_a_tenant(guarded: Guarded, tmp_path: Path) -> None:
    day = shift(load_recorded_day(), datetime.now(tz=UTC))
    secret = new_secret()
    async with (
        FeedServer(day, pace=Pace(duration_seconds=10)) as feeds,
        WebhookReceiver(secret=secret) as receiver,
        MailCatcher() as mail,
    ):
        settings = service_settings(mail.port)
        own = {
            "ingest": {
                **settings["ingest"],
                "TOCSIN_INGEST_FEEDS_FILE": str(write_yaml(tmp_path / "feeds.yaml", feeds_document(feeds))),
            },
            "classify": {"TOCSIN_CLASSIFY_DATA_DIR": str(tmp_path / "classify")},
            "alert": {
                **settings["alert"],
                "TOCSIN_ALERT_WATCHES_FILE": str(
                    write_yaml(tmp_path / "watches.yaml", watches_document(receiver.url, secret))
                ),
                "TOCSIN_ALERT_API_PORT": "0",
            },
        }
        services = LocalServices(specs(guarded.environment, own), log_dir=tmp_path)
        try:
            services.start()
            await services.ready(deadline_seconds=120)
            await until(lambda: len(receiver.accepted) >= 2, "the alert and its update arrive", 120)
        finally:
            await services.stop()
        assert not [log.name for log in _logs_with(KAFKA_PASSWORD, tmp_path)]

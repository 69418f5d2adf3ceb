"""Test items through the three services on real servers: from ingest's outbox to the sink, past every real watch."""

import asyncio
from pathlib import Path

import asyncpg
import httpx
import pytest

from services.standalone.commands import schemas
from services.standalone.demo_config import service_settings, write_yaml
from services.standalone.local_stack import LocalStack, StackConfig
from services.standalone.webhook_receiver import WebhookReceiver, new_secret

pytestmark = [pytest.mark.e2e, pytest.mark.servers, pytest.mark.timeout(200)]
_FEED = {"slug": "nowhere", "url": "http://127.0.0.1:9/rss", "outlet": "Nowhere", "language": "en", "tier": 3}


async def _measured(stack: LocalStack) -> float:
    """How many test items the sink has taken."""
    async with httpx.AsyncClient(trust_env=False) as client:
        page = await client.get(f"http://127.0.0.1:{stack.spec('alert').health_port}/metrics")
    lines = (line.split() for line in page.text.splitlines())
    return next((float(line[1]) for line in lines if line[:1] == ["tocsin_alert_canary_age_seconds_count"]), 0.0)


async def test_test_items_go_all_the_way_and_nobody_hears_of_them(tmp_path: Path) -> None:
    secret = new_secret()
    async with WebhookReceiver(secret=secret) as receiver:
        watches = {
            "endpoints": {"desk": {"channel": "webhook", "url": receiver.url, "secret": secret}},
            "watches": {"all": {"places": ["IQ"], "endpoints": ["desk"], "receives_tests": True}},
        }
        settings = service_settings(mail_port=9)
        own = {**settings, "ingest": {**settings["ingest"], "TOCSIN_INGEST_CANARY_SECONDS": "2"}}
        config = StackConfig(
            data_dir=tmp_path / "data",
            feeds_file=write_yaml(tmp_path / "feeds.yaml", {"feeds": [_FEED]}),
            watches_file=write_yaml(tmp_path / "watches.yaml", watches),
            schemas=schemas(),
            api_port=0,
            own=own,
        )
        async with LocalStack(config) as stack:
            async with asyncio.timeout(90):
                while await _measured(stack) < 2:  # noqa: ASYNC110  # a real system that signals nothing
                    await asyncio.sleep(0.3)
            connection = await asyncpg.connect(stack.servers.postgres_dsn)
            try:
                incidents = await connection.fetchval("SELECT count(*) FROM tocsin_alert.incidents")
                sources = await connection.fetch("SELECT slug FROM tocsin_alert.sources ORDER BY slug")
            finally:
                await connection.close()
        assert incidents == 0
        assert {row["slug"] for row in sources} >= {"tocsin-canary"}
        assert not receiver.received

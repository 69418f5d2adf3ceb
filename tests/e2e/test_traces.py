"""One item through the running services with a collector beside them: its trace is whole, and one search in all logs tells its story."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.standalone.local_services import SERVICES
from services.standalone.recorded_day import NewsItem, load_recorded_day, shift, silenced
from tests.support.collector import Collector
from tests.support.composed import composed, until

pytestmark = [pytest.mark.e2e, pytest.mark.servers, pytest.mark.timeout(300)]


async def test_an_item_is_one_trace_in_the_collector_and_one_search_in_the_logs(tmp_path: Path) -> None:
    now = datetime.now(tz=UTC)
    day = replace(silenced(shift(load_recorded_day(), now)), items=())
    async with Collector() as collector:
        own = {name: {"TOCSIN_TRACE_ENDPOINT": collector.endpoint} for name in SERVICES}
        async with composed(tmp_path, day=day, own=own) as system:
            await system.feeds.all_polled()
            system.feeds.publish(
                NewsItem(
                    key="one",
                    outlet=next(outlet.slug for outlet in day.outlets if outlet.language == "en"),
                    guid="one",
                    link="https://news.example/one",
                    title="Gunmen kill five villagers near Khanaqin in Diyala",
                    summary="Gunmen killed five villagers in an attack near Khanaqin in Diyala province on Tuesday, police said.",
                    published=now - timedelta(minutes=5),
                )
            )
            (alert,) = await system.receiver.wait_for_accepted(1, 60)
            await until(lambda: any("alert.delivered" in line for line in _log(tmp_path, "alert")), "it was logged")
            lines = [line for name in SERVICES for line in _log(tmp_path, name) if alert.message_id in line]
            delivered = next(told for line in lines if (told := json.loads(line))["event"] == "alert.delivered")
            trace_id, item_id = delivered["trace_id"], delivered["item_id"]
            await until(lambda: len({span.service for span in collector.of_trace(trace_id)}) == 3, "all have told", 30)
            names = {span.name for span in collector.of_trace(trace_id)}
            told = {
                name: [json.loads(line)["event"] for line in _log(tmp_path, name) if item_id in line]
                for name in SERVICES
            }
            by_trace = {
                name: [json.loads(line)["event"] for line in _log(tmp_path, name) if trace_id in line]
                for name in SERVICES
            }
    assert names >= {
        "fetch item",
        "send tocsin.items.v1",
        "process tocsin.items.v1",
        "read item",
        "process tocsin.reports.v1",
        "process tocsin.incidents.v1",
        "deliver webhook",
    }
    for found in (told, by_trace):
        assert "item.published" in found["ingest"]
        assert {"item.read", "report.linked"} <= set(found["classify"])
        assert {"incident.routed", "alert.delivered"} <= set(found["alert"])


def _log(folder: Path, service: str) -> list[str]:
    return next(folder.rglob(f"{service}.log")).read_text(encoding="utf-8").splitlines()

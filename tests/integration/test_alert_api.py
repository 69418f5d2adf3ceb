"""The API beside real PostgreSQL and Kafka: a receiver that was off, another tenant's key, what a deleted subscriber leaves."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from services.standalone.webhook_receiver import Answer, WebhookReceiver, new_secret
from shared.codec import decode
from shared.events.incident import ChangeKind, Status
from shared.events.report import Report
from shared.kafka.consumer import Consumer
from shared.kafka.topics import apply
from shared.topics import REPORTS
from tests.support.alert_process import AlertStage
from tests.support.incidents import KIRKUK_CITY, opened, reacted, updated

_WAIT = 20.0
_FACTS = ("incident_id", "revision", "status", "casualties", "place", "event_type", "perpetrator", "occurred_on")


async def _key(stage: AlertStage, *arguments: str) -> dict[str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.cli", "keys", "add", "test", *arguments,
        env={**os.environ, **stage.environment}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return {"Authorization": f"Bearer {output.decode().strip()}"}


async def _walk(client: httpx.AsyncClient, watch: str, after: str | None) -> tuple[list[dict[str, Any]], str]:
    found: list[dict[str, Any]] = []
    while True:
        parameters = {"watch": watch, "limit": "2"} | ({"after": after} if after else {})
        answer = await client.get("/v1/changes", params=parameters)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["changes"]
        after = page["next"]
        if not page["more"]:
            return found, str(after)


async def test_a_receiver_that_was_off_walks_one_cursor_and_knows_what_the_server_knows(
    kafka_bootstrap: str, postgres_database: str, tmp_path: Path
) -> None:
    secret = new_secret()
    async with (
        WebhookReceiver(secret=secret) as receiver,
        AlertStage(kafka=kafka_bootstrap, postgres=postgres_database, directory=tmp_path, watches={}) as stage,
    ):
        await stage.start()
        acme, other = await _key(stage, "--tenant", "acme", "--right", "write"), await _key(stage, "--tenant", "other")
        async with httpx.AsyncClient(base_url=stage.page_url, trust_env=False, headers=acme) as client:
            hook = {"channel": "webhook", "url": receiver.url, "secret": secret}
            assert (await client.put("/v1/endpoints/desk", json=hook)).status_code == 200
            for watch in ("home", "second"):
                document = {"places": ["Diyala"], "endpoints": ["desk"]}
                assert (await client.put(f"/v1/watches/{watch}", json=document)).status_code == 200
            first, second, third = opened(1), opened(2), opened(3)
            await stage.publish([first, second, opened(9, place=KIRKUK_CITY)])
            hooks = await receiver.wait_for_accepted(2, _WAIT)
            changes, cursor = await _walk(client, "home", None)
            assert [(one["id"], json.dumps(one["body"])) for one in changes] == [
                (hook.message_id, json.dumps(json.loads(hook.body))) for hook in hooks
            ]
            known = {one["body"]["data"]["incident"]["incident_id"]: one["body"]["data"]["incident"] for one in changes}

            receiver.respond_with(Answer(status=500))  # off for days
            told = updated(first)
            withdrawn = updated(third, status=Status.WITHDRAWN, change=ChangeKind.RETRACTED)
            retracted = updated(second, status=Status.RETRACTED, change=ChangeKind.RETRACTED)
            moved = updated(told, place=KIRKUK_CITY)
            await stage.publish([told, third, retracted, withdrawn, moved, opened(4)])

            async with asyncio.timeout(_WAIT):
                while len((await client.get("/v1/deliveries?limit=100")).json()["deliveries"]) < 8:  # noqa: ASYNC110  # it signals nothing
                    await asyncio.sleep(0.05)
            missed, later = await _walk(client, "home", cursor)
            assert len(missed) == 6
            for change in missed:
                state = change["body"]["data"]["incident"]
                if state["revision"] > known.get(state["incident_id"], {"revision": 0})["revision"]:
                    known[state["incident_id"]] = state
            listed = (await client.get("/v1/incidents", params={"watch": "acme.home"})).json()["incidents"]
            server = {one["incident"]["incident_id"]: one["incident"] for one in listed}
            assert {name: [state[fact] for fact in _FACTS] for name, state in known.items()} == {
                name: [state[fact] for fact in _FACTS] for name, state in server.items()
            }
            assert known[third.incident_id]["status"] == "withdrawn"
            assert (await _walk(client, "home", later))[0] == []

            foreign = await client.get("/v1/changes", params={"watch": "second", "after": cursor})
            assert (foreign.status_code, foreign.json()["reason"]) == (400, "cursor_foreign")
            stranger = await client.get("/v1/changes", params={"watch": "acme.home"}, headers=other)
            assert stranger.status_code == 404
            await _filters_hold(client, in_diyala=second.incident_id)

            await _the_desk_decides(stage, client, third.incident_id, second.incident_id)
            assert (await client.delete("/v1/endpoints/desk")).status_code == 204
            assert (await client.get("/v1/watches")).json() == {"watches": []}
            await stage.publish([opened(5), reacted(opened(5))])
    connection = await asyncpg.connect(postgres_database)
    try:
        kept = await connection.fetch(
            "SELECT endpoint_id, status, length(content) AS size FROM tocsin_alert.deliveries JOIN tocsin_alert.bodies USING (body_id)"
        )
        documents = await connection.fetchval("SELECT count(*) FROM tocsin_alert.subscriptions")
    finally:
        await connection.close()
    assert documents == 0
    assert {(row["endpoint_id"], row["size"]) for row in kept} == {("acme.desk", 0)}
    assert len(kept) == 8
    assert "pending" not in {row["status"] for row in kept}


async def _the_desk_decides(stage: AlertStage, client: httpx.AsyncClient, withdrawn: str, retracted: str) -> None:
    """A decision is in the topic of reports once it is answered; readers' words are in the desk's list."""
    await apply(stage.connection, (REPORTS,))
    desk = await _key(stage, "--right", "desk")
    said = await client.post(f"/v1/incidents/{retracted}/reports", json={"words": "it was true"})
    assert said.status_code == 201
    (item,) = (await client.get("/v1/desk", headers=desk)).json()["items"]
    assert (item["incident_id"], item["reports"][0]["words"]) == (retracted, "it was true")
    refused = await client.post(
        f"/v1/incidents/{withdrawn}/decisions", json={"verb": "retract", "why": "x"}, headers=desk
    )
    assert refused.status_code == 409
    correction = {"verb": "correct", "why": "they were nine", "facts": {"killed": "9", "place": "Khanaqin"}}
    decided = await client.post(f"/v1/incidents/{retracted}/decisions", json=correction, headers=desk)
    assert decided.status_code == 202, decided.text
    async with Consumer(stage.connection, topic=REPORTS.name, group="test-desk", client_id="test") as consumer:
        async for batch in consumer.batches():
            if batch:
                break
    report = decode(Report, batch[0].value)
    assert report.item_id == decided.json()["item_id"]
    assert report.desk is not None
    assert report.desk.facts is not None
    assert report.desk.facts.place is not None
    assert report.desk.facts.place.admin2 == "IQG10Q05"


async def _filters_hold(client: httpx.AsyncClient, *, in_diyala: str) -> None:
    async def found(**parameters: str) -> set[str]:
        answer = await client.get("/v1/incidents", params=parameters)
        assert answer.status_code == 200, answer.text
        return {one["incident"]["incident_id"] for one in answer.json()["incidents"]}

    everything = await found()
    kirkuk = {opened(1).incident_id, opened(9).incident_id}
    assert kirkuk < everything
    assert in_diyala in await found(area="Diyala")
    assert await found(area="IQG13") == kirkuk == await found(bbox="44,35,45,36")
    assert await found(bbox="170,-90,-170,90") == set()
    assert await found(status="withdrawn") == {opened(3).incident_id}
    assert await found(area="IQ", type="grenade") == set()
    assert await found(min_severity="critical") == set()
    assert await found(until="2026-06-13T20:00:00Z") == set() == await found(since="2027-01-01")
    assert await found(since="2026-06-13T20:00:00+00:00", group="violence_against_civilians") == everything
    features = await client.get("/v1/incidents.geojson", params={"area": "Kirkuk"})
    assert features.headers["content-type"].startswith("application/geo+json")
    assert [one["geometry"]["coordinates"] for one in features.json()["features"]] == [[44.392, 35.468]] * 2

"""The alert service as a process between real Kafka, real PostgreSQL, a webhook receiver and a mail server."""

import asyncio
import hashlib
import hmac
import json
import os
import signal
import sys
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from services.standalone.mail_catcher import MailCatcher
from services.standalone.webhook_receiver import Answer, Hang, WebhookReceiver, new_secret
from shared.ids import delivery_id
from shared.kafka.consumer import Consumer
from shared.kafka.publisher import Record
from shared.topics import INCIDENTS, dead_letters_of
from tests.support.alert_process import AlertStage, webhook
from tests.support.incidents import KIRKUK_CITY, opened, reacted, updated
from tests.support.servers import unique_name

_WAIT = 20.0
_EVERYTHING_AT_ONCE = {"limit_an_hour": False, "heartbeat": False}


def _watching_diyala(endpoints: dict[str, Any], **watch: Any) -> dict[str, Any]:
    return {
        "endpoints": endpoints,
        "watches": {"diyala": {"places": ["Diyala"], "endpoints": list(endpoints), **_EVERYTHING_AT_ONCE, **watch}},
    }


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with WebhookReceiver(secret=new_secret_of_this_run) as running:
        yield running


@pytest.fixture
async def mails() -> AsyncIterator[MailCatcher]:
    async with MailCatcher() as running:
        yield running


new_secret_of_this_run = new_secret()


@asynccontextmanager
async def _stage(kafka: str, postgres: str, directory: Path, watches: dict[str, Any]) -> AsyncIterator[AlertStage]:
    async with AlertStage(kafka=kafka, postgres=postgres, directory=directory, watches=watches) as stage:
        yield stage


async def _statuses(dsn: str) -> dict[str, int]:
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch("SELECT status, count(*) AS n FROM tocsin_alert.deliveries GROUP BY status")
        return {row["status"]: row["n"] for row in rows}
    finally:
        await connection.close()


async def test_an_incident_rings_once_by_webhook_and_mail_and_its_new_facts_are_one_update(
    kafka_bootstrap: str, postgres_database: str, tmp_path: Path, receiver: WebhookReceiver, mails: MailCatcher
) -> None:
    watches = _watching_diyala({
        "desk": webhook(receiver.url, new_secret_of_this_run),
        "mail": {"channel": "email", "to": "desk@example.org"},
    })  # fmt: skip
    async with _stage(kafka_bootstrap, postgres_database, tmp_path, watches) as stage:
        stage.environment |= {
            "TOCSIN_ALERT_SMTP_HOST": mails.host,
            "TOCSIN_ALERT_SMTP_PORT": str(mails.port),
            "TOCSIN_ALERT_SMTP_TLS": "none",
        }
        await stage.start()
        first = opened()
        second = updated(first)
        elsewhere = opened(2, place=KIRKUK_CITY)
        await stage.publish([first, elsewhere, second, reacted(second), first, second])
        hooks = await receiver.wait_for_accepted(2, _WAIT)
        caught = await mails.wait_for_accepted(2, _WAIT)
        async with httpx.AsyncClient(trust_env=False) as client:
            page = await client.get(stage.page_url)
            _, key = await _tocsin(stage, "keys", "add", "test")
            told = {"Authorization": f"Bearer {key.split()[0]}"}
            story = await client.get(f"{stage.page_url}incidents/{first.incident_id}", headers=told)
            listed = (await client.get(f"{stage.page_url}v1/incidents")).json()
        assert "7 killed, 5 wounded" in page.text
        assert '<th scope="row">desk</th><td>update</td><td>delivered</td>' in story.text
        assert {one["incident"]["incident_id"] for one in listed["incidents"]} == {
            first.incident_id,
            elsewhere.incident_id,
        }
        assert await stage.end(signal.SIGTERM) == 0, stage.log()

        # Delivered again from the start, to a new group as after lost offsets: nothing new may leave.
        stage.environment["TOCSIN_ALERT_CONSUMER_GROUP"] = unique_name("again")
        await stage.start()
        await stage.publish([marker := opened(3)])
        await receiver.wait_for_accepted(3, _WAIT)
        await mails.wait_for_accepted(3, _WAIT)

    assert [json.loads(hook.body)["type"] for hook in hooks] == ["incident.alert", "incident.update"]
    assert [hook.message_id for hook in receiver.received] == [
        delivery_id("desk", first.incident_id, 1),
        delivery_id("desk", first.incident_id, 2),
        delivery_id("desk", marker.incident_id, 1),
    ]
    body = json.loads(hooks[1].body)["data"]
    assert body["previous_sent_revision"] == 1
    assert body["incident"]["place"]["admin2"] == "IQG10Q05"
    assert body["incident"]["casualties"]["killed"]["best"] == 7
    assert len(mails.caught) == 3
    assert caught[1].message["In-Reply-To"] == caught[0].message_id
    assert "7 killed, 5 wounded" in caught[1].plain_text
    assert await _statuses(postgres_database) == {"delivered": 6}


async def test_signatures_pass_an_independent_check(
    kafka_bootstrap: str, postgres_database: str, tmp_path: Path, receiver: WebhookReceiver
) -> None:
    watches = _watching_diyala({"desk": webhook(receiver.url, new_secret_of_this_run)})
    async with _stage(kafka_bootstrap, postgres_database, tmp_path, watches) as stage:
        await stage.start()
        await stage.publish([opened()])
        (hook,) = await receiver.wait_for_accepted(1, _WAIT)
    headers = {name.lower(): value for name, value in hook.headers}
    key = b64decode(new_secret_of_this_run.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + hook.body
    expected = b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["content-type"] == "application/json"


async def test_a_failing_receiver_gets_the_same_bytes_again_and_updates_wait_their_turn(
    kafka_bootstrap: str, postgres_database: str, tmp_path: Path, receiver: WebhookReceiver
) -> None:
    watches = _watching_diyala({"desk": webhook(receiver.url, new_secret_of_this_run)})
    receiver.fail_next(Answer(status=500), times=2)
    async with _stage(kafka_bootstrap, postgres_database, tmp_path, watches) as stage:
        await stage.start()
        first = opened()
        await stage.publish([first, updated(first)])
        accepted = await receiver.wait_for_accepted(2, _WAIT)
    assert [json.loads(one.body)["type"] for one in accepted] == ["incident.alert", "incident.update"]
    alert_id = accepted[0].message_id
    assert [one.message_id for one in receiver.received] == [alert_id, alert_id, alert_id, accepted[1].message_id]
    assert receiver.contradictions == ()


async def test_a_hanging_endpoint_delays_no_other(
    kafka_bootstrap: str, postgres_database: str, tmp_path: Path, receiver: WebhookReceiver
) -> None:
    async with WebhookReceiver(secret=new_secret_of_this_run) as stuck:
        stuck.respond_with(Hang())
        watches = _watching_diyala({
            "stuck": webhook(stuck.url, new_secret_of_this_run),
            "desk": webhook(receiver.url, new_secret_of_this_run),
        })  # fmt: skip
        async with _stage(kafka_bootstrap, postgres_database, tmp_path, watches) as stage:
            await stage.start()
            await stage.publish([opened(number) for number in range(1, 31)])
            # 30 attempts of 3 s each at 4 a time would take 22 s; the healthy endpoint must not notice.
            await receiver.wait_for_accepted(30, 10.0)
            assert len(stuck.received) <= 12
            assert await stage.end(signal.SIGKILL) == -signal.SIGKILL


async def test_killed_between_ledger_and_receiver_nothing_is_lost_and_no_id_is_new(
    kafka_bootstrap: str, postgres_database: str, tmp_path: Path, receiver: WebhookReceiver
) -> None:
    watches = _watching_diyala({"desk": webhook(receiver.url, new_secret_of_this_run)})
    states = [opened(number) for number in range(1, 41)]
    receiver.respond_with(Answer(status=204, after_seconds=0.1))
    async with _stage(kafka_bootstrap, postgres_database, tmp_path, watches) as stage:
        await stage.start()
        await stage.publish(states)
        await receiver.wait_for_accepted(3, _WAIT)
        await stage.end(signal.SIGKILL)
        await stage.start()
        await stage.publish([updated(state) for state in states])
        accepted = await receiver.wait_for_accepted(80, 60.0)
    wanted = {delivery_id("desk", state.incident_id, revision) for state in states for revision in (1, 2)}
    assert {one.message_id for one in accepted} == wanted
    assert receiver.contradictions == ()


async def test_a_change_that_cannot_be_read_is_put_aside_and_the_rest_goes_on(
    kafka_bootstrap: str, postgres_database: str, tmp_path: Path, receiver: WebhookReceiver
) -> None:
    watches = _watching_diyala({"desk": webhook(receiver.url, new_secret_of_this_run)})
    async with _stage(kafka_bootstrap, postgres_database, tmp_path, watches) as stage:
        await stage.start()
        await stage.publish_raw([Record(topic=INCIDENTS.name, key=b"k", value=b'{"incident_id": 7}')])
        await stage.publish([opened()])
        await receiver.wait_for_accepted(1, _WAIT)
        letters = dead_letters_of(INCIDENTS).name
        async with Consumer(stage.connection, topic=letters, group=unique_name("dlq"), client_id="test") as consumer:
            async for batch in consumer.batches():
                if batch:
                    break
    assert batch[0].value == b'{"incident_id": 7}'
    assert dict(batch[0].headers)["dlq-reason"] == b"undecodable"


async def test_two_replicas_share_the_work_and_what_a_killed_one_had_begun_is_taken_over(
    kafka_bootstrap: str, postgres_database: str, tmp_path: Path, receiver: WebhookReceiver
) -> None:
    watches = _watching_diyala({"desk": webhook(receiver.url, new_secret_of_this_run)})
    states = [opened(number) for number in range(1, 61)]
    receiver.respond_with(Answer(status=204, after_seconds=0.2))
    async with _stage(kafka_bootstrap, postgres_database, tmp_path, watches) as stage:
        await stage.start()
        await stage.start()
        await stage.publish(states)
        await receiver.wait_for_accepted(10, _WAIT)
        await stage.end(signal.SIGKILL)
        accepted = await receiver.wait_for_accepted(60, 60.0)
    assert {one.message_id for one in accepted} == {delivery_id("desk", state.incident_id, 1) for state in states}
    assert receiver.contradictions == ()
    # Only what the killed replica had in flight or had not yet recorded may come twice: a few, not everything.
    assert len(receiver.received) <= 60 + 12


async def test_two_replicas_make_no_delivery_twice(
    kafka_bootstrap: str, postgres_database: str, tmp_path: Path, receiver: WebhookReceiver
) -> None:
    watches = _watching_diyala({"desk": webhook(receiver.url, new_secret_of_this_run, max_concurrent=20)})
    states = [opened(number) for number in range(1, 101)]
    receiver.respond_with(Answer(status=204, after_seconds=0.05))
    async with _stage(kafka_bootstrap, postgres_database, tmp_path, watches) as stage:
        await stage.start()
        await stage.start()
        await stage.publish(states)
        await receiver.wait_for_accepted(100, 60.0)
        await stage.end(signal.SIGTERM)
        await stage.end(signal.SIGTERM)
    assert len(receiver.received) == 100
    assert await _statuses(postgres_database) == {"delivered": 100}


async def test_one_click_in_a_mail_ends_the_mails_of_its_watch(
    kafka_bootstrap: str, postgres_database: str, tmp_path: Path, mails: MailCatcher
) -> None:
    watches = _watching_diyala({"mail": {"channel": "email", "to": "desk@example.org"}})
    async with _stage(kafka_bootstrap, postgres_database, tmp_path, watches) as stage:
        stage.environment |= {
            "TOCSIN_ALERT_SMTP_HOST": mails.host,
            "TOCSIN_ALERT_SMTP_PORT": str(mails.port),
            "TOCSIN_ALERT_SMTP_TLS": "none",
            "TOCSIN_ALERT_PUBLIC_URL": "https://alerts.example",
        }
        await stage.start()
        await stage.publish([opened()])
        (mail,) = await mails.wait_for_accepted(1, _WAIT)
        link = str(mail.message["List-Unsubscribe"]).strip("<>")
        path = link.removeprefix("https://alerts.example/")
        async with httpx.AsyncClient(trust_env=False, base_url=stage.page_url) as client:
            shown = await client.get(path)
            done = await client.post(path, data={"List-Unsubscribe": "One-Click"})
        assert (shown.status_code, done.status_code) == (200, 200)
        await stage.end(signal.SIGTERM)
        await stage.start()  # the rules are read at start, before anything is sent
        await stage.publish([opened(2)])
        async with asyncio.timeout(_WAIT):
            while await _statuses(postgres_database) != {"delivered": 1, "dead": 1}:  # noqa: ASYNC110  # another process
                await asyncio.sleep(0.1)
    assert len(mails.caught) == 1


async def test_a_test_alert_reaches_every_endpoint_says_so_and_is_no_incident(
    kafka_bootstrap: str, postgres_database: str, tmp_path: Path, receiver: WebhookReceiver
) -> None:
    watches = _watching_diyala({"desk": webhook(receiver.url, new_secret_of_this_run)})
    async with _stage(kafka_bootstrap, postgres_database, tmp_path, watches) as stage:
        unheard = await _tocsin(stage, "watches", "send-test", "diyala", "--wait", "0")
        assert unheard[0] == 1
        assert "is the alert service running" in unheard[1]
        await stage.start()
        status, said = await _tocsin(stage, "watches", "send-test", "diyala")
        hooks = await receiver.wait_for_accepted(2, _WAIT)
        async with httpx.AsyncClient(trust_env=False) as client:
            listed = (await client.get(f"{stage.page_url}v1/incidents")).json()
    assert (status, "delivered after 1 attempts" in said) == (0, True), said
    assert all(json.loads(hook.body)["data"]["test"] for hook in hooks)
    assert listed["incidents"] == []


async def _tocsin(stage: AlertStage, *arguments: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.cli", *arguments,
        env={**os.environ, **stage.environment}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    return process.returncode, output.decode()

"""The webhook receiver tells good signatures from bad ones and counts by webhook-id."""

import base64
import hashlib
import hmac
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from services.standalone.webhook_receiver import (
    GONE,
    Answer,
    Hang,
    ReceivedWebhook,
    Reset,
    WebhookReceiver,
    new_secret,
)

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with WebhookReceiver(secret=SECRET) as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield session


def _signed(message_id: str, body: bytes, *, secret: str = SECRET, age_seconds: int = 0) -> dict[str, str]:
    """Headers as Standard Webhooks defines them, computed without the library that checks them."""
    timestamp = str(int(time.time()) - age_seconds)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}


async def _post(
    client: aiohttp.ClientSession, receiver: WebhookReceiver, message_id: str = "d_1", body: bytes = b"{}"
) -> int:
    async with client.post(receiver.url, data=body, headers=_signed(message_id, body)) as response:
        await response.read()
        return response.status


async def test_a_well_signed_alert_is_accepted_and_kept(
    receiver: WebhookReceiver, client: aiohttp.ClientSession
) -> None:
    body = '{"place": "خانقين"}'.encode()

    assert await _post(client, receiver, body=body) == 204

    (kept,) = receiver.accepted
    assert (kept.message_id, kept.body, kept.path, kept.refusal) == ("d_1", body, "/hook", None)
    assert kept.is_verified


async def test_a_signature_by_an_old_secret_beside_the_new_one_is_accepted(
    receiver: WebhookReceiver, client: aiohttp.ClientSession
) -> None:
    headers = _signed("d_1", b"{}")
    headers["webhook-signature"] = "v1," + base64.b64encode(b"old" * 10).decode() + " " + headers["webhook-signature"]

    async with client.post(receiver.url, data=b"{}", headers=headers) as response:
        assert response.status == 204


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        (b'{"killed": 70}', {}),
        (b"{}", {"webhook-id": "d_2"}),
        (b"{}", {"webhook-signature": "v1,bm90IGl0"}),
        (b"{}", {"webhook-signature": "v1,not-base64!"}),
        (b"{}", {"webhook-signature": "nonsense"}),
        (b"{}", {"webhook-signature": ""}),
        (b"{}", {"webhook-timestamp": "soon"}),
        (b"\xff\xfe", {}),
        (b"{}", _signed("d_1", b"{}", age_seconds=600)),
        (b"{}", _signed("d_1", b"{}", secret=new_secret())),
    ],
    ids=["body", "id", "signature", "base64", "form", "none", "timestamp", "utf-8", "too old", "other secret"],
)
async def test_a_bad_signature_is_refused_and_recorded(
    body: bytes, changes: dict[str, str], receiver: WebhookReceiver, client: aiohttp.ClientSession
) -> None:
    async with client.post(receiver.url, data=body, headers=_signed("d_1", b"{}") | changes) as response:
        assert response.status == 401

    assert receiver.accepted == ()
    (refused,) = receiver.received
    assert refused.refusal


async def test_a_forged_body_cannot_contradict_a_true_one(
    receiver: WebhookReceiver, client: aiohttp.ClientSession
) -> None:
    await _post(client, receiver)
    async with client.post(receiver.url, data=b"forged", headers=_signed("d_1", b"{}")) as response:
        assert response.status == 401

    assert receiver.contradictions == ()
    assert len(receiver.accepted) == 1


async def test_repeats_are_counted_once_and_compared(receiver: WebhookReceiver, client: aiohttp.ClientSession) -> None:
    for message_id, body in (("d_1", b"{}"), ("d_1", b"{}"), ("d_2", b"{}"), ("d_2", b'{"other": 1}')):
        assert await _post(client, receiver, message_id, body) == 204

    assert [request.message_id for request in receiver.accepted] == ["d_1", "d_2"]
    assert [request.is_repeat for request in receiver.received] == [False, True, False, True]
    assert receiver.contradictions == ("d_2",)


async def test_it_fails_as_told_and_then_accepts_the_retry(
    receiver: WebhookReceiver, client: aiohttp.ClientSession
) -> None:
    receiver.fail_next(Answer(status=503, headers=(("Retry-After", "7"),)))
    receiver.fail_next(Answer(status=500), times=2)

    async with client.post(receiver.url, data=b"{}", headers=_signed("d_1", b"{}")) as response:
        assert (response.status, response.headers["Retry-After"]) == (503, "7")
    assert [await _post(client, receiver) for _ in range(3)] == [500, 500, 204]

    (accepted,) = receiver.accepted
    assert accepted.is_repeat
    assert not accepted.differs


async def test_it_can_be_gone_for_good(receiver: WebhookReceiver, client: aiohttp.ClientSession) -> None:
    receiver.respond_with(GONE)

    assert [await _post(client, receiver) for _ in range(2)] == [410, 410]
    assert receiver.accepted == ()


async def test_it_can_reset_hang_and_answer_at_length(receiver: WebhookReceiver, client: aiohttp.ClientSession) -> None:
    receiver.fail_next(Reset())
    with pytest.raises(aiohttp.ClientConnectionError):
        await _post(client, receiver)

    receiver.fail_next(Hang())
    headers = _signed("d_1", b"{}")
    with pytest.raises(TimeoutError):
        async with client.post(
            receiver.url, data=b"{}", headers=headers, timeout=aiohttp.ClientTimeout(total=0.05)
        ) as response:
            await response.read()

    receiver.fail_next(Answer(status=200, after_seconds=0.001, body_bytes=100_000))
    async with client.post(receiver.url, data=b"{}", headers=headers) as response:
        assert len(await response.read()) == 100_000
    assert [request.status for request in receiver.received] == [None, None, 200]


async def test_waiting_ends_with_the_alert_or_says_what_came_instead(
    receiver: WebhookReceiver, client: aiohttp.ClientSession
) -> None:
    receiver.fail_next(Answer(status=500))
    await _post(client, receiver)
    with pytest.raises(TimeoutError, match=r"0 of 1 accepted in 0.01 s; seen: \['d_1 500 verified'\]"):
        await receiver.wait_for_accepted(1, timeout_seconds=0.01)

    await _post(client, receiver)
    assert len(await receiver.wait_for_accepted(1, timeout_seconds=1.0)) == 1


async def test_each_alert_is_announced_once(client: aiohttp.ClientSession) -> None:
    announced: list[ReceivedWebhook] = []
    async with WebhookReceiver(secret=SECRET, on_accepted=announced.append) as receiver:
        receiver.fail_next(Answer(status=500))
        for message_id in ("d_1", "d_1", "d_1", "d_2"):
            await _post(client, receiver, message_id)

    assert [request.message_id for request in announced] == ["d_1", "d_2"]


async def test_a_new_secret_is_one_of_standard_webhooks() -> None:
    assert new_secret() != new_secret()
    assert len(base64.b64decode(new_secret().removeprefix("whsec_"))) == 32

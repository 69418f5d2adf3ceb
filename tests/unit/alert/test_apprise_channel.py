"""Services reached by Apprise: the words that fit, the address guard in the library's own sockets, no credential in sight."""

import asyncio
import contextlib
import json
import logging
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_network

import pytest
from aiohttp import web

from services.alert.care import NoticeKind
from services.alert.channels.apprise import AppriseChannel, is_understood, words_for
from services.alert.compose import Sender
from services.alert.delivery import Delivered, Outcome, Permanent, Reason, Retryable
from services.alert.ledger import Claimed, first_claim
from services.alert.notices import Notice, notice_delivery
from services.alert.watch import AppriseEndpoint
from services.standalone.loopback import LoopbackSite
from shared.addresses import AddressPolicy, BlockedAddressError
from shared.dialling import held_to
from tests.support.incidents import PUBLISHED, opened
from tests.unit.alert.test_payload import compose

LOOPBACK = AddressPolicy(allowed=(ip_network("127.0.0.0/8"),))
PASSWORD = "s3cretpassword"
DELIVERY = first_claim(compose(opened(), endpoint=AppriseEndpoint(id="chat", url="json://x")))
TOLD = json.loads(DELIVERY.body)["data"]["told"]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def _service(handler: Handler) -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    site = LoopbackSite(app=app, port=0, before_stop=lambda: None)
    await site.start()
    try:
        yield int(site.url.rpartition(":")[2])
    finally:
        await site.stop()


async def _send(
    url: str, *, policy: AddressPolicy = LOOPBACK, seconds: float = 5.0, delivery: Claimed = DELIVERY
) -> Outcome:
    async with AppriseChannel(policy=policy, timeout_seconds=seconds) as channel:
        return await channel.send(AppriseEndpoint(id="chat", url=url), delivery)


async def test_a_service_gets_headline_and_text() -> None:
    seen: list[bytes] = []

    async def keep(request: web.Request) -> web.StreamResponse:
        seen.append(await request.read())
        return web.Response()

    async with _service(keep) as port:
        assert await _send(f"ntfy://user:{PASSWORD}@127.0.0.1:{port}/alerts") == Delivered()
    assert TOLD["headline"] in json.loads(seen[0])["title"]
    assert "In the sources" in json.loads(seen[0])["message"]


@pytest.mark.parametrize("status", [401, 404, 429, 500])
async def test_a_service_that_does_not_take_it_is_tried_again(status: int) -> None:
    async def refuse(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    async with _service(refuse) as port:
        found = await _send(f"json://user:{PASSWORD}@127.0.0.1:{port}/x")
    assert isinstance(found, Retryable)
    assert found.reason is Reason.SERVICE_REFUSED


async def test_a_service_that_hangs_ends_with_the_deadline() -> None:
    released = asyncio.Event()

    async def hang(_request: web.Request) -> web.StreamResponse:
        await released.wait()
        return web.Response()

    async with _service(hang) as port:
        found = await _send(f"json://127.0.0.1:{port}/x?rto=1", seconds=0.3)
        released.set()
    assert isinstance(found, Retryable)
    assert found.reason is Reason.TIMEOUT


@pytest.mark.parametrize(
    "url",
    [
        "json://user:pw@{host}/x",
        "xml://{host}",
        "ntfy://{host}/x",
        "mailto://u:p@{host}?from=a@b.example&to=c@d.example",
    ],
)
async def test_an_internal_address_is_never_dialled_by_any_plugin(url: str) -> None:
    reached: list[str] = []

    async def keep(_request: web.Request) -> web.StreamResponse:
        reached.append(url)
        return web.Response()

    async with _service(keep) as port:
        found = await _send(url.format(host=f"127.0.0.1:{port}"), policy=AddressPolicy())
    assert reached == []
    assert isinstance(found, Permanent)
    assert found.reason is Reason.ADDRESS_REFUSED


async def test_a_redirect_to_an_internal_address_is_refused_too() -> None:
    async def elsewhere(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": "http://169.254.169.254/latest/meta-data"})

    async with _service(elsewhere) as port:
        found = await _send(f"json://127.0.0.1:{port}/x")
    assert found == Permanent(reason=Reason.ADDRESS_REFUSED, detail="the address is not on the allow-list of networks")


def _dial(port: int) -> None:
    socket.create_connection(("127.0.0.1", port)).close()


def _dial_while_held(port: int) -> None:
    with held_to(AddressPolicy()):
        other = threading.Thread(target=_dial, args=(port,))
        other.start()
        other.join()
        with contextlib.suppress(OSError):  # as a library would
            _dial(port)


def test_only_marked_threads_are_held_and_what_they_swallow_is_told_at_the_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(BlockedAddressError):
            _dial_while_held(port)
        _dial(port)


async def test_no_credential_reaches_a_log_or_an_outcome(caplog: pytest.LogCaptureFixture) -> None:
    async def refuse(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=403, text=PASSWORD)

    caplog.set_level(logging.DEBUG)
    async with _service(refuse) as port:
        found = await _send(f"json://user:{PASSWORD}@127.0.0.1:{port}/x")
    ours = [record for record in caplog.records if not record.name.startswith("urllib3")]
    assert PASSWORD not in "".join(record.getMessage() for record in ours)
    assert PASSWORD not in repr(found)
    assert PASSWORD not in repr(AppriseEndpoint(id="chat", url=f"json://u:{PASSWORD}@h"))


@pytest.mark.parametrize(
    ("url", "is_known"),
    [
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", True),
        ("ntfys://ntfy.example/topic", True),
        ("nosuch://x", False),
        ("dbus://", False),
        ("syslog://", False),
        ("tgram://", False),
    ],
)
async def test_what_apprise_does_not_understand_is_given_up(url: str, is_known: bool) -> None:
    assert is_understood(url) is is_known
    if not is_known:
        found = await _send(url)
        assert isinstance(found, Permanent)
        assert found.reason is Reason.CLIENT_ERROR


def test_a_text_message_gets_the_short_form_and_nothing_is_ever_too_long() -> None:
    assert words_for(DELIVERY.body, most=160, has_title=False) == ("", TOLD["short"])
    title, text = words_for(DELIVERY.body, most=32_000, has_title=True)
    assert title == TOLD["headline"]
    assert not text.startswith(title)
    assert text.strip() in TOLD["text"]
    assert words_for(DELIVERY.body, most=1100, has_title=True) in (("", TOLD["short"]), (title, text))
    assert words_for(DELIVERY.body, most=32_000, has_title=False) == ("", TOLD["text"])


def test_a_notice_about_an_endpoint_has_words_too() -> None:
    notice = Notice(kind=NoticeKind.ENDPOINT_FAILING, subject_id="desk", stage=1, since=PUBLISHED, at=PUBLISHED)
    chat = AppriseEndpoint(id="chat", url="json://x", language="ckb")
    body = notice_delivery(notice, chat, sender=Sender(address="a@b.example", name="T")).body
    title, text = words_for(body, most=4096, has_title=True)
    assert "desk" in title
    assert "2026-06-13" in text
    assert words_for(body, most=160, has_title=False) == ("", title)
    assert replace(chat, url="x") != chat

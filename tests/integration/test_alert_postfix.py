"""Mails through a real server, Postfix: TLS, mailboxes, refusals, and the notice that comes back by itself."""

from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from services.alert.adapters.maildir import Maildir
from services.alert.bounce import Hardness, read_bounce
from services.alert.channels.email import EmailChannel
from services.alert.delivery import Delivered, Permanent, Reason, Retryable
from services.alert.ledger import Claimed, first_claim
from services.alert.watch import EmailEndpoint
from shared.ids import delivery_id
from tests.support.incidents import opened, updated
from tests.support.postfix import Postfix, is_available
from tests.support.waiting import until
from tests.unit.alert.test_payload import compose

pytestmark = pytest.mark.skipif(not is_available(), reason="Postfix is not installed, or this is not root")
DESK = EmailEndpoint(id="desk", to="desk@mailboxes.test", language="ar")


@pytest.fixture(scope="module")
def server() -> Iterator[Postfix]:
    with Postfix() as running:
        yield running


@pytest.fixture
async def postfix(server: Postfix) -> Postfix:
    await server.ready()
    server.empty()
    return server


def _channel(postfix: Postfix, **changed: object) -> EmailChannel:
    usual: dict[str, object] = {
        "host": "localhost", "port": postfix.port, "tls": "starttls", "sender": "alerts@mailboxes.test",
        "bounces": "bounces@mailboxes.test", "ca_file": str(postfix.ca_file), "timeout_seconds": 10.0,
    }  # fmt: skip
    return EmailChannel(**(usual | changed))  # type: ignore[arg-type]  # tests replace any part


def _mail(to: EmailEndpoint, number: int = 1) -> Claimed:
    return first_claim(compose(opened(number), endpoint=to))


async def test_mails_arrive_by_tls_on_one_connection_as_they_were_frozen_and_form_a_thread(postfix: Postfix) -> None:
    first = first_claim(compose(opened(), endpoint=DESK))
    second = first_claim(compose(updated(opened()), endpoint=DESK, previous=1))
    async with _channel(postfix) as channel:
        assert await channel.send(DESK, first) == Delivered(status=250)
        assert await channel.send(DESK, second) == Delivered(status=250)
    await until(lambda: len(postfix.mails("desk")) == 2, saw=postfix.log)
    alert, update = (message_from_bytes(raw, policy=default) for raw in postfix.mails("desk"))
    assert alert["Message-ID"] == f"<{delivery_id('desk', opened().incident_id, 1)}@tocsin.example>"
    assert update["References"] == alert["Message-ID"]
    body = first.body.replace(b"\r\n", b"\n")
    assert body.partition(b"\n\n")[2].strip() in postfix.mails("desk")[0]
    await until(lambda: "starttls=1 mail=2" in postfix.log(), saw=postfix.log)  # one connection, two mails


async def test_a_relay_whose_certificate_is_not_ours_to_trust_gets_no_mail(postfix: Postfix) -> None:
    async with _channel(postfix, ca_file=None) as channel:
        found = await channel.send(DESK, _mail(DESK))
    assert isinstance(found, Retryable)
    assert found.reason is Reason.CONNECT
    assert postfix.mails("desk") == []


async def test_an_unknown_mailbox_is_refused_at_once_and_disables_and_the_connection_goes_on(postfix: Postfix) -> None:
    nobody = EmailEndpoint(id="nobody", to="nobody@mailboxes.test")
    async with _channel(postfix) as channel:
        found = await channel.send(nobody, _mail(nobody))
        assert isinstance(found, Permanent)
        assert (found.reason, found.status, found.disables_endpoint) == (Reason.RECIPIENT_REFUSED, 550, True)
        assert await channel.send(DESK, _mail(DESK)) == Delivered(status=250)


@pytest.mark.parametrize(("domain", "hardness"), [("later.test", Hardness.HARD), ("full.test", Hardness.SOFT)])
async def test_a_mail_that_bounces_later_comes_back_to_its_delivery(
    postfix: Postfix, domain: str, hardness: Hardness
) -> None:
    gone = EmailEndpoint(id="gone", to=f"somebody@{domain}")
    delivery = _mail(gone)
    async with _channel(postfix) as channel:
        assert await channel.send(gone, delivery) == Delivered(status=250)
    box = Maildir(postfix.maildir("bounces"))
    await until(lambda: bool(list(box.take())), saw=postfix.log)
    ((name, raw),) = box.take()
    found = read_bounce(raw)
    assert found is not None
    assert (found.delivery_id, found.hardness) == (delivery.delivery_id, hardness)
    box.done(name)
    assert list(box.take()) == []


async def test_a_folder_that_is_not_there_yet_is_an_empty_box(tmp_path: Path) -> None:
    assert list(Maildir(tmp_path / "nothing").take()) == []


async def test_a_bounce_is_known_by_the_message_that_it_quotes_too(postfix: Postfix) -> None:
    gone = EmailEndpoint(id="gone", to="somebody@later.test")
    delivery = _mail(gone)
    async with _channel(postfix, bounces=None, sender="desk@mailboxes.test") as channel:
        assert await channel.send(gone, delivery) == Delivered(status=250)
    await until(lambda: len(postfix.mails("desk")) == 1, saw=postfix.log)
    found = read_bounce(postfix.mails("desk")[0])
    assert found is not None
    assert found.delivery_id == delivery.delivery_id

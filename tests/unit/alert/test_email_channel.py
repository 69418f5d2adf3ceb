"""The e-mail channel against a real SMTP server on loopback."""

from collections.abc import AsyncIterator

import pytest

from services.alert.channels.email import EmailChannel
from services.alert.delivery import Delivered, Permanent, Reason, Retryable
from services.alert.ledger import Claimed
from services.alert.mail_gate import MailGate, MailRules
from services.alert.mail_links import EVERYTHING
from services.alert.watch import EmailEndpoint
from services.standalone.mail_catcher import MailCatcher
from tests.support.incidents import opened
from tests.unit.alert.test_payload import compose

MAILBOX = EmailEndpoint(id="mail", to="desk@example.org", language="ckb")
COMPOSED = compose(opened(), endpoint=MAILBOX)
DELIVERY = Claimed(
    delivery_id=COMPOSED.delivery_id,
    endpoint_id="mail",
    channel="email",
    incident_id=COMPOSED.incident_id,
    revision=1,
    test=False,
    content_type=COMPOSED.content_type,
    body=COMPOSED.body,
    attempt=1,
    occurred_at=None,
    fetched_at=None,
)


@pytest.fixture
async def mails() -> AsyncIterator[MailCatcher]:
    async with MailCatcher() as running:
        yield running


def _channel(port: int) -> EmailChannel:
    return EmailChannel(host="127.0.0.1", port=port, tls="none", sender="alerts@tocsin.example", timeout_seconds=2.0)


async def test_the_frozen_bytes_reach_the_mailbox(mails: MailCatcher) -> None:
    assert await _channel(mails.port).send(MAILBOX, DELIVERY) == Delivered(status=250)
    (mail,) = mails.accepted
    assert mail.raw == DELIVERY.body
    assert mail.recipients == ("desk@example.org",)
    assert mail.sender == "alerts@tocsin.example"
    assert mail.message_id == f"<{DELIVERY.delivery_id}@tocsin.example>"
    assert "خانەقین" in mail.plain_text


async def test_a_relay_that_is_busy_is_tried_again(mails: MailCatcher) -> None:
    mails.fail_next("451 4.3.0 try again later")
    found = await _channel(mails.port).send(MAILBOX, DELIVERY)
    assert found == Retryable(reason=Reason.MAIL_REFUSED, status=451, detail="451 4.3.0 try again later")


async def test_a_mailbox_that_does_not_exist_is_given_up(mails: MailCatcher) -> None:
    mails.refuse_recipient("desk@example.org")
    found = await _channel(mails.port).send(MAILBOX, DELIVERY)
    gone = Permanent(
        reason=Reason.RECIPIENT_REFUSED, status=550, detail="550 5.1.1 no such mailbox", disables_endpoint=True
    )
    assert found == gone


async def test_a_full_mailbox_is_given_up_and_disables_nothing(mails: MailCatcher) -> None:
    mails.refuse_recipient("desk@example.org", "552 5.2.2 mailbox full")
    found = await _channel(mails.port).send(MAILBOX, DELIVERY)
    assert found == Permanent(reason=Reason.RECIPIENT_REFUSED, status=552, detail="552 5.2.2 mailbox full")


async def test_one_connection_takes_many_mails_and_survives_a_refusal(mails: MailCatcher) -> None:
    async with _channel(mails.port) as channel:
        for _ in range(3):
            assert await channel.send(MAILBOX, DELIVERY) == Delivered(status=250)
        mails.fail_next("554 5.7.1 spam")
        assert isinstance(await channel.send(MAILBOX, DELIVERY), Permanent)
        assert await channel.send(MAILBOX, DELIVERY) == Delivered(status=250)
        assert mails.connections == 1


async def test_a_relay_that_hung_up_meanwhile_costs_no_attempt(mails: MailCatcher) -> None:
    async with _channel(mails.port) as channel:
        assert await channel.send(MAILBOX, DELIVERY) == Delivered(status=250)
        mails.hang_up()
        assert await channel.send(MAILBOX, DELIVERY) == Delivered(status=250)
        assert mails.connections == 2


async def test_bounces_return_to_an_address_that_names_the_delivery(mails: MailCatcher) -> None:
    channel = EmailChannel(
        host="127.0.0.1", port=mails.port, tls="none", sender="alerts@tocsin.example", bounces="bounces@tocsin.example"
    )
    async with channel:
        await channel.send(MAILBOX, DELIVERY)
    (mail,) = mails.accepted
    assert mail.sender == f"bounces+{DELIVERY.delivery_id}@tocsin.example"
    assert str(mail.message["From"]) == "Tocsin <alerts@tocsin.example>"


async def test_who_unsubscribed_is_not_even_dialled() -> None:
    gate = MailGate(frozenset({"mail"}))
    gate.become(MailRules(left={"mail": frozenset({EVERYTHING})}))
    channel = EmailChannel(host="127.0.0.1", port=9, tls="none", sender="alerts@tocsin.example", gate=gate)
    found = await channel.send(MAILBOX, DELIVERY)
    assert isinstance(found, Permanent)
    assert found.reason is Reason.UNSUBSCRIBED


async def test_a_mail_that_the_relay_will_never_take_is_given_up(mails: MailCatcher) -> None:
    mails.fail_next("554 5.7.1 spam")
    found = await _channel(mails.port).send(MAILBOX, DELIVERY)
    assert found == Permanent(reason=Reason.MAIL_REFUSED, status=554, detail="554 5.7.1 spam")


async def test_a_relay_that_is_away_is_tried_again() -> None:
    async with MailCatcher() as gone:
        port = gone.port
    found = await _channel(port).send(MAILBOX, DELIVERY)
    assert isinstance(found, Retryable)
    assert found.reason is Reason.CONNECT


async def test_starttls_is_insisted_on(mails: MailCatcher) -> None:
    insisting = EmailChannel(
        host="127.0.0.1", port=mails.port, tls="starttls", sender="alerts@tocsin.example", timeout_seconds=2.0
    )
    assert not isinstance(await insisting.send(MAILBOX, DELIVERY), Delivered)
    assert mails.caught == ()

"""The mail catcher keeps mail as it was sent and refuses when told to."""

from collections.abc import AsyncIterator
from email.message import EmailMessage

import aiosmtplib
import pytest

from services.standalone.mail_catcher import CaughtMail, MailCatcher


@pytest.fixture
async def catcher() -> AsyncIterator[MailCatcher]:
    async with MailCatcher() as running:
        yield running


def _mail(message_id: str = "<d_1@tocsin.example>", to: str = "desk@example.org") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "tocsin@example.org"
    message["To"] = to
    message["Subject"] = "هجوم في خانقين"
    message["Message-ID"] = message_id
    message.set_content("قتل سبعة أشخاص.\nKilled: 7\n")
    message.add_alternative("<p dir=rtl>قتل سبعة أشخاص.</p>", subtype="html")
    return message


async def _send(catcher: MailCatcher, message: EmailMessage) -> None:
    await aiosmtplib.send(message, hostname=catcher.host, port=catcher.port, start_tls=False)


async def test_mail_is_kept_with_its_parts_decoded(catcher: MailCatcher) -> None:
    await _send(catcher, _mail())

    (mail,) = catcher.accepted
    assert mail.subject == "هجوم في خانقين"
    assert mail.plain_text == "قتل سبعة أشخاص.\nKilled: 7\n"
    assert "<p dir=rtl>" in mail.html
    assert (mail.sender, mail.recipients) == ("tocsin@example.org", ("desk@example.org",))
    assert mail.message_id == "<d_1@tocsin.example>"


async def test_a_refused_mail_is_tried_again_and_counted_once(catcher: MailCatcher) -> None:
    catcher.fail_next("451 4.3.0 busy")
    with pytest.raises(aiosmtplib.SMTPDataError) as refusal:
        await _send(catcher, _mail())
    assert refusal.value.code == 451
    assert catcher.accepted == ()

    await _send(catcher, _mail())
    await _send(catcher, _mail())

    assert [mail.is_repeat for mail in catcher.caught] == [False, False, True]
    assert len(catcher.accepted) == 1


async def test_an_unknown_mailbox_is_refused(catcher: MailCatcher) -> None:
    catcher.refuse_recipient("Gone@example.org")

    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await _send(catcher, _mail(to="gone@example.org"))
    assert catcher.caught == ()


async def test_waiting_ends_with_the_mail_or_says_what_came_instead() -> None:
    announced: list[CaughtMail] = []
    async with MailCatcher(on_accepted=announced.append) as catcher:
        with pytest.raises(TimeoutError, match="0 of 1 accepted"):
            await catcher.wait_for_accepted(1, timeout_seconds=0.01)
        await _send(catcher, _mail())

        assert await catcher.wait_for_accepted(1, timeout_seconds=1.0) == tuple(announced)


async def test_stopping_closes_open_connections_and_frees_the_port() -> None:
    async with MailCatcher() as catcher:
        port = catcher.port
        client = aiosmtplib.SMTP(hostname=catcher.host, port=port, start_tls=False)
        await client.connect()
        with pytest.raises(OSError, match="address already in use"):
            await MailCatcher(port=port).__aenter__()
    with pytest.raises((aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPResponseException)):
        await client.noop()
    async with MailCatcher(port=port) as again:
        assert again.url == f"smtp://127.0.0.1:{port}"
    with pytest.raises(RuntimeError, match="not running"):
        again.port  # noqa: B018 - reading it is the point

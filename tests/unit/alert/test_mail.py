"""Mails: golden in three languages, one thread an incident, nothing injected, nothing executed."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from services.alert.mail import address
from services.alert.routing import Message
from services.alert.watch import EmailEndpoint, Language
from shared.events.incident import IncidentChange, SourcedEvidence
from shared.ids import delivery_id
from tests.support.incidents import opened, source, updated
from tests.unit.alert.test_payload import compose

GOLDEN = Path(__file__).parent / "golden"


def _mail(
    state: IncidentChange, *, language: Language = "en", message: Message = Message.ALERT, previous: int | None = None
) -> EmailMessage:
    mailbox = EmailEndpoint(id="mail", to="desk@example.org", language=language)
    raw = compose(state, endpoint=mailbox, message=message, previous=previous).body
    parsed = message_from_bytes(raw, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("language", ["en", "ar", "ckb"])
def test_a_mail_is_golden(language: Language) -> None:
    mail = _mail(updated(opened()), language=language, message=Message.UPDATE, previous=1)
    text = f"Subject: {mail['Subject']}\n\n{_part(mail, 'plain')}\n=====\n{_part(mail, 'html')}"
    golden = GOLDEN / f"update.{language}.txt"
    assert text == golden.read_text(encoding="utf-8")


def test_the_message_id_is_the_delivery_id_and_updates_join_the_thread() -> None:
    first, second = opened(), updated(opened())
    alert = _mail(first)
    update = _mail(second, message=Message.UPDATE, previous=1)
    assert alert["Message-ID"] == f"<{delivery_id('mail', first.incident_id, 1)}@tocsin.example>"
    assert "References" not in alert
    assert update["In-Reply-To"] == alert["Message-ID"]
    assert update["References"] == alert["Message-ID"]
    assert update["Message-ID"] != alert["Message-ID"]


def test_it_says_that_no_person_wrote_it() -> None:
    mail = _mail(opened())
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["From"] == "Tocsin <alerts@tocsin.example>"
    assert mail.get_content_type() == "multipart/alternative"


def test_html_in_news_text_is_escaped_and_links_that_are_scripts_are_none() -> None:
    evil = '<script>alert("x")</script><img src=x onerror=alert(1)>'
    state = opened(
        sources=(source(1, title=evil, outlet=evil, url="javascript:alert(1)"),),
        evidence=(SourcedEvidence(item_id="i", fact="killed", field="title", text=evil, start=0, end=1),),
        perpetrator=evil,
    )
    html = _part(_mail(state), "html")
    assert "<script" not in html
    assert "<img" not in html
    assert "javascript:" not in html
    assert "&lt;script&gt;" in html


def test_a_line_break_in_news_text_makes_no_header() -> None:
    mail = _mail(opened(sources=(source(1, outlet="Post\r\nBcc: victim@example.org"),)))
    assert mail["Bcc"] is None
    assert "Bcc: victim@example.org" in str(mail["Subject"])


def test_an_encoded_word_in_news_text_makes_no_header() -> None:
    evil = "=?utf-8?q?=0D=0ABcc:_victim@example.org=0D=0A?="
    mail = _mail(opened(sources=(source(1, outlet=evil),)))
    assert mail["Bcc"] is None
    assert "= ?utf-8?q?" in str(mail["Subject"])


@pytest.mark.parametrize(
    "text",
    [
        "desk@example.org\r\nBcc: victim@example.org",
        "desk@example.org\nSubject: x",
        "desk@example.org\x00",
        "desk",
        "@example.org",
        "desk@",
        "desk@example",
        "a b@example.org",
        "Desk <desk@example.org>",
        "desk@example.org, victim@example.org",
        "desk@exämple.org",
        "",
    ],
)
def test_what_is_no_plain_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"name@domain|control characters|ASCII"):
        address(text)


@pytest.mark.parametrize("text", ["desk@example.org", "first.last+tag@sub.example.org", "ops@localhost"])
def test_a_plain_address_is_taken(text: str) -> None:
    assert address(text).addr_spec == text

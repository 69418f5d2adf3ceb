"""One golden for each language and kind of message about an incident: the short form, the mail's subject and its plain text."""

import json
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from services.alert.area import Relation
from services.alert.compose import Composer, Sender
from services.alert.matching import WatchIndex
from services.alert.routing import Message, Note, Notice
from services.alert.watch import LANGUAGES, EmailEndpoint, Endpoint, Language, WebhookEndpoint
from shared.events.incident import FactChange, IncidentChange, Status
from shared.events.report import Kind
from tests.support.incidents import KIRKUK_CITY, opened, source, updated
from tests.support.places import FewPlaces
from tests.unit.alert.test_payload import DIYALA, TIMES

GOLDEN = Path(__file__).parent / "golden"
RETRACTING = (source(1), source(2, kind=Kind.RETRACTION))
STATES: dict[Message, IncidentChange] = {
    Message.ALERT: opened(),
    Message.UPDATE: updated(opened()),
    Message.LEFT_AREA: updated(opened(), place=KIRKUK_CITY),
    Message.WITHDRAWAL: updated(opened(), status=Status.WITHDRAWN, sources=(), source_count=0, origins=0),
    Message.MERGED: updated(
        opened(),
        status=Status.MERGED,
        merged_into="a_000000000000000000000007",
        sources=(),
        source_count=0,
        origins=0,
        changed=(
            FactChange(fact="status", before="active", after="merged"),
            FactChange(fact="merged_into", before=None, after="a_000000000000000000000007"),
        ),
    ),
    Message.RETRACTION: updated(opened(), status=Status.RETRACTED, sources=RETRACTING),
}


def golden(message: Message, language: Language, *, minimal: bool) -> str:
    """What the file holds."""
    composer = Composer(
        index=WatchIndex([replace(DIYALA, minimal=minimal)]),
        names=FewPlaces(),
        sender=Sender(address="alerts@tocsin.example", name="Tocsin"),
    )
    relation = Relation.OUTSIDE if message is Message.LEFT_AREA else Relation.INSIDE
    note = Note(watch_id="diyala", message=message, relation=relation)
    endpoints: tuple[Endpoint, ...] = (
        WebhookEndpoint(id="desk", url="https://desk.example/hook", secrets=("whsec_x",), language=language),
        EmailEndpoint(id="mail", to="desk@example.org", language=language),
    )
    first = None if message is Message.ALERT else 1
    notices = tuple(
        (
            Notice(endpoint_id=one.id, message=message, notes=(note,), first_revision=first, previous_revision=first),
            one,
        )
        for one in endpoints
    )
    webhook, mail = composer.deliveries(STATES[message], notices, TIMES)
    short = json.loads(webhook.body)["data"]["told"]["short"]
    parsed = message_from_bytes(mail.body, policy=default)
    assert isinstance(parsed, EmailMessage)
    part = parsed.get_body(("plain",))
    assert part is not None
    text = str(part.get_content()).replace("\r\n", "\n")
    return f"Short: {short}\nSubject: {parsed['Subject']}\n\n{text}"


def path_of(message: Message, language: Language, *, minimal: bool) -> Path:
    """The file."""
    return GOLDEN / f"incident-{message.value}{'-minimal' if minimal else ''}.{language}.txt"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("message", list(Message))
@pytest.mark.parametrize("minimal", [False, True])
def test_every_message_is_golden_in_every_language(message: Message, language: Language, minimal: bool) -> None:
    expected = path_of(message, language, minimal=minimal).read_text(encoding="utf-8")
    assert golden(message, language, minimal=minimal) == expected

"""The webhook body: its schema, its size, what it carries."""

import json
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from importlib import resources
from typing import Any

import msgspec
import pytest

from services.alert.area import CodedArea, Relation
from services.alert.compose import Composer, Sender
from services.alert.ledger import NewDelivery
from services.alert.matching import WatchIndex
from services.alert.payload import MAX_BODY_BYTES, AlertBody, Times, json_schema
from services.alert.routing import Message, Note, Notice
from services.alert.watch import EmailEndpoint, Endpoint, Language, Watch, WebhookEndpoint
from shared.events.facts import Candidate, Place, Precision
from shared.events.incident import FactChange, IncidentChange, SourcedEvidence
from shared.events.report import Kind
from shared.ids import delivery_id
from tests.support.incidents import PUBLISHED, opened, source, updated
from tests.support.places import FewPlaces

DIYALA = Watch(id="diyala", name="Diyala", areas=(CodedArea(codes=("IQ", "IQG10")),), endpoints=("desk",))
DESK = WebhookEndpoint(id="desk", url="https://desk.example/hook", secrets=("whsec_x",))
TIMES = Times(published=PUBLISHED, fetched=PUBLISHED + timedelta(seconds=20), created=PUBLISHED + timedelta(seconds=25))
COMPOSER = Composer(
    index=WatchIndex([DIYALA]), names=FewPlaces(), sender=Sender(address="alerts@tocsin.example", name="Tocsin")
)


def compose(
    state: IncidentChange,
    *,
    message: Message = Message.ALERT,
    endpoint: Endpoint = DESK,
    previous: int | None = None,
    times: Times = TIMES,
) -> NewDelivery:
    """The delivery of one notice to one endpoint."""
    notice = Notice(
        endpoint_id=endpoint.id,
        message=message,
        notes=(Note(watch_id="diyala", message=message, relation=Relation.INSIDE),),
        first_revision=previous,
        previous_revision=previous,
    )
    (delivery,) = COMPOSER.deliveries(state, ((notice, endpoint),), times)
    return delivery


def _body(state: IncidentChange, **how: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(compose(state, **how).body)
    return found


def test_the_published_schema_is_the_one_of_the_code() -> None:
    published = json.loads((resources.files("services.alert") / "schemas" / "alert.v1.json").read_text("utf-8"))
    assert published == json_schema()


def test_a_body_reads_back_as_what_the_schema_says() -> None:
    body = msgspec.json.decode(compose(opened()).body, type=AlertBody)
    assert body.data.incident.incident_id == opened().incident_id
    assert body.timestamp == TIMES.created


def test_an_alert_says_what_changed_to_whom_from_whom_and_when() -> None:
    body = _body(updated(opened()), message=Message.UPDATE, previous=1)
    assert body["type"] == "incident.update"
    data = body["data"]
    assert data["previous_sent_revision"] == 1
    assert data["changed"][0] == {"fact": "killed", "before": "4", "after": "7"}
    assert data["watches"] == [
        {"id": "diyala", "name": "Diyala", "message": "update", "relation": "inside", "sites": []}
    ]
    assert data["incident"]["severity"] == "severe"
    assert data["incident"]["expires"] == "2026-06-15T21:00:00Z"
    assert data["times"]["published"] == "2026-06-13T20:15:00Z"
    assert data["times"]["fetched"] == "2026-06-13T20:15:20Z"
    assert data["test"] is False
    assert data["sources"][0]["outlet"] == "Hamrin Voice"
    assert data["evidence"][1]["text"] == "four people were killed"
    assert data["told"]["headline"].startswith("Update: Armed attack")
    assert data["late_by_seconds"] is None


def test_an_incident_known_from_a_reaction_alone_says_so() -> None:
    told = _body(opened(sources=(source(1, kind=Kind.REACTION),)))
    assert told["data"]["incident"]["opened_by_reaction"] is True
    assert _body(opened())["data"]["incident"]["opened_by_reaction"] is False


def test_news_that_waited_in_our_hands_is_marked_late() -> None:
    times = msgspec.structs.replace(TIMES, created=PUBLISHED + timedelta(hours=3, seconds=20))
    body = _body(opened(), times=times)
    assert body["data"]["late_by_seconds"] == 3 * 3600
    assert "waited 3.0 h" in body["data"]["told"]["text"]


def test_the_body_stays_under_20_kb_whatever_the_news_contains() -> None:
    long = "ئەم هەواڵە زۆر درێژە " * 500
    state = updated(
        opened(),
        sources=tuple(source(n, title=long, url="https://x.example/" + "a" * 1900, outlet=long) for n in range(1, 51)),
        source_count=400,
        evidence=tuple(
            SourcedEvidence(item_id="i_1", fact="killed", field="content", text=f"{n} {long}", start=0, end=1)
            for n in range(50)
        ),
        changed=tuple(FactChange(fact="place", before=long, after=long) for _ in range(40)),
        best_reason=long,
        perpetrator=long,
        place=Place(
            name=long, precision=Precision.COUNTRY, candidates=tuple(Candidate(name="دارا" * 40) for _ in range(30))
        ),
    )
    delivery = compose(state)
    assert len(delivery.body) <= MAX_BODY_BYTES
    body = json.loads(delivery.body)
    assert body["data"]["sources_omitted"] >= 390
    assert body["data"]["incident"]["casualties"]["killed"]["best"] == 7


def test_the_same_notice_gives_the_same_bytes_and_id() -> None:
    first, again = compose(opened()), compose(opened())
    assert first == again
    assert first.delivery_id == delivery_id("desk", opened().incident_id, 1)


def test_links_that_are_no_web_addresses_do_not_travel() -> None:
    body = _body(opened(sources=(source(1, url="javascript:alert(1)"),)))
    assert body["data"]["sources"][0]["url"] is None


@pytest.mark.parametrize("language", ["en", "ar", "ckb"])
def test_a_mail_has_the_same_bytes_each_time_it_is_composed(language: Any) -> None:
    mailbox = EmailEndpoint(id="mail", to="desk@example.org", language=language)
    assert compose(opened(), endpoint=mailbox).body == compose(opened(), endpoint=mailbox).body


def _minimal(state: IncidentChange, endpoint: Endpoint = DESK, message: Message = Message.ALERT) -> NewDelivery:
    composer = Composer(
        index=WatchIndex([replace(DIYALA, minimal=True), replace(DIYALA, id="open")]),
        names=FewPlaces(),
        sender=Sender(address="alerts@tocsin.example", name="Tocsin"),
    )
    notes = tuple(Note(watch_id=one, message=message, relation=Relation.INSIDE) for one in ("diyala", "open"))
    notice = Notice(endpoint_id=endpoint.id, message=message, notes=notes, first_revision=None, previous_revision=None)
    (delivery,) = composer.deliveries(state, ((notice, endpoint),), TIMES)
    return delivery


@pytest.mark.parametrize("language", ["en", "ar", "ckb"])
@pytest.mark.parametrize("number", [1, 2])
def test_minimal_keeps_the_facts_and_holds_no_quote_name_or_link(language: Language, number: int) -> None:
    state = opened(best_reason="Sirwan Post says so") if number == 1 else updated(opened())
    state = msgspec.structs.replace(
        state, changed=(*state.changed, FactChange(fact="claim", before=None, after="ISIS"))
    )
    message = Message.ALERT if number == 1 else Message.UPDATE
    body = _minimal(state, replace(DESK, language=language), message).body.decode()
    mailbox = EmailEndpoint(id="mail", to="desk@example.org", language=language)
    raw = _minimal(state, mailbox, message).body
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    shown = [str(part.get_content()) for kind in ("plain", "html") if (part := mail.get_body((kind,)))]
    for text in (body, str(mail["Subject"]), *shown):
        for name in ("Sirwan", "Hamrin", "Gunmen", "people were killed", "outlet-", "http://", "ISIS", "isis", "داعش"):
            assert name not in text.replace("https://tocsin.example", "")
    data = json.loads(body)["data"]
    assert data["minimal"] is True
    assert (data["sources"], data["evidence"], data["sources_omitted"]) == ([], [], number)
    assert data["incident"]["casualties"]["killed"]["best"] == (4 if number == 1 else 7)
    assert data["incident"]["place"]["admin2"] == "IQG10Q05"
    assert data["told"]["headline"] in shown[0]


def test_the_body_carries_the_short_form() -> None:
    assert _body(opened())["data"]["told"]["short"] == (
        "Armed attack, Dara, Khanaqin, Diyala, 13 Jun: 4 killed. Reported by Sirwan Post, unconfirmed"
    )

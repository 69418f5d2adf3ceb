"""Atom feeds and CAP documents: valid, hostile text included; a feed's address reads one watch and dies with its key."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import xmlschema

from services.alert.cap import CapSender, cap_document, latest_told
from services.alert.feed_token import feed_token, key_id_of_token
from services.alert.keys import Right
from shared.events.facts import EventType
from shared.events.incident import ChangeKind, IncidentChange, Severity, Status
from tests.support.api import ApiStage
from tests.support.api_shelves import NOW
from tests.support.incidents import KIRKUK_CITY, opened, reacted, source, updated
from tests.support.places import FewPlaces

SCHEMA = xmlschema.XMLSchema(str(Path(__file__).parent / "schemas" / "CAP-v1.2.xsd"))
SENDER = CapSender(id="tocsin@example.org", name="Tocsin <desk>")
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
ATOM = "{http://www.w3.org/2005/Atom}"
EVIL = '</title><script>alert("x")</script>\x0b\x00\ufffe]]>&amp;'


def _cap(history: list[IncidentChange], revision: int) -> ET.Element:
    raw = cap_document(history, revision, SENDER, FewPlaces())
    assert raw is not None
    SCHEMA.validate(raw.decode())
    return ET.fromstring(raw)  # our own bytes


def _all(root: ET.Element, name: str) -> list[str]:
    return [found.text or "" for found in root.iter(CAP + name)]


def test_a_story_is_an_alert_its_new_facts_an_update_its_end_a_cancel_each_naming_those_before() -> None:
    first = opened()
    second = reacted(first)
    third = updated(second)
    last = updated(third, status=Status.RETRACTED, change=ChangeKind.RETRACTED)
    history = [first, second, third, last]
    assert cap_document(history, 2, SENDER, FewPlaces()) is None
    documents = [_cap(history, revision) for revision in (1, 3, 4)]
    assert [_all(one, "msgType")[0] for one in documents] == ["Alert", "Update", "Cancel"]
    assert {_all(one, "scope")[0] for one in documents} == {"Restricted"}
    references = _all(documents[2], "references")[0].split()
    assert references == [f"{SENDER.id},{_all(one, 'identifier')[0]},{_all(one, 'sent')[0]}" for one in documents[:2]]
    assert _all(documents[0], "references") == []
    assert latest_told(history) == 4
    assert _all(documents[1], "language") == ["en", "ar", "ckb"]


@pytest.mark.parametrize("event_type", [*EventType, None])
def test_every_kind_of_attack_makes_a_valid_document(event_type: EventType | None) -> None:
    root = _cap([opened(event_type=event_type)], 1)
    assert all(_all(root, "event"))


@pytest.mark.parametrize(
    ("severity", "said"), list(zip(Severity, ("Minor", "Moderate", "Severe", "Extreme"), strict=True))
)
def test_severities_are_told_as_the_table_has_them(severity: Severity, said: str) -> None:
    assert _all(_cap([opened(severity=severity)], 1), "severity") == [said] * 3


def test_a_canary_is_a_test_and_a_point_is_told_latitude_first() -> None:
    root = _cap([opened(test=True, place=KIRKUK_CITY)], 1)
    assert _all(root, "status") == ["Test"]
    assert _all(root, "circle")[0] == "35.46800,44.39200 5"
    assert _all(_cap([opened(place=None)], 1), "geocode") == []


def test_hostile_text_is_text_in_every_document() -> None:
    evil = opened(perpetrator=EVIL, sources=(source(1, title=EVIL, outlet=EVIL),))
    _cap([evil], 1)
    stage = _stage(evil)
    text = stage.client(stage.key()).get("/v1/watches/home/feed.atom").text
    ET.fromstring(text)
    assert "<script" not in text


def test_cap_is_offered_only_where_the_operator_names_a_sender() -> None:
    path = f"/v1/incidents/{opened().incident_id}/cap"
    history = [opened(), updated(opened())]
    without = ApiStage(history)
    assert without.client(without.key()).get(path).status_code == 404
    stage = ApiStage(history, cap_sender=SENDER)
    client = stage.client(stage.key())
    latest = client.get(path)
    assert latest.headers["content-type"].startswith("application/cap+xml")
    assert latest.content == client.get(f"{path}/2").content
    assert client.get(f"{path}/3").status_code == 404
    assert client.get("/v1/incidents/a_none/cap").status_code == 404


def _stage(*states: IncidentChange, **watch: Any) -> ApiStage:
    stage = ApiStage(*([state] for state in states))
    client = stage.client(stage.key(Right.WRITE))
    assert client.put("/v1/watches/home", json={"places": ["Diyala"], **watch}).status_code == 200
    stage.incidents.told["home"] = {state.incident_id for state in states[:1]}
    return stage


def test_a_feed_has_one_entry_an_incident_the_watch_was_told_as_it_stands() -> None:
    fallen = updated(opened(), status=Status.RETRACTED)
    stage = _stage(fallen, opened(2))
    answer = stage.client(stage.key()).get("/v1/watches/home/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = ET.fromstring(answer.text)
    for name in ("id", "title", "updated", "author"):  # RFC 4287, section 4.1.1
        assert len(root.findall(ATOM + name)) == 1
    (entry,) = root.findall(ATOM + "entry")
    for name in ("id", "title", "updated", "content"):
        assert len(entry.findall(ATOM + name)) == 1
    assert entry.findtext(ATOM + "id") == f"urn:tocsin:incident:{fallen.incident_id}"
    assert (entry.findtext(ATOM + "title") or "").startswith("Retracted")
    assert "token" not in answer.text


def test_a_minimal_watch_has_a_minimal_feed() -> None:
    stage = _stage(opened(), minimal=True)
    text = stage.client(stage.key()).get("/v1/watches/home/feed.atom").text
    for secret in ("Sirwan Post", "outlet-1.example", "ISIS", "isis", "/incidents/"):
        assert secret not in text


def test_a_feeds_address_reads_that_feed_alone_and_dies_with_its_key() -> None:
    stage = _stage(opened())
    key = stage.key(tenant="default")
    url = stage.client(key).get("/v1/watches/home/feed").json()["url"]
    anybody = stage.client()
    assert anybody.get(url).status_code == 200
    assert anybody.get("/v1/watches/home/feed.atom").status_code == 401
    token = url.partition("token=")[2]
    assert anybody.get("/v1/watches", params={"token": token}).status_code == 401
    assert anybody.get("/v1/watches/other/feed.atom", params={"token": token}).status_code == 401
    assert anybody.get("/v1/watches/home/feed.atom", params={"token": token[:-1] + "x"}).status_code == 401
    key_id = token.partition(".")[0]
    stage.keys.held[key_id] = replace(stage.keys.held[key_id], revoked_at=NOW)
    assert anybody.get(url).json()["reason"] == "key_revoked"


def test_a_token_is_of_one_key_and_one_watch() -> None:
    token = feed_token(b"s", key_id="k", watch_id="home")
    assert key_id_of_token(b"s", token, watch_id="home") == "k"
    assert key_id_of_token(b"s", token, watch_id="acme.home") is None
    assert key_id_of_token(b"t", token, watch_id="home") is None
    assert key_id_of_token(b"s", "k.ü", watch_id="home") is None

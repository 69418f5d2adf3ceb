"""Bulletins in three languages: golden mails and short forms, foreign text kept in its place, bodies that keep their schema."""

import json
import unicodedata
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alert import bulletin_phrases
from services.alert.area import Relation
from services.alert.bulletin import Bulletin, Entry, GatheredBy, WatchName
from services.alert.bulletin_payload import bulletin_body, json_schema
from services.alert.bulletin_words import bulletin_short, bulletin_story
from services.alert.bulletins import BulletinWriter
from services.alert.compose import Sender
from services.alert.payload import MAX_BODY_BYTES
from services.alert.routing import Message
from services.alert.short_form import fits
from services.alert.tidings import Addressed
from services.alert.watch import LANGUAGES, EmailEndpoint, Language
from services.alert.words import plain_text
from shared.events.facts import Place, Precision
from shared.events.incident import Severity
from tests.support.bulletins import BULLETINS
from tests.support.incidents import opened
from tests.support.places import FewPlaces

GOLDEN = Path(__file__).parent / "golden"
SCHEMA = Path(__file__).parents[3] / "services" / "alert" / "schemas" / "bulletin.v1.json"
NAMES = FewPlaces()
_FSI, _PDI = "\u2068", "\u2069"


def _mail(bulletin: Bulletin, language: Language) -> EmailMessage:
    writer = BulletinWriter(names=NAMES, sender=Sender(address="alerts@tocsin.example", name="Tocsin"))
    addressed = Addressed(endpoint_id="mail", delivery_id="d_1", subject="s", revision=1, bulletin=bulletin)
    mailbox = EmailEndpoint(id="mail", to="desk@example.org", language=language)
    message = message_from_bytes(writer.delivery(addressed, mailbox, {}).body, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def golden(bulletin: Bulletin, language: Language) -> str:
    """What the golden files hold: the short form, the mail's subject and its plain text."""
    mail = _mail(bulletin, language)
    part = mail.get_body(("plain",))
    assert part is not None
    text = str(part.get_content()).replace("\r\n", "\n")
    return f"Short: {bulletin_short(bulletin, language, NAMES)}\nSubject: {mail['Subject']}\n\n{text}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(BULLETINS))
def test_every_kind_of_bulletin_is_golden_in_every_language(kind: str, language: Language) -> None:
    expected = (GOLDEN / f"{kind}.{language}.txt").read_text(encoding="utf-8")
    assert golden(BULLETINS[kind], language) == expected


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(BULLETINS))
def test_every_short_form_is_one_message(kind: str, language: Language) -> None:
    assert fits(bulletin_short(BULLETINS[kind], language, NAMES), language)


@given(st.text(max_size=200), st.sampled_from(LANGUAGES), st.sampled_from(sorted(BULLETINS)))
def test_a_short_form_fits_whatever_a_watch_is_called(name: str, language: Language, kind: str) -> None:
    bulletin = replace(BULLETINS[kind], watches=(WatchName(id="w", name=name),))
    assert fits(bulletin_short(bulletin, language, NAMES), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(BULLETINS))
def test_foreign_names_are_isolated_and_every_isolate_is_closed(kind: str, language: Language) -> None:
    name = "ديالى" if language == "en" else "Diyala"
    bulletin = replace(BULLETINS[kind], watches=(WatchName(id="w", name=f"{name}\u202e\n"),))
    told = bulletin_story(bulletin, language, NAMES)
    assert f"{_FSI}{name}{_PDI}" in told.headline
    for line in plain_text(told).splitlines():
        depth = 0
        for c in line:
            depth += (c == _FSI) - (c == _PDI)
            assert 0 <= depth <= 1
            assert c not in "\u202a\u202b\u202c\u202d\u202e"
        assert depth == 0


@pytest.mark.parametrize("kind", list(BULLETINS))
def test_arabic_and_sorani_have_words_of_their_own(kind: str) -> None:
    said = {language: bulletin_story(BULLETINS[kind], language, NAMES) for language in LANGUAGES}
    assert said["ar"].headline != said["ckb"].headline
    for language in ("ar", "ckb"):
        first = next(c for c in said[language].headline.replace("Diyala", "") if c.isalpha())
        assert unicodedata.bidirectional(first) == "AL"


@pytest.mark.parametrize("count", [0, 1, 2, 3, 11, 100, 103])
def test_arabic_counts_incidents_as_arabic_does(count: int) -> None:
    expected = {
        0: "0 حوادث",
        1: "حادث واحد",
        2: "حادثان",
        3: "3 حوادث",
        11: "11 حادثاً",
        100: "100 حادث",
        103: "103 حوادث",
    }
    assert bulletin_phrases.incidents(count, "ar") == expected[count]


def _body(bulletin: Bulletin, language: Language = "en") -> dict[str, Any]:
    body = json.loads(bulletin_body(bulletin, language, NAMES))
    assert isinstance(body, dict)
    return body


def test_the_published_schema_is_the_codes() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json_schema()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(BULLETINS))
def test_every_body_keeps_the_schema(kind: str, language: Language) -> None:
    jsonschema.validate(_body(BULLETINS[kind], language), json_schema())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [1, 40, 500, 5000])
def test_a_long_list_stays_under_20_kb_and_says_what_it_leaves_out(language: Language, count: int) -> None:
    entries = tuple(
        Entry(state=opened(number), message=Message.ALERT, relation=Relation.INSIDE) for number in range(1, count + 1)
    )
    body = bulletin_body(replace(BULLETINS["flood"], entries=entries), language, NAMES)
    assert len(body) <= MAX_BODY_BYTES
    data = json.loads(body)["data"]
    assert data["incident_count"] == count == len(data["incidents"]) + data["incidents_omitted"]
    assert len(data["incident_ids"]) == min(count, 300)
    assert str(count) in data["told"]["headline"]


def test_the_gravest_and_newest_come_first() -> None:
    def entry(number: int, severity: Severity, minutes: int) -> Entry:
        state = opened(number, severity=severity, last_seen=opened().last_seen + timedelta(minutes=minutes))
        return Entry(state=state, message=Message.ALERT, relation=Relation.INSIDE)

    entries = (entry(1, Severity.MINOR, 3), entry(2, Severity.CRITICAL, 1), entry(3, Severity.CRITICAL, 2))
    listed = _body(replace(BULLETINS["digest"], entries=entries))["data"]["incidents"]
    assert [one["incident_id"] for one in listed] == [opened(number).incident_id for number in (3, 2, 1)]


def test_a_summary_names_the_place_where_it_is_one() -> None:
    flood = BULLETINS["flood"]
    assert _body(flood)["data"]["told"]["headline"].startswith("2 more in Khanaqin, Diyala")
    elsewhere = opened(3, place=Place(name="Kirkuk", precision=Precision.GOVERNORATE, country="IQ", admin1="IQG13"))
    mixed = (*flood.entries, Entry(state=elsewhere, message=Message.ALERT, relation=Relation.INSIDE))
    assert "several districts" in _body(replace(flood, entries=mixed))["data"]["told"]["headline"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(BULLETINS))
def test_minimal_names_no_outlet_and_holds_no_link(kind: str, language: Language) -> None:
    bulletin = replace(BULLETINS[kind], minimal=True)
    for text in (json.dumps(_body(bulletin, language)), golden(bulletin, language)):
        for name in ("Sirwan", "Hamrin", "outlet-", "http"):
            assert name not in text


def test_equal_bulletins_have_equal_bytes() -> None:
    assert bulletin_body(BULLETINS["digest"], "ar", NAMES) == bulletin_body(BULLETINS["digest"], "ar", NAMES)


def test_every_way_of_gathering_has_words() -> None:
    for gathered_by in GatheredBy:
        for language in LANGUAGES:
            assert bulletin_phrases.GATHERED[gathered_by][language]
            assert bulletin_phrases.SHORT_GATHERED[gathered_by][language]

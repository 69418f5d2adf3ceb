"""Headlines and stories: attribution, doubt, three languages, foreign text kept in its place."""

import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alert import phrases
from services.alert.area import Relation
from services.alert.routing import Message
from services.alert.watch import LANGUAGES, Language
from services.alert.words import (
    Telling,
    attribution,
    cleaned,
    headline,
    isolated,
    place_parts,
    plain_text,
    story,
    told_changes,
    toll,
    web_address,
)
from shared.events.facts import Candidate, Casualties, Count, EventType, Place, Precision
from shared.events.incident import FactChange, IncidentChange, Severity, Status
from shared.events.report import Kind
from tests.support.incidents import QUOTED, opened, source, updated
from tests.support.places import FewPlaces

NAMES = FewPlaces()


def _headline(state: IncidentChange, language: Language = "en", message: Message = Message.ALERT) -> str:
    return headline(state, Telling(message=message, language=language), NAMES)


def test_one_source_is_never_told_as_fact() -> None:
    assert _headline(opened()) == (
        "Armed attack, Dara, Khanaqin, Diyala: 4 killed. Reported by Sirwan Post, unconfirmed"
    )


def test_several_outlets_of_one_origin_are_unconfirmed() -> None:
    copies = opened(sources=(source(1), source(2), source(3)), source_count=3, origins=1)
    assert attribution(copies, "en") == "3 outlets, 1 origin, unconfirmed"


def test_independent_origins_are_counted() -> None:
    assert attribution(updated(opened()), "en") == "2 outlets, 2 origins"


def test_a_reaction_lends_no_weight_and_alone_says_what_it_is() -> None:
    reaction = source(2, kind=Kind.REACTION)
    both = opened(sources=(source(1), reaction), source_count=2, origins=1)
    assert attribution(both, "en") == "Reported by Sirwan Post, unconfirmed"
    alone = opened(sources=(reaction,))
    assert attribution(alone, "en") == "Known only from a reaction carried by Hamrin Voice, unconfirmed"


def test_a_retraction_names_who_retracted() -> None:
    sources = (source(1), source(2, kind=Kind.RETRACTION))
    fallen = opened(sources=sources, source_count=2, status=Status.RETRACTED)
    assert attribution(fallen, "en") == "Retracted by Hamrin Voice"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("message", list(Message))
def test_every_headline_of_one_source_says_so_in_every_language(language: Language, message: Message) -> None:
    said = _headline(opened(), language, message)
    assert "Sirwan Post" in said
    assert phrases.UNCONFIRMED[language].split()[0] in said
    assert said.startswith(phrases.PREFIX[message][language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_exists_in_every_language(language: Language) -> None:
    tables = (phrases.EVENT, phrases.PREFIX, phrases.LABEL, phrases.PRECISION, phrases.SEVERITY, phrases.FACT)
    for table in tables:
        for key, words in table.items():
            assert language in words, key
    assert set(phrases.EVENT) == {*EventType, None}
    assert set(phrases.PREFIX) == set(Message)
    assert set(phrases.PRECISION) == set(Precision)
    assert set(phrases.SEVERITY) == set(Severity)


def test_arabic_headline_is_golden() -> None:
    assert _headline(updated(opened()), "ar", Message.UPDATE) == (
        "تحديث: هجوم مسلح، \u2068Dara\u2069، خانقين، ديالى: 7 قتلى، 5 جرحى. وسيلتا إعلام، مصدران أصليان"
    )


def test_sorani_headline_is_golden() -> None:
    assert _headline(opened(), "ckb") == (
        "هێرشی چەکداری، \u2068Dara\u2069، خانەقین، دیالە: 4 کوژراو. بە گوێرەی \u2068Sirwan Post\u2069، پشتڕاست نەکراوەتەوە"
    )


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "لا قتلى"), (1, "قتيل واحد"), (2, "قتيلان"), (3, "3 قتلى"), (10, "10 قتلى"), (11, "11 قتيلاً"),
        (99, "99 قتيلاً"), (100, "100 قتيل"), (101, "101 قتيل"), (103, "103 قتلى"), (111, "111 قتيلاً"),
    ],
)  # fmt: skip
def test_arabic_numbers_take_their_plurals(count: int, words: str) -> None:
    assert phrases.killed(count, "ar") == words


def test_a_toll_shows_the_range_where_sources_differ_and_says_when_none_is_stated() -> None:
    wide = Casualties(killed=Count(best=7, low=4, high=9), attackers_killed=Count(best=1, low=1, high=1))
    assert toll(wide, "en") == "7 killed (4–9), 1 attacker killed"
    assert toll(Casualties(), "en") == "toll not stated"
    assert toll(Casualties(killed=Count(best=0, low=0, high=0)), "en") == "none killed"


def test_a_place_is_not_named_twice_and_an_unsettled_one_is_said_to_be_so() -> None:
    district = Place(name="خانقين", precision=Precision.DISTRICT, country="IQ", admin1="IQG10", admin2="IQG10Q05")
    assert place_parts(district, "en", NAMES) == ["Khanaqin", "Diyala"]
    syria = Place(name="Deir ez-Zor", precision=Precision.TOWN, country="SY", admin1="SY-DY")
    assert place_parts(syria, "en", NAMES) == ["Deir ez-Zor", "Syria"]
    unsettled = msgspec.structs.replace(
        district, name="Dara", candidates=(Candidate(name="Darah Khurma"), Candidate(name="Kurdarrah"))
    )
    told = story(opened(place=unsettled), Telling(message=Message.ALERT, language="en"), NAMES)
    assert "The name may mean one of 2 places; which one is not settled." in told.lead
    assert "Dara, Khanaqin, Diyala (the district only)" in [line.value for line in told.facts]


def test_a_possible_place_is_said_in_the_headline() -> None:
    telling = Telling(message=Message.ALERT, language="en", watches=(("Khanaqin", Relation.POSSIBLY),))
    assert headline(opened(), telling, NAMES).startswith("Possibly in your area: ")
    inside_one = Telling(
        message=Message.ALERT, language="en", watches=(("A", Relation.POSSIBLY), ("B", Relation.INSIDE))
    )
    assert not headline(opened(), inside_one, NAMES).startswith("Possibly")


def test_a_canary_says_test_before_all_else() -> None:
    assert _headline(opened(test=True)).startswith("TEST: ")


def test_a_withdrawn_incident_without_sources_can_be_told() -> None:
    fallen = opened(status=Status.WITHDRAWN, sources=(), source_count=0, origins=0, evidence=())
    told = story(fallen, Telling(message=Message.WITHDRAWAL, language="en"), NAMES)
    assert told.headline.endswith("No source stands behind it")
    assert phrases.WITHDRAWAL_EXPLAINED["en"] in told.lead


def test_foreign_words_cannot_reorder_ours() -> None:
    evil = "Evil\u202e\u2066\u2069 Post\r\nBcc: x@example.org\u0000"
    assert cleaned(evil) == "Evil Post Bcc: x@example.org"
    assert isolated("Sirwan Post", "ar") == "\u2068Sirwan Post\u2069"
    assert isolated("Sirwan Post", "en") == "Sirwan Post"
    assert isolated("دارا", "en") == "\u2068دارا\u2069"


def test_the_joiner_that_sorani_spelling_needs_is_kept() -> None:
    assert cleaned("می\u200cخواهم") == "می\u200cخواهم"


@given(st.text())
def test_cleaned_text_is_one_bounded_line_without_control_characters(text: str) -> None:
    line = cleaned(text, limit=80)
    assert len(line) <= 80
    assert not any(unicodedata.category(c) in {"Cc", "Zl", "Zp"} for c in line)
    assert not any(c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f" for c in line)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "ftp://a.example/", "//a.example", "", "https://a b", "x" * 10]
)
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    assert web_address(url) is None
    told = story(opened(sources=(source(1, url=url),)), Telling(message=Message.ALERT, language="en"), NAMES)
    assert told.sources[0].url == ""


def test_the_plain_text_carries_headline_facts_quotes_sources_and_the_disclaimer() -> None:
    telling = Telling(message=Message.UPDATE, language="en", watches=(("Diyala", Relation.INSIDE),))
    text = plain_text(story(updated(opened()), telling, NAMES))
    for part in ("7 killed, 5 wounded", "killed: 4 → 7", "13 June 2026", f"Sirwan Post: “{QUOTED}”",
                 "https://outlet-1.example/news/1", "Not an official warning."):  # fmt: skip
        assert part in text


def test_more_sources_than_are_shown_are_counted() -> None:
    many = opened(sources=tuple(source(number) for number in range(1, 31)), source_count=64, origins=9)
    told = story(many, Telling(message=Message.ALERT, language="en"), NAMES)
    assert len(told.sources) == 10
    assert told.omitted == "and 54 more"


@given(st.text(max_size=60) | st.from_regex(r"[\w \u200b-\u200f\u00a0\t\n]{0,40}", fullmatch=True))
def test_plain_text_is_cleaned_as_any_other(text: str) -> None:
    slowly = cleaned("\u200b" + text)  # the mark is taken out, and keeps the quick way from being taken
    assert cleaned(text) == slowly


def test_minimal_mode_names_nobody_whatever_linking_calls_the_fact() -> None:
    """The names are those that linking gives (``services/classify/link/changes.py``)."""
    changed = tuple(FactChange(fact=fact, before=None, after="isis") for fact in ("perpetrator", "claim"))
    claimed = updated(opened(), changed=changed)
    assert told_changes(claimed, minimal=True) == ()
    assert told_changes(claimed, minimal=False) == changed
    assert {"perpetrator", "claim"} <= set(phrases.FACT)

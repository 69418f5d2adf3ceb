"""One text message: it always fits, always carries what matters, and is never cut silently."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.alert import short_phrases
from services.alert.area import Relation
from services.alert.routing import Message
from services.alert.short_form import MOST_GSM, MOST_UCS2, fits, is_gsm, length, short_form
from services.alert.watch import LANGUAGES, Language
from services.alert.words import Telling
from shared.events.facts import Casualties, Count, EventType, Place, Precision
from shared.events.incident import IncidentChange, Status
from shared.events.report import Kind
from tests.support.incidents import KIRKUK_CITY, exactly, opened, source, updated
from tests.support.places import FewPlaces

NAMES = FewPlaces()
FALLEN = opened(sources=(source(1), source(2, kind=Kind.RETRACTION)), status=Status.RETRACTED)


def _short(state: IncidentChange, language: Language = "en", message: Message = Message.ALERT, **how: object) -> str:
    return short_form(state, Telling(message=message, language=language, **how), NAMES)  # type: ignore[arg-type]  # tests set any


@pytest.mark.parametrize(
    ("language", "alert", "update", "retraction"),
    [
        (
            "en",
            "Armed attack, Dara, Khanaqin, Diyala, 13 Jun: 4 killed. Reported by Sirwan Post, unconfirmed",
            "Update: Armed attack, Dara, Khanaqin, Diyala, 13 Jun: 7 killed, 5 wounded. 2 outlets, 2 origins",
            "Retracted: Armed attack, Dara, Khanaqin, Diyala, 13 Jun: 4 killed. Retracted by Hamrin Voice",
        ),
        (
            "ar",
            "هجوم مسلح، Dara، خانقين، 13/6: 4 قتلى. بحسب Sirwan Post، غير مؤكد",
            "تحديث: هجوم مسلح، Dara، خانقين، ديالى، 13/6: 7 قتلى، 5 جرحى. مصدران",
            "غير صحيح: هجوم مسلح، Dara، خانقين، ديالى، 13/6: 4 قتلى. مصدر واحد",
        ),
        (
            "ckb",
            "هێرشی چەکداری، Dara، خانەقین، 13/6: 4 کوژراو. 1 سەرچاوە، نەسەلماو",
            "نوێ: هێرشی چەکداری، Dara، خانەقین، دیالە، 13/6: 7 کوژراو… 2 سەرچاوە",
            "ڕەتکرایەوە: هێرشی چەکداری، Dara، خانەقین، 13/6: 4 کوژراو. 1 سەرچاوە",
        ),
    ],
)
def test_short_forms_are_golden(language: Language, alert: str, update: str, retraction: str) -> None:
    assert _short(opened(), language) == alert
    assert _short(updated(opened()), language, Message.UPDATE) == update
    assert _short(FALLEN, language, Message.RETRACTION) == retraction


def _count(text: st.SearchStrategy[int]) -> st.SearchStrategy[Count | None]:
    return st.none() | text.map(exactly) | text.map(lambda best: Count(best=best, low=0, high=best * 2 + 1))


_tolls = _count(st.integers(0, 5000))
_places = st.builds(
    lambda name, admin1, admin2: Place(
        name=name, precision=Precision.TOWN, country="IQ", admin1=admin1, admin2=admin2 if admin1 else None
    ),
    st.text(max_size=120) | st.sampled_from(["قرية الإصلاح الزراعي الثانية", "گوندی سەرچاوەی گەورە", "[^{€}]" * 12]),
    st.sampled_from([None, "IQG10"]),
    st.sampled_from([None, "IQG10Q05"]),
)


@settings(max_examples=150, deadline=None)
@given(
    language=st.sampled_from(LANGUAGES),
    message=st.sampled_from(Message),
    event=st.none() | st.sampled_from(EventType),
    place=st.none() | _places,
    tolls=st.tuples(_tolls, _tolls, _tolls),
    outlet=st.text(max_size=80),
    number=st.integers(0, 12),
    is_test=st.booleans(),
    status=st.sampled_from([Status.ACTIVE, Status.RETRACTED, Status.WITHDRAWN]),
    relation=st.sampled_from(Relation),
    on=st.none() | st.just(date(2026, 12, 31)),
)
def test_whatever_is_told_fits_one_message_and_says_date_doubt_and_sources(
    *, language: Language, message: Message, event: EventType | None, place: Place | None, tolls: tuple[Count | None, ...],
    outlet: str, number: int, is_test: bool, status: Status, relation: Relation, on: date | None,
) -> None:  # fmt: skip
    killed, wounded, attackers = tolls
    state = opened(
        event_type=event, place=place, status=status, test=is_test, occurred_on=on, origins=min(1, number),
        casualties=Casualties(killed=killed, wounded=wounded, attackers_killed=attackers),
        sources=tuple(source(one, outlet=f"{outlet} {one}") for one in range(1, number + 1)),
    )  # fmt: skip
    said = _short(state, language, message, watches=(("w", relation),))
    assert fits(said, language), (length(said, language), said)
    assert (short_phrases.day(12, 31, language) if on else short_phrases.UNDATED[language]) in said
    assert said.startswith(short_phrases.TEST[language]) or not is_test
    if number and status is not Status.RETRACTED:
        assert short_phrases.UNCONFIRMED[language] in said
    if tolls == (None, None, None):
        assert short_phrases.TOLL_UNKNOWN[language] in said


def test_the_longest_of_everything_still_fits() -> None:
    state = opened(
        event_type=EventType.ATTACK, place=None, status=Status.RETRACTED, test=True, occurred_on=None, sources=(), origins=0,
        casualties=Casualties(attackers_killed=Count(best=9_999, low=9_998, high=9_999)),
    )  # fmt: skip
    for language in LANGUAGES:
        assert fits(said := _short(state, language, Message.RETRACTION), language), said


def test_a_toll_that_has_no_room_leaves_an_ellipsis_and_a_range_without_room_a_sign() -> None:
    wide = Casualties(
        killed=Count(best=123, low=110, high=140),
        wounded=Count(best=456, low=300, high=500),
        attackers_killed=exactly(12),
    )
    state = opened(casualties=wide, event_type=EventType.SUICIDE_BOMB)
    assert "123 killed (110-140), 456 wounded (300-500), 12 attackers killed" in _short(state)
    assert "~123 قتيلاً…" in _short(state, "ar", Message.RETRACTION)


def test_a_place_that_has_no_room_leaves_an_ellipsis() -> None:
    place = Place(name="قرية الإصلاح الزراعي الثانية الجديدة", precision=Precision.TOWN, country="IQ")
    said = _short(opened(place=place, test=True), "ar", Message.UPDATE)
    assert "…" in said
    assert MOST_UCS2 - 12 < length(said, "ar") <= MOST_UCS2


def test_english_stays_in_the_alphabet_of_text_messages() -> None:
    place = Place(name="Çemçemāl’", precision=Precision.TOWN, country="IQ", admin1="IQG10")
    said = _short(opened(place=place, sources=(source(1, outlet="صوت ديالى"),)))
    assert is_gsm(said)
    assert said == "Armed attack, Cemcemal', Diyala, 13 Jun: 4 killed. 1 outlet, 1 origin, unconfirmed"
    arabic = Place(name="ديالى", precision=Precision.TOWN, country="IQ", admin1="IQG13")
    assert "Armed attack, Kirkuk, 13 Jun" in _short(opened(place=arabic))
    assert length("€", "en") == 2
    assert not fits("€" * (MOST_GSM // 2 + 1), "en")


def test_a_place_that_is_perhaps_not_in_the_area_is_said_to_be_so() -> None:
    assert ", possibly Kirkuk, " in _short(opened(place=KIRKUK_CITY), watches=(("w", Relation.POSSIBLY),))
    assert "possibly" not in _short(opened(), watches=(("w", Relation.POSSIBLY), ("v", Relation.INSIDE)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_minimal_names_no_outlet(language: Language) -> None:
    assert "Sirwan" not in _short(opened(), language, minimal=True)
    assert "Hamrin" not in _short(FALLEN, language, Message.RETRACTION, minimal=True)

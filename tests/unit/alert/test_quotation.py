"""The sources' own words in an alert: few, whole, attributed, or not there at all."""

from services.alert.quotation import quotations
from services.alert.routing import Message
from services.alert.words import Telling, plain_text, story
from shared.events.incident import IncidentChange, SourcedEvidence
from tests.support.incidents import QUOTED, opened, source
from tests.support.places import FewPlaces

ARABIC = "قتل أربعة أشخاص بهجوم شنه مسلحون على القرية"


def _said(number: int, text: str, fact: str = "kind", field: str = "summary") -> SourcedEvidence:
    return SourcedEvidence(item_id=source(number).item_id, fact=fact, field=field, text=text, start=0, end=len(text))


def _state(*evidence: SourcedEvidence, sources: int = 3) -> IncidentChange:
    return opened(sources=tuple(source(number) for number in range(1, sources + 1)), evidence=evidence)


def _texts(state: IncidentChange, language: str = "en") -> list[str]:
    return [one.text for one in quotations(state, language=language)]


def test_words_and_fragments_are_never_quoted() -> None:
    fragments = (
        _said(1, "killed", "event_type"),
        _said(1, "gunmen", "kind"),
        _said(2, "killed three soldiers", "killed"),
        _said(2, "Saturday evening in the village", "occurred_on"),
    )
    assert _texts(_state(*fragments)) == []


def test_what_a_title_says_already_is_not_said_again() -> None:
    title = source(1).title
    assert _texts(_state(_said(1, title), _said(1, title.upper() + "!"), _said(1, title.rpartition(" ")[0]))) == []


def test_of_two_quotes_of_which_one_holds_the_other_the_fuller_stays() -> None:
    part = QUOTED.partition(", a local")[0]
    assert _texts(_state(_said(1, part), _said(2, QUOTED))) == [QUOTED]
    assert _texts(_state(_said(1, QUOTED), _said(2, part))) == [QUOTED]
    assert _texts(_state(_said(1, QUOTED), _said(2, f"“{QUOTED}”"))) == [QUOTED]


def test_the_clause_that_tells_the_attack_comes_before_others_and_each_source_speaks_once() -> None:
    toll = "At least four people of one family died there"
    state = _state(_said(1, toll, "killed"), _said(1, QUOTED), _said(2, "Hooded men opened fire at dawn"))
    assert _texts(state) == [QUOTED, "Hooded men opened fire at dawn"]


def test_no_more_than_three_are_shown_those_in_the_readers_language_first() -> None:
    sources = tuple(source(number, lang="ar" if number == 4 else "en") for number in range(1, 6))
    evidence = [_said(number, f"Armed men of group {number} attacked a village") for number in (1, 2, 3, 5)]
    state = opened(sources=sources, evidence=(*evidence, _said(4, ARABIC)))
    assert _texts(state) == [one.text for one in evidence[:3]]
    assert _texts(state, "ar") == [ARABIC, *(one.text for one in evidence[:2])]


def test_words_whose_source_is_not_known_are_not_quoted() -> None:
    assert _texts(_state(_said(9, QUOTED))) == []


def test_each_quote_names_who_said_it_and_where_and_without_one_the_section_is_left_out() -> None:
    telling = Telling(message=Message.ALERT, language="en")
    text = plain_text(story(_state(_said(2, QUOTED)), telling, FewPlaces()))
    assert f"In the sources' words:\n- Hamrin Voice: “{QUOTED}”\n  https://outlet-2.example/news/1\n" in text
    assert "In the sources' words" not in plain_text(story(_state(_said(2, "killed")), telling, FewPlaces()))

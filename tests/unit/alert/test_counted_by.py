"""Alerts say who counted the dead where the reports do, in three languages."""

import msgspec
import pytest

from services.alert import phrases
from services.alert.routing import Message
from services.alert.watch import LANGUAGES, Language
from services.alert.words import Telling, story
from shared.events.facts import CountedBy
from tests.support.incidents import opened
from tests.support.places import FewPlaces


def toll_line(who: CountedBy | None, language: Language, *, minimal: bool = False) -> str:
    state = opened()
    state = msgspec.structs.replace(state, casualties=msgspec.structs.replace(state.casualties, counted_by=who))
    told = story(state, Telling(message=Message.ALERT, language=language, minimal=minimal), FewPlaces())
    return next(line.value for line in told.facts if phrases.killed(4, language) in line.value)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", [who for who in CountedBy if who is not CountedBy.UNKNOWN])
def test_the_story_says_who_counted(who: CountedBy, language: Language) -> None:
    assert toll_line(who, language).endswith(f" ({phrases.COUNTED_BY[who][language]})")


@pytest.mark.parametrize("who", [None, CountedBy.UNKNOWN])
def test_nothing_is_said_where_nobody_is_named(who: CountedBy | None) -> None:
    assert toll_line(who, "en") == "4 killed"


def test_a_minimal_message_does_not_say_who_counted() -> None:
    assert toll_line(CountedBy.MEDICAL, "en", minimal=True) == "4 killed"

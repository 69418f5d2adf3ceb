"""A test alert says in every form that it is one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.alert.area import Circle, CodedArea, Polygon
from services.alert.routing import Message
from services.alert.short_form import short_form
from services.alert.trial import trial_notices, trial_state
from services.alert.watch import LANGUAGES, Language, Watch
from services.alert.words import Telling, plain_text, story
from tests.support.places import FewPlaces

NOW = datetime(2026, 6, 13, 20, 20, tzinfo=UTC)
WATCH = Watch(
    id="khanaqin",
    name="Khanaqin",
    areas=(CodedArea(codes=("IQ", "IQG10", "IQG10Q05")),),
    endpoints=("desk", "mail", "desk"),
)
SQUARE = ((45.0, 34.0), (45.1, 34.0), (45.1, 34.1), (45.0, 34.0))


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_marked_first_and_explained_in_every_language(language: Language) -> None:
    state = trial_state(WATCH, now=NOW)
    telling = Telling(message=Message.ALERT, language=language)
    told = story(state, telling, FewPlaces())
    assert state.test
    test = {"en": "TEST: ", "ar": "اختبار: ", "ckb": "تاقیکردنەوە: "}[language]
    assert told.headline.startswith(test)
    explained = {"en": "Nothing happened", "ar": "لم يحدث شيء", "ckb": "هیچ ڕووی نەداوە"}[language]
    assert explained in plain_text(told).splitlines()[2]
    assert short_form(state, telling, FewPlaces()).startswith(
        {"en": "TEST: ", "ar": "اختبار: ", "ckb": "تێست: "}[language]
    )


@pytest.mark.parametrize(
    "area", [Circle(lat=34.0, lon=45.0, radius_km=5), Polygon(ring=SQUARE), CodedArea(codes=("IQ",))]
)
def test_it_lies_in_whatever_area_the_watch_has(area: Circle | Polygon | CodedArea) -> None:
    place = trial_state(replace(WATCH, areas=(area,)), now=NOW).place
    assert place is not None
    assert (place.country, place.lat) == (("IQ", None) if isinstance(area, CodedArea) else (None, 34.0))


def test_each_endpoint_gets_one_and_another_try_is_another_message() -> None:
    assert [notice.endpoint_id for notice in trial_notices(WATCH)] == ["desk", "mail"]
    first, second = trial_state(WATCH, now=NOW), trial_state(WATCH, now=NOW + timedelta(seconds=1))
    assert first.incident_id != second.incident_id

"""What the type model may and may not do."""

import pytest

from services.classify.read.type_features import stem
from services.classify.read.type_model import TypeModel
from shared.events.facts import EventType

CERTAIN_OF_SUICIDE = TypeModel(types=["suicide_bomb", "remote_explosive_landmine_ied"], weights={"bias": [9.0, 0.0]})


def test_a_suicide_bomb_is_never_guessed_where_the_text_has_no_word_of_one() -> None:
    chosen = CERTAIN_OF_SUICIDE.choose(EventType.REMOTE_EXPLOSIVE_LANDMINE_IED, {"bias": 1.0})
    assert chosen is EventType.REMOTE_EXPLOSIVE_LANDMINE_IED


def test_a_suicide_bomb_may_be_chosen_where_its_word_stands_in_the_text() -> None:
    chosen = CERTAIN_OF_SUICIDE.choose(EventType.REMOTE_EXPLOSIVE_LANDMINE_IED, {"bias": 1.0, "any:atk.suicide": 0.5})
    assert chosen is EventType.SUICIDE_BOMB


def test_where_the_rules_find_no_type_an_unlikely_one_is_none() -> None:
    model = TypeModel(types=[one.value for one in EventType], weights={})
    assert model.choose(None, {"bias": 1.0}) is None
    assert model.choose(EventType.ATTACK, {"bias": 1.0}) is not None


@pytest.mark.parametrize(
    ("one", "other", "lang"),
    [("الشرطه", "للشرطه", "ar"), ("وهجوم", "الهجوم", "ar"), ("سەربازێك", "سەربازەكان", "ckb"), ("raid", "raid", "en")],
)
def test_a_word_is_known_in_its_forms(one: str, other: str, lang: str) -> None:
    assert stem(one, lang) == stem(other, lang)

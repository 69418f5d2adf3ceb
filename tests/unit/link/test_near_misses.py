"""Same attack or not, where some facts agree and others do not: what outweighs what."""

import msgspec

from shared.events.facts import EventType, Place, Precision
from shared.events.report import AttackFacts
from tests.support.told import facts
from tests.unit.link.test_same_or_not import joins

T = EventType


def test_an_attack_of_another_kind_weapon_and_toll_in_the_same_town_stays_apart_whatever_words_both_share() -> None:
    clues = ("8nmkddy", "7cfarmer", "7nhmdy", "6wgrove")

    def attack(event_type: EventType, weapon: str, killed: int) -> AttackFacts:
        return facts(
            "Khanaqin town",
            event_type=event_type,
            killed=killed,
            targets=("civilians",),
            weapons=(weapon,),
            clues=clues,
        )

    bomb = attack(T.REMOTE_EXPLOSIVE_LANDMINE_IED, "ied", 1)
    assert not joins(bomb, attack(T.ATTACK, "gun", 2))
    assert joins(bomb, attack(T.ATTACK, "gun", 1))  # a kind misread is no toll misread
    assert joins(bomb, attack(T.REMOTE_EXPLOSIVE_LANDMINE_IED, "gun", 2))


def test_a_city_of_several_districts_may_stand_for_a_place_around_it_where_the_rest_agrees() -> None:
    city = Place(name="Baghdad", lat=33.34, lon=44.33, precision=Precision.TOWN, country="IQ", admin1="IQG08")
    taji = Place(
        name="Taji", lat=33.53, lon=44.28, precision=Precision.TOWN, country="IQ", admin1="IQG08", admin2="IQG08Q02"
    )
    far = msgspec.structs.replace(taji, name="Rutba", lat=33.04, lon=40.28)

    def attack(place: Place, wounded: int | None) -> AttackFacts:
        return facts(place, wounded=wounded, targets=("army",), weapons=("ied",))

    assert joins(attack(taji, 3), attack(city, 3))
    assert joins(attack(city, 3), attack(taji, 3))
    assert not joins(facts(taji), facts(city))
    assert not joins(attack(far, 3), attack(city, 3))

"""Attackers that one story counts as victims are told by the others for what they are."""

import msgspec
import pytest

from shared.events.facts import Casualties, EventType, Evidence
from shared.events.incident import IncidentChange
from shared.events.report import AttackFacts, Kind
from tests.support.told import count, facts, told
from tests.unit.link.streams import last_of

T = EventType


def toll(killed: int | None, attackers: int | None, event_type: EventType = T.ARMED_CLASH) -> AttackFacts:
    casualties = Casualties(killed=count(killed), attackers_killed=count(attackers))
    return msgspec.structs.replace(facts(event_type=event_type), casualties=casualties)


def sides(change: IncidentChange) -> tuple[int | None, int | None]:
    dead, attackers = change.casualties.killed, change.casualties.attackers_killed
    return dead.best if dead else None, attackers.best if attackers else None


def test_one_story_with_as_many_victims_as_attackers_does_not_lift_the_victims_of_another() -> None:
    soldier = told("a", toll(1, 3))
    change = last_of(soldier, told("b", toll(3, 3), hours=1))
    assert (sides(change), change.notify) == ((1, 3), False)
    assert sides(last_of(soldier, told("b", toll(3, 3), hours=1), told("c", toll(3, 3), hours=2))) == (3, 3)


def test_a_rising_toll_beside_other_attackers_stands_at_once() -> None:
    assert sides(last_of(told("a", toll(1, 3)), told("b", toll(2, 3), hours=1))) == (2, 3)


STRIKE = (told("a", toll(None, 4, T.AIR_DRONE_STRIKE)), told("b", toll(None, 4, T.AIR_DRONE_STRIKE), hours=1))


def struck(killed: int, attackers: int | None, words: str = "") -> AttackFacts:
    evidence = (Evidence(fact="killed", field="summary", text=words, start=0, end=len(words)),) if words else ()
    return msgspec.structs.replace(toll(killed, attackers, T.AIR_DRONE_STRIKE), evidence=evidence)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (struck(6, None), 6),
        (struck(6, 6), 6),
        (struck(1, 4, "One of the four men killed"), 4),
        (struck(1, 4, "أحد القتلى"), 4),
    ],
)
def test_an_update_of_a_strike_that_killed_fighters_alone_counts_fighters(said: AttackFacts, expected: int) -> None:
    change = last_of(*STRIKE, told("c", said, kind=Kind.UPDATE, hours=9))
    assert (sides(change), change.notify) == ((None, expected), False)
    looking_back = msgspec.structs.replace(said, is_back_reference=True)
    assert sides(last_of(*STRIKE, told("c", looking_back, hours=9))) == (None, expected)


def test_a_civilian_who_died_beside_the_fighters_is_news_at_once() -> None:
    change = last_of(*STRIKE, told("c", struck(1, 4, "a farmer was killed"), kind=Kind.UPDATE, hours=9))
    assert (sides(change), change.notify) == ((1, 4), True)


def test_a_report_of_a_strike_with_other_dead_rings_and_so_does_the_second_voice_of_an_update() -> None:
    strike = told("a", toll(None, 4, T.AIR_DRONE_STRIKE))
    report = last_of(strike, told("b", toll(6, None, T.AIR_DRONE_STRIKE), hours=2))
    assert (sides(report), report.notify) == ((6, 4), True)
    update = told("b", toll(6, None, T.AIR_DRONE_STRIKE), kind=Kind.UPDATE, hours=2)
    again = told("c", toll(6, None, T.AIR_DRONE_STRIKE), kind=Kind.UPDATE, hours=3)
    assert sides(last_of(strike, update, again)) == (6, 4)


def test_the_dead_of_a_suicide_bombing_are_not_taken_for_bombers() -> None:
    bomber = told("a", toll(None, 1, T.SUICIDE_BOMB))
    change = last_of(bomber, told("b", toll(3, None, T.SUICIDE_BOMB), kind=Kind.UPDATE, hours=2))
    assert (sides(change), change.notify) == ((3, 1), True)


def test_what_two_sides_call_attackers_and_victims_stays_what_more_or_the_first_called_it() -> None:
    victims, fighters = toll(3, None), toll(None, 3)
    assert sides(last_of(told("a", victims), told("b", fighters, hours=1))) == (3, 3)
    assert sides(last_of(told("a", fighters), told("b", victims, hours=1))) == (None, 3)
    two = (told("b", fighters, hours=1), told("c", fighters, hours=2))
    assert sides(last_of(told("a", victims), *two)) == (None, 3)


def test_the_dead_bomber_is_nobodys_victim_whoever_told_first() -> None:
    bomber, victim = toll(None, 1, T.SUICIDE_BOMB), toll(1, None, T.SUICIDE_BOMB)
    assert sides(last_of(told("a", victim), told("b", bomber, hours=1))) == (None, 1)

"""What the desk holds back, and what a watch has muted: kept, released, dropped."""

from dataclasses import replace
from datetime import timedelta

import msgspec

from services.alert.area import CodedArea
from services.alert.routing import Standing
from services.alert.silences import Ending, Silence, SilenceKind
from shared.events.facts import Place, Precision
from tests.support.incidents import KIRKUK_CITY, reacted, source, updated
from tests.unit.alert.timing_desk import EVENING, NIGHT, Desk, attack, iraq, retracted

# Holds


async def test_a_hold_keeps_everything_and_its_release_tells_it_together() -> None:
    desk = Desk(iraq())
    desk.hold(areas=(CodedArea(codes=("IQ", "IQG10", "IQG10Q05")),), place="Khanaqin")
    await desk.hear(attack(1), attack(2), attack(3, place=KIRKUK_CITY))
    assert [one.incident_id for one in desk.told] == [attack(3).incident_id]
    assert desk.gather() == []
    desk.clock.at += timedelta(days=3)
    (body,) = desk.gather(ending=Ending.RELEASED)
    assert (body["data"]["gathered_by"], body["data"]["incident_count"]) == ("hold", 2)
    assert desk.ledger.waiting == {}


async def test_what_is_dropped_is_never_told_nor_what_follows_of_it() -> None:
    desk = Desk(iraq())
    desk.hold()
    first = attack(1)
    await desk.hear(first)
    assert desk.gather(ending=Ending.DROPPED) == []
    desk.ledger.silences.clear()
    second = updated(first)
    await desk.hear(second, retracted(second))
    assert desk.told == []
    assert desk.standing(first) is Standing.DROPPED


async def test_a_held_update_that_is_dropped_leaves_the_receiver_as_it_was() -> None:
    desk = Desk(iraq())
    first = attack(1)
    await desk.hear(first)
    desk.hold()
    second = updated(first)
    await desk.hear(second)
    assert desk.gather(ending=Ending.DROPPED) == []
    desk.ledger.silences.clear()
    await desk.hear(reacted(second))
    assert desk.messages == [(1, "alert")]


async def test_a_hold_does_not_keep_a_retraction_from_who_was_told_nor_tell_who_was_not() -> None:
    desk = Desk(iraq())
    told, untold = attack(1), attack(2)
    await desk.hear(told)
    desk.hold()
    await desk.hear(untold, retracted(untold), retracted(told))
    assert [(one.incident_id, one.message.value) for one in desk.told] == [
        (told.incident_id, "alert"),
        (told.incident_id, "retraction"),
    ]
    assert desk.ledger.waiting == {}


async def test_the_desks_own_hold_lets_a_retraction_through_to_who_was_told_alone() -> None:
    desk = Desk(iraq())
    told, untold = attack(1), attack(2)
    await desk.hear(told)
    held = updated(told, held=True)
    await desk.hear(held, updated(untold, held=True))
    assert len(desk.told) == 1
    await desk.hear(retracted(held), retracted(updated(untold, held=True)))
    assert [one.message.value for one in desk.told] == ["alert", "retraction"]


async def test_a_hold_on_a_source_keeps_what_nobody_else_reports() -> None:
    desk = Desk(iraq())
    desk.hold(source="Sirwan Post")
    alone = attack(1)
    await desk.hear(alone, attack(2, sources=(source(1), source(2))))
    assert [one.incident_id for one in desk.told] == [attack(2).incident_id]
    await desk.hear(updated(alone))
    assert [one.message.value for one in desk.told] == ["alert", "alert"]
    assert desk.ledger.waiting == {}


async def test_a_hold_ends_with_its_time() -> None:
    desk = Desk(iraq())
    desk.hold(until=EVENING + timedelta(hours=1))
    await desk.hear(attack(1))
    assert desk.told == []
    desk.clock.at += timedelta(hours=2)
    await desk.hear(attack(2))
    assert len(desk.told) == 1


async def test_a_hold_on_a_district_does_not_keep_what_is_only_possibly_there() -> None:
    desk = Desk(iraq())
    desk.hold(areas=(CodedArea(codes=("IQ", "IQG10", "IQG10Q05")),))
    await desk.hear(
        attack(1, place=Place(name="Diyala", precision=Precision.GOVERNORATE, country="IQ", admin1="IQG10"))
    )
    assert len(desk.told) == 1


async def test_tests_pass_every_brake() -> None:
    desk = Desk(replace(iraq(quiet=NIGHT, limit_an_hour=1), receives_tests=True))
    desk.hold()
    await desk.hear(*(msgspec.structs.replace(attack(number), test=True) for number in range(1, 5)))
    assert len(desk.told) == 4


# Mutes


async def test_a_muted_incident_is_silent_until_then_and_its_next_fact_is_an_update() -> None:
    desk = Desk(iraq())
    first = attack(1)
    await desk.hear(first)
    mute = Silence(
        id=1, kind=SilenceKind.MUTE, watch_id="iraq", incident_id=first.incident_id,
        until=EVENING + timedelta(hours=1), created_at=EVENING,
    )  # fmt: skip
    desk.ledger.silences.append(mute)
    second = updated(first)
    await desk.hear(second, attack(2))
    assert [one.incident_id for one in desk.told] == [first.incident_id, attack(2).incident_id]
    desk.clock.at += timedelta(hours=2)
    await desk.hear(reacted(second))
    assert [(one.incident_id, one.revision) for one in desk.told][-1] == (first.incident_id, 3)


async def test_a_mute_keeps_nothing_and_is_one_watchs_own() -> None:
    desk = Desk(iraq())
    desk.ledger.silences.append(Silence(id=1, kind=SilenceKind.MUTE, watch_id="another", created_at=EVENING))
    await desk.hear(attack(1))
    assert len(desk.told) == 1
    desk.ledger.silences.append(Silence(id=2, kind=SilenceKind.MUTE, watch_id="iraq", created_at=EVENING))
    await desk.hear(attack(2))
    assert (len(desk.told), desk.ledger.waiting) == (1, {})

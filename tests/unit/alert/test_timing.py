"""Now, later, or not at all: outages, quiet hours, digests, floods; and what is told together when its time has come."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.alert.area import Circle, CodedArea
from services.alert.bulletin import GatheredBy
from services.alert.errors import LedgerError
from services.alert.gathering import Due, Known, gather
from services.alert.manners import Digest, DigestPace, Override, Site
from services.alert.matching import WatchIndex
from services.alert.routing import Standing
from services.alert.timing import WaitingKey
from shared.events.facts import Casualties, Place, Precision
from shared.events.incident import Severity, Status
from tests.support.incidents import KIRKUK_CITY, exactly, opened, reacted, updated
from tests.unit.alert.test_consumer import Stage
from tests.unit.alert.timing_desk import EVENING, NIGHT, Desk, attack, iraq, retracted

# Quiet hours


async def test_what_comes_at_night_waits_for_the_morning_and_is_one_message() -> None:
    desk = Desk(iraq(quiet=NIGHT))
    await desk.hear(attack(1), attack(2))
    assert (desk.told, len(desk.ledger.waiting)) == ([], 2)
    desk.clock.at = EVENING + timedelta(hours=6)
    assert desk.gather() == []
    desk.clock.at = EVENING + timedelta(hours=7)
    (body,) = desk.gather()
    assert body["type"] == "incidents.digest"
    assert body["data"]["gathered_by"] == "quiet_hours"
    assert sorted(body["data"]["incident_ids"]) == sorted(attack(number).incident_id for number in (1, 2))
    assert (desk.gather(), desk.ledger.waiting) == ([], {})
    await desk.hear(updated(attack(1)))
    assert desk.messages == [(2, "update")]


async def test_what_is_grave_enough_rings_at_night() -> None:
    desk = Desk(iraq(quiet=NIGHT))
    await desk.hear(opened(1, severity=Severity.CRITICAL))
    assert desk.messages == [(1, "alert")]


async def test_what_becomes_grave_in_the_night_rings_then_and_is_not_told_again_in_the_morning() -> None:
    desk = Desk(iraq(quiet=NIGHT))
    first = attack(1)
    await desk.hear(first, updated(first, severity=Severity.CRITICAL, casualties=Casualties(killed=exactly(12))))
    assert desk.messages == [(2, "alert")]
    assert desk.ledger.waiting == {}
    desk.clock.at = EVENING + timedelta(hours=8)
    assert desk.gather() == []


OFFICE = Site(name="Kalar office", lat=34.63, lon=45.32, radius_km=60)
NEAR = Place(name="Near", lat=34.68, lon=45.25, precision=Precision.TOWN, country="IQ", admin1="IQG16")
FAR = Place(name="Far", lat=34.9, lon=45.0, precision=Precision.TOWN, country="IQ", admin1="IQG16")
SOMEWHERE = Place(name="Kifri", precision=Precision.DISTRICT, country="IQ", admin1="IQG16", admin2="IQG16Q05")


@pytest.mark.parametrize(("place", "rings"), [(NEAR, True), (FAR, False), (SOMEWHERE, True)])
async def test_the_override_wants_severity_and_nearness_and_takes_the_unknown_for_near(
    place: Place, rings: bool
) -> None:  # a table
    override = Override(min_severity=Severity.SEVERE, within_km=20)
    desk = Desk(iraq(quiet=replace(NIGHT, unless=override), sites=(OFFICE,)))
    await desk.hear(opened(1, place=place, severity=Severity.SEVERE))
    assert bool(desk.told) is rings
    await desk.hear(opened(2, place=place, severity=Severity.MODERATE))
    assert len(desk.told) == int(rings)


async def test_a_circles_centre_counts_as_a_site_for_the_override() -> None:
    override = Override(min_severity=Severity.SEVERE, within_km=20)
    watch = replace(iraq(quiet=replace(NIGHT, unless=override)), areas=(Circle(lat=34.63, lon=45.32, radius_km=100),))
    desk = Desk(watch)
    await desk.hear(opened(1, place=NEAR), opened(2, place=FAR))
    assert [one.incident_id for one in desk.told] == [opened(1).incident_id]


async def test_an_update_waits_too_and_a_retraction_does_not() -> None:
    desk = Desk(iraq(quiet=NIGHT))
    desk.clock.at = EVENING - timedelta(hours=4)
    first = attack(1)
    await desk.hear(first)
    desk.clock.at = EVENING
    second = updated(first)
    await desk.hear(second)
    assert desk.messages == [(1, "alert")]
    assert len(desk.ledger.waiting) == 1
    await desk.hear(retracted(second))
    assert desk.messages == [(1, "alert"), (3, "retraction")]
    assert desk.ledger.waiting == {}


# Digests


async def test_a_digest_leaves_at_the_hour_and_shows_incidents_as_they_stand_then() -> None:
    desk = Desk(iraq(digest=Digest(pace=DigestPace.HOUR)))
    first = attack(1)
    await desk.hear(first, updated(first), reacted(updated(first)))
    assert desk.told == []
    desk.clock.at = datetime(2026, 6, 13, 21, 0, tzinfo=UTC)
    (body,) = desk.gather()
    (listed,) = body["data"]["incidents"]
    assert "7 killed, 5 wounded" in listed["headline"]
    assert listed["message"] == "alert"
    assert desk.standing(first) is Standing.TOLD


async def test_what_is_retracted_or_moves_away_leaves_an_unsent_digest_and_nobody_hears_of_it() -> None:
    desk = Desk(replace(iraq(digest=Digest(pace=DigestPace.DAY)), areas=(CodedArea(codes=("IQ", "IQG10")),)))
    first, second, third = attack(1), attack(2), attack(3)
    await desk.hear(first, second, third)
    await desk.hear(retracted(first), updated(second, place=KIRKUK_CITY), updated(third, status=Status.WITHDRAWN))
    desk.clock.at = EVENING + timedelta(days=1)
    assert (desk.told, desk.gather(), desk.ledger.waiting) == ([], [], {})


async def test_a_retraction_after_the_digest_reaches_who_read_it() -> None:
    desk = Desk(iraq(digest=Digest(pace=DigestPace.HOUR)))
    await desk.hear(first := attack(1))
    desk.clock.at += timedelta(hours=1)
    assert len(desk.gather()) == 1
    await desk.hear(retracted(first))
    assert desk.messages == [(2, "retraction")]


async def test_what_the_desk_holds_back_stays_for_a_later_digest() -> None:
    desk = Desk(iraq(digest=Digest(pace=DigestPace.HOUR)))
    first = attack(1)
    await desk.hear(first)
    held = updated(first, held=True)
    await desk.hear(held)
    assert desk.ledger.waiting == {}
    await desk.hear(updated(held, held=False))
    assert len(desk.ledger.waiting) == 1


async def test_an_endpoint_of_two_watches_is_told_now_if_one_of_them_wants_it_now() -> None:
    patient = replace(iraq(digest=Digest(pace=DigestPace.HOUR)), id="patient")
    desk = Desk(iraq())
    desk.index.become(WatchIndex([iraq(), patient]))
    desk.handler._index.become(desk.index)  # the handler's own index is what watches are changed in
    await desk.hear(attack(1))
    (delivery,) = desk.told
    assert delivery.watch_ids == ("iraq", "patient")
    assert desk.ledger.waiting == {}


# Floods


async def test_five_hundred_false_reports_in_a_minute_are_bounded_messages_and_a_new_district_still_rings() -> None:
    desk = Desk(iraq(limit_an_hour=20))
    await desk.hear(*(attack(number) for number in range(1, 251)))
    await desk.hear(*(attack(number) for number in range(251, 501)))
    assert len(desk.told) == 20
    await desk.hear(attack(501, place=KIRKUK_CITY))
    assert desk.told[-1].incident_id == attack(501).incident_id
    await desk.hear(opened(502, severity=Severity.CRITICAL))
    assert desk.told[-1].incident_id == opened(502).incident_id
    assert len(desk.told) == 22
    desk.clock.at += timedelta(minutes=15)
    (body,) = desk.gather()
    assert body["type"] == "incidents.summary"
    assert body["data"]["gathered_by"] == "flood"
    assert body["data"]["incident_count"] == 480
    assert body["data"]["told"]["headline"].startswith("480 more in Khanaqin")
    assert len(desk.told) + 1 <= 25


async def test_updates_count_like_alerts_and_retractions_do_not() -> None:
    desk = Desk(iraq(limit_an_hour=3))
    state = attack(1)
    await desk.hear(state)
    for killed in range(5, 25):
        state = updated(state, casualties=Casualties(killed=exactly(killed % 9)))
        await desk.hear(state)
    assert len(desk.told) == 3
    await desk.hear(retracted(state))
    assert [one.message.value for one in desk.told] == ["alert", "update", "update", "retraction"]


async def test_the_next_hour_has_its_own_limit() -> None:
    desk = Desk(iraq(limit_an_hour=2))
    await desk.hear(*(attack(number) for number in range(1, 6)))
    desk.clock.at += timedelta(hours=1)
    await desk.hear(attack(9))
    assert len(desk.told) == 3


async def test_what_other_replicas_rang_counts() -> None:
    desk = Desk(iraq(limit_an_hour=8))
    await desk.hear(*(attack(number) for number in range(1, 4)))
    (key,) = desk.ledger.rings
    desk.ledger.rings = Counter({key: 8})
    await desk.hear(attack(4), attack(5))
    assert len(desk.told) == 3


async def test_a_ledger_that_cannot_be_asked_puts_nothing_aside() -> None:
    desk = Desk(iraq(limit_an_hour=4))
    desk.ledger.fail_asking = True
    with pytest.raises(LedgerError):
        await desk.hear(attack(1), attack(2), attack(3))
    assert (desk.publisher.sent, desk.told) == ([], [])
    desk.ledger.fail_asking = False
    await desk.hear(attack(1), attack(2), attack(3))
    assert len(desk.told) == 3


async def test_a_batch_that_fails_and_comes_again_counts_once() -> None:
    desk = Desk(iraq(limit_an_hour=4))
    desk.ledger.fail_next(3)
    for _ in range(3):
        with pytest.raises(Exception, match="told to fail"):
            await desk.hear(*(attack(number) for number in range(1, 4)))
    await desk.hear(*(attack(number) for number in range(1, 5)))
    assert len(desk.told) == 4


async def test_without_a_limit_everything_rings() -> None:
    desk = Desk(iraq(limit_an_hour=None))
    await desk.hear(*(attack(number) for number in range(1, 101)))
    assert (len(desk.told), desk.ledger.rings) == (100, Counter())


# The end of a watch


async def test_a_watch_that_is_over_tells_nothing_but_that_it_was_wrong() -> None:
    desk = Desk(iraq(ends_at=EVENING + timedelta(hours=1)))
    first = attack(1)
    await desk.hear(first)
    desk.clock.at += timedelta(hours=2)
    second = updated(first)
    await desk.hear(second, attack(2), retracted(second))
    assert [one.message.value for one in desk.told] == ["alert", "retraction"]


# After an outage


async def test_after_an_outage_there_is_one_summary_of_what_is_still_current() -> None:
    desk = Desk(iraq())
    fetched = EVENING - timedelta(hours=5)
    old = attack(3, expires=EVENING + timedelta(seconds=30))
    await desk.hear(attack(1), attack(2), old, fetched_at=fetched)
    assert desk.told == []
    desk.clock.at += timedelta(minutes=2)
    (body,) = desk.gather()
    data = body["data"]
    assert (data["gathered_by"], data["incident_count"], data["expired"]) == ("catch_up", 2, 1)
    assert {one["late_by_seconds"] for one in data["incidents"]} == {5 * 3600 + 120}
    assert "5 h late" in data["incidents"][0]["headline"]
    assert desk.standing(old) is None


async def test_news_that_lay_too_long_is_recorded_as_expired_and_not_sent() -> None:
    desk = Desk(iraq())
    old = attack(1, expires=EVENING - timedelta(days=1))
    await desk.hear(old, fetched_at=EVENING - timedelta(days=3))
    assert [one.status.value for one in desk.told] == ["expired"]
    assert desk.ledger.waiting == {}


async def test_old_news_that_was_fetched_just_now_rings() -> None:
    desk = Desk(iraq())
    await desk.hear(attack(1), fetched_at=EVENING - timedelta(minutes=30))
    assert len(desk.told) == 1


# The lists


async def test_a_list_of_an_endpoint_that_is_gone_is_let_go() -> None:
    desk = Desk(iraq(quiet=NIGHT))
    await desk.hear(attack(1))
    (waiting,) = desk.ledger.waiting.values()
    known = {waiting.incident_id: Known(state=attack(1), told=desk.ledger.incidents[waiting.incident_id].told)}
    gathered = gather([Due(waiting=waiting)], known, desk.index.watches, endpoints=(), now=EVENING)
    assert gathered.bulletins == ()
    assert gathered.done == (WaitingKey("desk", waiting.incident_id, "iraq"),)
    assert gathered.told == {waiting.incident_id: {}}


def test_each_way_of_gathering_is_counted_from_the_start() -> None:
    stage = Stage()
    for gathered_by in GatheredBy:
        assert stage.registry.get_sample_value("tocsin_alert_kept_total", {"gathered_by": gathered_by.value}) == 0


async def test_what_is_kept_is_counted() -> None:
    desk = Desk(iraq(quiet=NIGHT))
    await desk.hear(attack(1), attack(2))
    assert desk.count("tocsin_alert_kept_total", gathered_by="quiet_hours") == 2

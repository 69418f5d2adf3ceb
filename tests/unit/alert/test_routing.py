"""Who hears of a change, and as what."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alert.area import CodedArea, Relation
from services.alert.matching import WatchIndex
from services.alert.routing import Message, Notice, Told, carried, is_stale, route
from services.alert.watch import Filters, Watch, WhenVague
from shared.events.facts import Casualties, Place, Precision
from shared.events.incident import ChangeKind, IncidentChange, Severity, Status
from tests.support.incidents import KIRKUK_CITY, exactly, opened, reacted, updated

DIYALA = Watch(id="diyala", name="Diyala", areas=(CodedArea(codes=("IQ", "IQG10")),), endpoints=("desk", "mail"))
TWO_ORIGINS = Watch(
    id="two", name="Two", areas=(CodedArea(codes=("IQ", "IQG10")),), endpoints=("desk",), filters=Filters(min_origins=2)
)
ENDPOINTS = ("desk", "mail")


def _retracted(before: IncidentChange) -> IncidentChange:
    return updated(before, change=ChangeKind.RETRACTED, status=Status.RETRACTED, changed=())


class Ledger:
    """Routes one incident's changes one after another, remembering who was told."""

    def __init__(self, *watches: Watch) -> None:
        self.index = WatchIndex(watches)
        self.told: Told = {}

    def hears(self, state: IncidentChange, *, stale: bool = False) -> list[tuple[str, str]]:
        """The endpoints and messages of this change."""
        return [(notice.endpoint_id, notice.message.value) for notice in self.notices(state, stale=stale)]

    def notices(self, state: IncidentChange, *, stale: bool = False) -> tuple[Notice, ...]:
        """The notices of this change."""
        routed = route(state, self.index, self.told, endpoints=ENDPOINTS, stale=stale)
        self.told = routed.told
        return routed.notices


def test_one_alert_then_one_update_and_nothing_for_a_reaction() -> None:
    ledger = Ledger(DIYALA)
    first = opened()
    assert ledger.hears(first) == [("desk", "alert"), ("mail", "alert")]
    second = updated(first)
    assert ledger.hears(second) == [("desk", "update"), ("mail", "update")]
    assert ledger.hears(reacted(second)) == []


def test_a_watch_for_two_origins_rings_once_at_the_second_whatever_change_that_is() -> None:
    ledger = Ledger(TWO_ORIGINS)
    first = opened()
    assert ledger.hears(first) == []
    second = updated(first, change=ChangeKind.CORROBORATED, notify=False, changed=(), casualties=first.casualties)
    assert ledger.hears(second) == [("desk", "alert")]
    assert ledger.hears(updated(second, change=ChangeKind.CORROBORATED, notify=False)) == []


def test_two_watches_of_one_endpoint_make_one_delivery_that_names_both() -> None:
    ledger = Ledger(DIYALA, TWO_ORIGINS)
    ledger.hears(first := opened())
    (desk, _) = ledger.notices(updated(first))
    assert desk.message is Message.ALERT
    assert [(note.watch_id, note.message) for note in desk.notes] == [
        ("diyala", Message.UPDATE),
        ("two", Message.ALERT),
    ]
    assert (desk.first_revision, desk.previous_revision) == (1, 1)


def test_a_correction_below_the_filter_still_reaches_who_was_told() -> None:
    watch = _with(DIYALA, filters=Filters(min_killed=4, min_severity=Severity.SEVERE))
    ledger = Ledger(watch)
    ledger.hears(first := opened())
    fewer = updated(first, casualties=Casualties(killed=exactly(1)), severity=Severity.MODERATE)
    assert ledger.hears(fewer) == [("desk", "update"), ("mail", "update")]


def test_an_incident_that_moves_out_of_the_area_says_so_once_and_a_return_is_an_update() -> None:
    ledger = Ledger(DIYALA)
    ledger.hears(first := opened())
    gone = updated(first, place=KIRKUK_CITY)
    assert ledger.hears(gone) == [("desk", "left_area"), ("mail", "left_area")]
    assert ledger.hears(updated(gone)) == []
    back = updated(gone, revision=4, place=first.place)
    assert ledger.hears(back) == [("desk", "update"), ("mail", "update")]


def test_an_incident_that_moves_into_the_area_is_an_alert() -> None:
    ledger = Ledger(DIYALA)
    far = opened(place=KIRKUK_CITY)
    assert ledger.hears(far) == []
    assert ledger.hears(updated(far, place=opened().place)) == [("desk", "alert"), ("mail", "alert")]


@pytest.mark.parametrize(
    ("status", "message"),
    [(Status.RETRACTED, "retraction"), (Status.WITHDRAWN, "withdrawal"), (Status.MERGED, "merged")],
)
def test_what_no_longer_stands_is_told_once_to_exactly_those_who_were_told(status: Status, message: str) -> None:
    ledger = Ledger(DIYALA, TWO_ORIGINS)
    ledger.told = {}
    ledger.hears(first := opened())
    fallen = updated(first, status=status, change=ChangeKind.UPDATED)
    assert ledger.hears(fallen) == [("desk", message), ("mail", message)]
    assert ledger.hears(updated(fallen)) == []


def test_a_retraction_reaches_those_who_were_told_that_it_left_their_area() -> None:
    ledger = Ledger(DIYALA)
    ledger.hears(first := opened())
    ledger.hears(gone := updated(first, place=KIRKUK_CITY))
    assert ledger.hears(_retracted(gone)) == [("desk", "retraction"), ("mail", "retraction")]


def test_who_was_told_of_an_incident_is_told_of_the_one_that_it_was_merged_into_and_of_its_retraction() -> None:
    ledger = Ledger(DIYALA)
    ledger.hears(first := opened())
    merged = updated(first, status=Status.MERGED, merged_into="a_other", notify=False, change=ChangeKind.CORROBORATED)
    assert ledger.hears(merged) == [("desk", "merged"), ("mail", "merged")]
    elsewhere = opened(incident_id="a_other", place=KIRKUK_CITY)
    other = Ledger(DIYALA)
    other.told = carried(ledger.told, other.told)
    (desk, _) = other.notices(_retracted(elsewhere))
    assert (desk.message, desk.first_revision, desk.previous_revision) == (Message.RETRACTION, None, None)
    assert other.told["diyala", "desk"].first == 2


def test_marks_that_the_other_incident_has_of_its_own_stay_when_another_is_merged_into_it() -> None:
    ledger = Ledger(DIYALA)
    ledger.hears(opened())
    assert carried(ledger.told, ledger.told) == ledger.told


def test_nobody_hears_of_a_retraction_who_heard_of_no_alert() -> None:
    assert Ledger(DIYALA).hears(_retracted(opened())) == []


def test_who_gave_up_a_watch_hears_of_its_retraction_and_of_nothing_else() -> None:
    ledger = Ledger(DIYALA)
    ledger.hears(first := opened())
    ledger.index = WatchIndex([])
    assert ledger.hears(second := updated(first)) == []
    assert ledger.hears(_retracted(second)) == [("desk", "retraction"), ("mail", "retraction")]


def test_an_endpoint_added_later_gets_the_next_passing_state_as_its_alert() -> None:
    ledger = Ledger(_with(DIYALA, endpoints=("desk",)))
    ledger.hears(first := opened())
    ledger.index = WatchIndex([DIYALA])
    assert ledger.hears(updated(first)) == [("desk", "update"), ("mail", "alert")]


def test_a_held_incident_is_silent_and_its_release_tells_what_changed_meanwhile() -> None:
    ledger = Ledger(DIYALA)
    ledger.hears(first := opened())
    held = updated(first, held=True)
    assert ledger.hears(held) == []
    released = reacted(held, change=ChangeKind.CORROBORATED, held=False)
    assert ledger.hears(released) == [("desk", "update"), ("mail", "update")]
    assert ledger.hears(reacted(released)) == []


def test_news_known_from_backfill_rings_at_its_first_fresh_report() -> None:
    ledger = Ledger(DIYALA)
    old = opened(backfill=True, notify=False)
    assert ledger.hears(old) == []
    assert ledger.hears(updated(old, change=ChangeKind.OPENED, backfill=False)) == [
        ("desk", "alert"),
        ("mail", "alert"),
    ]


def test_stale_news_is_marked_and_counts_as_not_told() -> None:
    ledger = Ledger(DIYALA)
    first = opened()
    assert all(notice.stale for notice in ledger.notices(first, stale=True))
    assert ledger.told == {}
    assert ledger.hears(updated(first)) == [("desk", "alert"), ("mail", "alert")]


def test_a_retraction_is_never_stale() -> None:
    ledger = Ledger(DIYALA)
    ledger.hears(first := opened())
    assert not any(notice.stale for notice in ledger.notices(_retracted(first), stale=True))


def test_news_is_stale_only_after_it_waited_in_our_hands_and_expired() -> None:
    state = opened()
    assert not is_stale(state, fetched_at=None, now=state.expires + timedelta(days=30))
    assert not is_stale(state, fetched_at=state.expires + timedelta(days=29), now=state.expires + timedelta(days=30))
    assert not is_stale(state, fetched_at=state.first_seen, now=state.expires)
    assert is_stale(state, fetched_at=state.first_seen, now=state.expires + timedelta(days=1))


def test_a_vague_state_is_told_as_possible_where_the_watch_wants_it() -> None:
    vague = Place(name="Iraq", precision=Precision.COUNTRY, country="IQ")
    assert Ledger(DIYALA).notices(opened(place=vague)) == ()
    (desk, _) = Ledger(_with(DIYALA, when_vague=WhenVague.TELL)).notices(opened(place=vague))
    assert desk.notes[0].relation is Relation.POSSIBLY


_KINDS = st.lists(st.sampled_from(sorted(["update", "react", "retract", "away", "home"])), max_size=12)


_STEPS: dict[str, Callable[[IncidentChange], IncidentChange]] = {
    "update": lambda state: updated(state, status=Status.ACTIVE),
    "react": reacted,
    "retract": _retracted,
    "away": lambda state: updated(state, place=KIRKUK_CITY),
    "home": lambda state: updated(state, place=opened().place),
}


@given(_KINDS)
def test_whatever_happens_an_endpoint_gets_one_alert_first_and_at_most_one_message_a_revision(kinds: list[str]) -> None:
    ledger = Ledger(DIYALA)
    state = opened()
    heard = ledger.hears(state)
    for kind in kinds:
        state = _STEPS[kind](state)
        now = ledger.hears(state)
        assert len({endpoint for endpoint, _ in now}) == len(now)
        assert not any(message == "alert" for _, message in now)
        heard += now
    assert heard[:2] == [("desk", "alert"), ("mail", "alert")]


def _with(watch: Watch, **changed: object) -> Watch:
    """The watch with some fields replaced."""

    return dataclasses.replace(watch, **changed)  # type: ignore[arg-type]  # tests replace any field


def test_routing_changes_nothing_it_was_given() -> None:
    state = opened()
    told: Told = {}
    route(state, WatchIndex([DIYALA]), told, endpoints=ENDPOINTS)
    assert told == {}
    assert state == msgspec.structs.replace(opened())

"""Lanes: what may begin, what waits, what is given back; each endpoint by itself."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.alert.backlog import Allowance, Backlog, LaneLimits
from services.alert.delivery import Delivered, Outcome, Permanent, Reason, Retryable
from services.alert.ledger import Claimed

TAKEN = Delivered(status=200)
FAILED = Retryable(reason=Reason.SERVER_ERROR, status=500)


def _claimed(number: int, endpoint: str = "desk", channel: str = "webhook") -> Claimed:
    return Claimed(
        delivery_id=f"d_{endpoint}_{number}", endpoint_id=endpoint, channel=channel, incident_id=f"a_{number}", revision=1,
        test=False, content_type="application/json", body=b"", attempt=1, occurred_at=None, fetched_at=None,
    )  # fmt: skip


def _filled(count: int, limits: LaneLimits, endpoint: str = "desk") -> Backlog:
    backlog = Backlog(limits)
    for number in range(count):
        backlog.add(_claimed(number, endpoint), 0.0)
    return backlog


def test_an_endpoint_begins_no_more_than_its_places_and_the_next_as_one_ends() -> None:
    backlog = _filled(5, LaneLimits(endpoint_concurrency=2))
    first, second = backlog.begin("desk", 0.0)
    assert list(backlog.begin("desk", 0.0)) == []
    backlog.end(first, TAKEN, 0.1)
    assert len(list(backlog.begin("desk", 0.1))) == 1
    assert (backlog.waiting, backlog.in_flight) == (2, 2)
    assert second.delivery_id == "d_desk_1"


def test_an_endpoint_may_have_places_of_its_own() -> None:
    backlog = _filled(5, LaneLimits(endpoint_concurrency=2, allowance_of=lambda _: Allowance(concurrency=4)))
    assert len(list(backlog.begin("desk", 0.0))) == 4


def test_after_a_failure_there_is_one_place_and_what_waits_goes_back() -> None:
    backlog = _filled(6, LaneLimits(endpoint_concurrency=3))
    one, two, three = backlog.begin("desk", 0.0)
    assert backlog.end(one, FAILED, 1.0) is None
    assert list(backlog.begin("desk", 1.0)) == []
    assert [claimed.delivery_id for claimed in backlog.overdue(1.0)] == ["d_desk_3", "d_desk_4", "d_desk_5"]
    assert backlog.room("desk", 1.0) == 0
    backlog.end(two, FAILED, 1.0)
    backlog.end(three, FAILED, 1.0)
    assert backlog.room("desk", 1.0) == 1
    assert backlog.is_hungry("desk", 1.0)


def test_failures_in_a_row_close_the_lane_ever_longer_and_a_success_opens_it() -> None:
    limits = LaneLimits(breaker_failures=2, breaker_pause_seconds=30, breaker_longest_pause_seconds=100)
    backlog = Backlog(limits)
    now, pauses = 0.0, []
    for number in range(6):
        backlog.add(_claimed(number), now)
        (claimed,) = backlog.begin("desk", now)
        closed = backlog.end(claimed, FAILED, now)
        if closed is not None:
            pauses.append(closed.seconds)
            assert backlog.room("desk", now + closed.seconds - 1) == 0
            now += closed.seconds
    assert pauses == [30, 60, 100, 100, 100]
    backlog.add(_claimed(9), now)
    (claimed,) = backlog.begin("desk", now)
    backlog.end(claimed, TAKEN, now)
    assert backlog.room("desk", now) == backlog.usual_room


def test_a_receiver_that_asks_for_time_gets_it_for_everything() -> None:
    backlog = Backlog(LaneLimits())
    backlog.add(_claimed(1), 0.0)
    (claimed,) = backlog.begin("desk", 0.0)
    throttled = Retryable(reason=Reason.THROTTLED, status=429, retry_after=timedelta(seconds=5))
    assert backlog.end(claimed, throttled, 0.0) == ("desk", 5.0)
    assert backlog.room("desk", 4.9) == 0
    assert backlog.room("desk", 5.0) == 1


def test_one_bad_answer_for_one_delivery_says_nothing_of_the_endpoint() -> None:
    backlog = Backlog(LaneLimits())
    backlog.add(_claimed(1), 0.0)
    (claimed,) = backlog.begin("desk", 0.0)
    asked = Retryable(reason=Reason.SERVER_ERROR, status=500, retry_after=timedelta(hours=1))
    assert backlog.end(claimed, asked, 0.0) is None


def test_a_channel_that_is_full_lets_nothing_begin_and_others_are_not_touched() -> None:
    backlog = Backlog(LaneLimits(max_in_flight_of={"email": 1}))
    for claimed in (_claimed(1, "a", "email"), _claimed(2, "b", "email"), _claimed(3, "c")):
        backlog.add(claimed, 0.0)
    assert [one.endpoint_id for one in backlog.begin_all(0.0)] == ["a", "c"]
    assert backlog.is_full("email")
    assert not backlog.is_full("webhook")


def test_the_rate_spreads_requests_and_says_when_the_next_may_go() -> None:
    backlog = _filled(10, LaneLimits(endpoint_concurrency=100, allowance_of=lambda _: Allowance(per_second=2)))
    assert len(list(backlog.begin("desk", 0.0))) == 2  # one second's worth may come at once
    wait = backlog.next_opening(0.0)
    assert wait is not None
    assert 0 < wait <= 0.5
    assert len(list(backlog.begin("desk", 1.0))) == 2


def test_what_waited_too_long_for_its_lease_is_not_begun_but_given_back() -> None:
    backlog = _filled(2, LaneLimits(stay_seconds=5))
    assert list(backlog.begin("desk", 5.1)) == []
    assert len(backlog.overdue(5.1)) == 2
    assert backlog.waiting == 0


@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "begin", "end", "fail", "wait"]), st.sampled_from(["a", "b", "c"])),
        max_size=200,
    )
)
def test_whatever_happens_places_hold_and_nothing_is_lost(steps: list[tuple[str, str]]) -> None:
    limits = LaneLimits(endpoint_concurrency=2, endpoint_backlog=3, max_in_flight=4, breaker_failures=2, stay_seconds=3)
    backlog = Backlog(limits)
    now, added, running, gone = 0.0, 0, list[Claimed](), 0
    outcomes: dict[str, Outcome] = {"end": TAKEN, "fail": Permanent(reason=Reason.CLIENT_ERROR)}
    for number, (step, endpoint) in enumerate(steps):
        if step == "add" and backlog.room(endpoint, now) > 0:
            backlog.add(_claimed(number, endpoint), now)
            added += 1
        elif step == "begin":
            running += backlog.begin_all(now)
        elif step in outcomes:
            found = next((one for one in running if one.endpoint_id == endpoint), None)
            if found is not None:
                running.remove(found)
                backlog.end(found, outcomes[step], now)
                gone += 1
        else:
            now += 1.0
            gone += len(backlog.overdue(now))
        assert len(running) == backlog.in_flight <= 4
        assert all(sum(one.endpoint_id == name for one in running) <= 2 for name in "abc")
        assert added == gone + backlog.waiting + len(running)

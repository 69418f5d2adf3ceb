"""What this process has leased, by endpoint: what may begin now, what waits, what goes back (pure; the time is handed in).

Each endpoint has a lane of its own with a few places, so that one which hangs fills its own lane only. A lane that just
failed has a single place and holds nothing else back; one that failed many times in a row, or asked for time, is closed for
a while: nothing is attempted, and so no delivery uses up its attempts on a receiver that is known to be down.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil, inf
from typing import NamedTuple

from services.alert.delivery import Delivered, Outcome, Reason, Retryable
from services.alert.ledger import Claimed

_LONGEST_DOUBLING = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """What one endpoint may get where it differs from the rest: requests at once, requests a second. None: as the rest."""

    concurrency: int | None = None
    per_second: float | None = None


_USUAL = Allowance()


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneLimits:
    """See the settings of the same names. ``stay_seconds``: how long a leased delivery may wait here before it is given back."""

    endpoint_concurrency: int = 4
    endpoint_backlog: int = 50
    max_in_flight: int = 1000
    max_backlog: int = 5000
    max_in_flight_of: Mapping[str, int] = field(default_factory=dict)
    stay_seconds: float = 15.0
    breaker_failures: int = 10
    breaker_pause_seconds: float = 30.0
    breaker_longest_pause_seconds: float = 600.0
    allowance_of: Callable[[str], Allowance] = lambda _endpoint_id: _USUAL


class _Waiting(NamedTuple):
    claimed: Claimed
    since: float


@dataclass(kw_only=True, slots=True)
class _Lane:
    concurrency: int
    backlog: int
    per_second: float | None
    waiting: deque[_Waiting] = field(default_factory=deque)
    in_flight: int = 0
    failures: int = 0
    pauses: int = 0
    closed_until: float = 0.0
    may_have_more: bool = False
    free_at: float = -inf
    """When the rate allows the next request; up to one second's worth may come at once."""

    @property
    def held(self) -> int:
        return self.in_flight + len(self.waiting)

    def room(self, now: float) -> int:
        if now < self.closed_until:
            return 0
        if self.failures:
            return max(0, 1 - self.held)
        return max(0, self.concurrency + self.backlog - self.held)

    def opens_at(self) -> float:
        return max(self.closed_until, self.free_at)

    def may_begin(self, now: float) -> bool:
        places = 1 if self.failures else self.concurrency
        return bool(self.waiting) and self.in_flight < places and now >= self.opens_at()

    def spend(self, now: float) -> None:
        if self.per_second is not None:
            earliest = now - min(1.0, (self.per_second - 1) / self.per_second if self.per_second > 1 else 0.0)
            self.free_at = max(self.free_at, earliest) + 1 / self.per_second


class Closed(NamedTuple):
    """A lane was closed: for how long."""

    endpoint_id: str
    seconds: float


class Backlog:
    """Lanes by endpoint, and how full each channel is."""

    def __init__(self, limits: LaneLimits) -> None:
        self._limits = limits
        self._lanes: dict[str, _Lane] = {}
        self._in_flight_of: Counter[str] = Counter()
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """How many are leased and have not begun."""
        return self._waiting

    @property
    def in_flight(self) -> int:
        """How many are being attempted."""
        return self._in_flight_of.total()

    def room(self, endpoint_id: str, now: float) -> int:
        """How many more deliveries to this endpoint may be leased."""
        lane = self._lanes.get(endpoint_id)
        room = self._usual_room(endpoint_id) if lane is None else lane.room(now)
        return min(room, self.total_room())

    def total_room(self) -> int:
        """How many more may be leased at all."""
        return max(0, self._limits.max_backlog - self._waiting)

    @property
    def usual_room(self) -> int:
        """The room of an endpoint that nothing is known of."""
        return self._limits.endpoint_concurrency + self._limits.endpoint_backlog

    def rooms(self, now: float) -> dict[str, int]:
        """The room of every endpoint where it is not the usual one. An endpoint of few places that is not known yet is leased
        as many as the others once; what is too much goes back."""
        return {endpoint_id: lane.room(now) for endpoint_id, lane in self._lanes.items()}

    def add(self, claimed: Claimed, now: float) -> None:
        """A delivery was leased."""
        self._lane(claimed.endpoint_id).waiting.append(_Waiting(claimed, now))
        self._waiting += 1

    def begin(self, endpoint_id: str, now: float) -> Iterator[Claimed]:
        """Take out what of this endpoint may begin now."""
        lane = self._lanes.get(endpoint_id)
        while lane is not None and lane.may_begin(now) and self._channel_has_place(lane.waiting[0].claimed.channel):
            if now - lane.waiting[0].since > self._limits.stay_seconds:
                return  # its lease could end while it is attempted: it goes back instead, see ``overdue``
            found = lane.waiting.popleft().claimed
            self._waiting -= 1
            lane.in_flight += 1
            lane.spend(now)
            self._in_flight_of[found.channel] += 1
            yield found

    def begin_all(self, now: float) -> Iterator[Claimed]:
        """The same for all endpoints."""
        for endpoint_id in [one for one, lane in self._lanes.items() if lane.waiting]:
            yield from self.begin(endpoint_id, now)

    def is_full(self, channel: str) -> bool:
        """Whether no other endpoint's delivery on this channel could begin."""
        return not self._channel_has_place(channel)

    def end(self, claimed: Claimed, outcome: Outcome, now: float) -> Closed | None:
        """An attempt has ended; returns for how long its lane is closed, None when it is not."""
        self._in_flight_of[claimed.channel] -= 1
        lane = self._lane(claimed.endpoint_id)
        lane.in_flight -= 1
        closed = self._judge(lane, outcome, now)
        return None if closed is None else Closed(claimed.endpoint_id, closed)

    def overdue(self, now: float) -> tuple[Claimed, ...]:
        """Take out what has waited too long to be begun within its lease, or stands behind a failure."""
        taken: list[Claimed] = []
        for lane in self._lanes.values():
            longest = 0.0 if lane.failures else self._limits.stay_seconds
            while lane.waiting and (now - lane.waiting[0].since > longest or now < lane.closed_until):
                taken.append(lane.waiting.popleft().claimed)
                lane.may_have_more = True
        self._waiting -= len(taken)
        return tuple(taken)

    def take_all(self) -> tuple[Claimed, ...]:
        """Take out all that has not begun."""
        taken = tuple(one.claimed for lane in self._lanes.values() for one in lane.waiting)
        for lane in self._lanes.values():
            lane.waiting.clear()
        self._waiting = 0
        return taken

    def expect_more(self, endpoint_ids: Iterable[str]) -> None:
        """The table holds more for these endpoints than was leased."""
        for endpoint_id in endpoint_ids:
            self._lane(endpoint_id).may_have_more = True

    def looked(self, claimed: Iterable[Claimed], rooms: Mapping[str, int]) -> None:
        """The table was looked through: what came back short has no more, unless a revision waits behind another."""
        counts = Counter(one.endpoint_id for one in claimed)
        for endpoint_id, lane in self._lanes.items():
            if counts[endpoint_id] >= rooms.get(endpoint_id, self.usual_room):
                lane.may_have_more = True
            elif lane.held == counts[endpoint_id] == 0:
                lane.may_have_more = False

    def is_hungry(self, endpoint_id: str, now: float) -> bool:
        """Whether the table should be looked at for this endpoint now."""
        lane = self._lanes.get(endpoint_id)
        return lane is not None and lane.may_have_more and not lane.waiting and lane.room(now) > 0

    def next_opening(self, now: float) -> float | None:
        """Seconds until a lane that has something waiting may begin it again, None when time alone opens none."""
        times = [
            lane.opens_at() - now for lane in self._lanes.values() if lane.waiting and lane.in_flight < lane.concurrency
        ]
        return min((seconds for seconds in times if seconds > 0), default=None)

    def forget_idle(self, now: float) -> None:
        """Drop the lanes of which nothing need be remembered."""
        idle = [
            one
            for one, lane in self._lanes.items()
            if not lane.held and not lane.failures and not lane.may_have_more and now >= lane.opens_at()
        ]
        for one in idle:
            del self._lanes[one]

    def _judge(self, lane: _Lane, outcome: Outcome, now: float) -> float | None:
        if isinstance(outcome, Delivered):
            if lane.pauses:
                lane.closed_until = now  # it works again, whatever was thought of it a moment ago
            lane.failures = lane.pauses = 0
            return None
        lane.failures += 1
        limits = self._limits
        seconds = 0.0
        if lane.failures >= limits.breaker_failures:
            doubled = limits.breaker_pause_seconds * 2 ** min(lane.pauses, _LONGEST_DOUBLING)
            seconds = min(doubled, limits.breaker_longest_pause_seconds)
            lane.pauses += 1
        if isinstance(outcome, Retryable) and outcome.retry_after is not None:
            asked = min(outcome.retry_after.total_seconds(), limits.breaker_longest_pause_seconds)
            if outcome.reason is Reason.THROTTLED or outcome.status == 503:
                seconds = max(seconds, asked)  # it speaks for itself, not for this one delivery
        if not seconds:
            return None
        lane.closed_until = max(lane.closed_until, now + seconds)
        return seconds

    def _channel_has_place(self, channel: str) -> bool:
        own = self._limits.max_in_flight_of.get(channel)
        if own is not None and self._in_flight_of[channel] >= own:
            return False
        return self.in_flight < self._limits.max_in_flight

    def _usual_room(self, endpoint_id: str) -> int:
        lane = self._new_lane(endpoint_id)
        return lane.concurrency + lane.backlog

    def _lane(self, endpoint_id: str) -> _Lane:
        lane = self._lanes.get(endpoint_id)
        if lane is None:
            lane = self._lanes[endpoint_id] = self._new_lane(endpoint_id)
        return lane

    def _new_lane(self, endpoint_id: str) -> _Lane:
        limits = self._limits
        own = limits.allowance_of(endpoint_id)
        backlog = limits.endpoint_backlog
        if own.per_second is not None:  # no more than can be sent before it would have to be given back
            backlog = min(backlog, ceil(own.per_second * limits.stay_seconds / 2))
        return _Lane(
            concurrency=own.concurrency or limits.endpoint_concurrency, backlog=backlog, per_second=own.per_second
        )

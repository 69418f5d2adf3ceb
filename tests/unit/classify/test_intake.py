"""Records in: once, in order, and never acknowledged under a generation that is over."""

from collections.abc import AsyncIterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter

from services.classify.intake import Event, Intake
from services.classify.lane import Lane
from services.classify.order import Partition
from shared.kafka.dead_letters import Received
from shared.kafka.lag import Position
from shared.topics import REPORTS
from tests.support.stream_framework import FakeFramework, FakeToken

P: Partition = (REPORTS.name, 0)


def record(offset: int) -> Received:
    return Received(topic=REPORTS.name, partition=0, offset=offset, key=None, value=b"%d" % offset)


class OpenLane(Lane[Event]):
    """A lane that keeps what was put, and works on nothing."""

    def __init__(self) -> None:
        super().__init__(work=self._work, limit=1, failed=self._failed)
        self.kept: list[Event] = []

    async def put(self, one: Event) -> None:
        self.kept.append(one)

    async def _work(self, _batch: Sequence[Event]) -> None: ...

    def _failed(self, error: Exception) -> None:
        raise error


class Door:
    """An intake with its lane, whose records are kept here."""

    def __init__(self) -> None:
        self.framework = FakeFramework(ours=frozenset({P}))
        self.lane = OpenLane()
        self.fetched_again = Counter("again", "", registry=CollectorRegistry())
        self.intake = Intake(
            fetch=self._fetch,
            framework=self.framework,
            positions=self._positions,
            lanes={REPORTS.name: self.lane},
            fetched_again=self.fetched_again,
        )
        self.intake.begin({P: 3})

    async def _fetch(self, _partition: Partition, first: int, end: int) -> list[Received]:
        return [record(offset) for offset in range(first, end)]

    async def _positions(self) -> Mapping[Partition, Position]:
        return {P: Position(begin=0, committed=3, end=9)}

    async def deliver(self, *offsets: int, generation: int = 1) -> None:
        async def delivered() -> AsyncIterator[tuple[FakeToken, Received]]:
            for offset in offsets:
                yield FakeToken(offset=offset, generation_id=generation), record(offset)

        await self.intake.take(REPORTS, delivered())

    def offsets(self) -> list[tuple[int, bool]]:
        """Of each record put: its offset, and whether its token is one of ours."""
        return [(event.received.offset, event.message.is_ours) for event in self.lane.kept]


async def test_records_go_on_with_the_frameworks_own_tokens() -> None:
    door = Door()
    await door.deliver(3, 4)
    assert door.offsets() == [(3, False), (4, False)]
    assert door.fetched_again._value.get() == 0


async def test_what_was_left_out_comes_first_with_tokens_of_ours_and_is_counted() -> None:
    door = Door()
    await door.deliver(5)
    assert door.offsets() == [(3, True), (4, True), (5, False)]
    assert door.fetched_again._value.get() == 2


async def test_what_comes_a_second_time_is_dropped_without_being_acknowledged() -> None:
    door = Door()
    await door.deliver(5, 4, 6)
    assert [offset for offset, _ in door.offsets()] == [3, 4, 5, 6]
    assert (door.framework.dropped, door.framework.acknowledged) == ([4], [])


async def test_a_record_of_an_earlier_generation_is_left_to_its_new_owner() -> None:
    door = Door()
    door.framework.generation = 2
    await door.deliver(3, 4, generation=1)
    assert (door.offsets(), door.framework.dropped) == ([], [3, 4])

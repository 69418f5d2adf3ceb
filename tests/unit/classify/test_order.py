"""Records that the framework skips are fetched again, in order and once."""

from services.classify.order import Order, Partition
from shared.kafka.dead_letters import Received

P: Partition = ("items", 0)


def record(offset: int, number: int = 0) -> Received:
    return Received(topic="items", partition=number, offset=offset, key=None, value=b"%d" % offset)


class Log:
    """A partition that has every offset but those that retention removed."""

    def __init__(self, first: int = 0) -> None:
        self.first = first
        self.asked: list[tuple[int, int]] = []

    async def fetch(self, _partition: Partition, first: int, end: int) -> list[Received]:
        self.asked.append((first, end))
        return [record(offset) for offset in range(max(first, self.first), end)]


async def taken(order: Order, *offsets: int) -> list[int]:
    return [one.offset for offset in offsets async for one in order.take(record(offset))]


async def test_records_in_order_are_handed_on_without_asking_the_broker() -> None:
    log = Log()
    order = Order(log.fetch)
    order.begin({P: 3})
    assert await taken(order, 3, 4, 5) == [3, 4, 5]
    assert log.asked == []


async def test_a_hole_is_filled_before_what_comes_after_it_and_late_deliveries_are_dropped() -> None:
    order = Order(Log().fetch)
    order.begin({P: 3})
    assert await taken(order, 5, 3, 4, 5, 6) == [3, 4, 5, 6]


async def test_a_hole_at_the_end_is_found_without_a_later_record() -> None:
    order = Order(Log().fetch)
    order.begin({P: 3})
    assert [one.offset async for one in order.catch_up(P, 6)] == [3, 4, 5]
    assert await taken(order, 3, 4, 5, 6) == [6]


async def test_a_large_hole_is_fetched_in_pieces_and_what_retention_removed_is_not_awaited() -> None:
    log = Log(first=450)
    order = Order(log.fetch)
    order.begin({P: 0})
    assert await taken(order, 500) == list(range(450, 501))
    assert log.asked == [(0, 200), (200, 400), (400, 500)]


async def test_a_partition_that_is_not_ours_gives_nothing() -> None:
    order = Order(Log().fetch)
    order.begin({P: 0})
    assert [one async for one in order.take(record(0, number=1))] == []

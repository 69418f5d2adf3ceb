"""Refilling a Kafka that lost its items: the outbox's rows once more, byte for byte, under their ids, in the order that they had.

An incident's id comes from the first report that linking meets. So everything goes to one partition, whose order the readers keep, and
what is known of the first time (``tocsin incidents order``) goes first: whoever began an incident then begins it again.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.ingest.ports import ItemPublisher
from services.ingest.work import OutboxRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a row stands in the outbox."""

    number: int
    item_id: str
    event_id: str


class StoredRows(Protocol):
    """The outbox as it is read back."""

    def places_since(self, since: datetime) -> AsyncIterator[Place]:
        """Yield where the rows stored since then stand, oldest first."""
        ...

    async def rows_at(self, numbers: Sequence[int]) -> Sequence[OutboxRow]:
        """Return these rows, in this order; those deleted meanwhile are left out."""
        ...


def in_order(places: Sequence[Place], known: Iterable[str]) -> Iterator[int]:
    """Yield each row's number once: events that are ``known`` in that order, every version of an item after those before it.

    The others had no effect when they were read, a reaction to an attack that was not heard of yet among them. They go as early as
    they were: before the first known one that was stored after them.
    """
    versions: dict[str, list[Place]] = {}
    of_event: dict[str, Place] = {}
    for place in places:
        versions.setdefault(place.item_id, []).append(place)
        of_event[place.event_id] = place
    wanted = [
        found for event_id in known if (found := of_event.get(event_id)) is not None
    ]  # the rest is older than what is refilled
    effective = {place.number for place in wanted}
    others = [place for place in places if place.number not in effective]
    done: set[int] = set()

    def up_to(place: Place) -> Iterator[int]:
        for version in versions[place.item_id]:
            if version.number <= place.number and version.number not in done:
                done.add(version.number)
                yield version.number

    passed = 0
    for place in wanted:
        while passed < len(others) and others[passed].number < place.number:
            yield from up_to(others[passed])
            passed += 1
        yield from up_to(place)
    for place in others[passed:]:
        yield from up_to(place)


async def republish(
    stored: StoredRows, publisher: ItemPublisher, *, since: datetime, batch: int, known: Iterable[str] = ()
) -> int:
    """Publish every row stored since then and return how many; raises ``PublishError``, and then it may simply be run again.

    ``known`` are event ids in the order in which they had an effect the first time. Rows that still wait for their first
    acknowledgement are published too and stay pending: the service settles them.
    """
    numbers = list(in_order([place async for place in stored.places_since(since)], known))
    count = 0
    for start in range(0, len(numbers), batch):
        rows = await stored.rows_at(numbers[start : start + batch])
        await publisher.publish(rows, partition=0)
        count += len(rows)
    return count

"""What is forgotten can never matter, and a table with forgotten entries is still known to be whole."""

import asyncio
from datetime import timedelta

from services.classify.entries import Entry, encode_entry, restore
from services.classify.eviction import Forgettable, forget, forgettable
from services.classify.link.fold import OpenIncidents, entry_key
from services.classify.link.settings import LinkSettings
from shared.events.report import Kind
from tests.support.reports import EPOCH, report

YEAR = timedelta(days=365)


def table() -> dict[bytes, bytes]:
    """Four reports of two old attacks, one that touched nothing, and two of a fresh attack."""
    fold, rows = OpenIncidents(), {}
    told = [report(n, place=report(n // 2).place) for n in range(2, 6)]
    told.append(report(6, kind=Kind.OTHER))
    told += [
        report(n, published=EPOCH + YEAR, occurred_on=(EPOCH + YEAR).date(), place=report(3).place) for n in (7, 8)
    ]
    for number, one in enumerate(told, start=1):
        changes = fold.apply(one, LinkSettings())
        entry = Entry(key=entry_key(one), partition=0, offset=number, number=number, changes=changes)
        rows[entry.key.encode()] = encode_entry(entry)
    return rows


def evicted(rows: dict[bytes, bytes], first_offset: int) -> Forgettable:
    region = restore(rows.values()).region
    region.incidents.evict(EPOCH + YEAR / 2)
    known = frozenset(state.incident_id for state in region.incidents.states())
    return forgettable(rows.values(), open_incidents=known, first_offset=first_offset)


def test_entries_of_ended_incidents_go_once_their_reports_are_gone_from_the_topic() -> None:
    rows = table()
    assert len(evicted(rows, first_offset=100).keys) == 5
    assert len(evicted(rows, first_offset=3).keys) == 2
    assert evicted(rows, first_offset=0).keys == ()


def test_a_table_is_whole_after_forgetting_even_when_that_was_interrupted() -> None:
    for writes in (1, 2, 100):
        rows = table()
        after = restore(rows.values()).region.incidents
        after.evict(EPOCH + YEAR / 2)
        done = 0

        async def rewrite(changed: list[tuple[bytes, bytes | None]]) -> None:
            nonlocal done
            for key, value in changed:
                done += 1
                if done <= writes:  # noqa: B023  # called within this turn of the loop
                    rows.pop(key, None) if value is None else rows.update({key: value})  # noqa: B023

        asyncio.run(forget(evicted(rows, first_offset=100), 0, 0, rewrite))  # type: ignore[arg-type]  # a list is what it is given
        restored = restore(rows.values())
        restored.region.incidents.evict(EPOCH + YEAR / 2)
        assert restored.missing == 0
        assert (restored.region.entries, restored.region.next_offset) == (7, 8)
        assert restored.region.incidents.contents() == after.contents()


def test_an_entry_above_the_mark_is_still_missed() -> None:
    rows = table()

    async def rewrite(changed: list[tuple[bytes, bytes | None]]) -> None:
        for key, value in changed:
            rows.pop(key, None) if value is None else rows.update({key: value})

    asyncio.run(forget(evicted(rows, first_offset=100), 0, 0, rewrite))  # type: ignore[arg-type]
    rows.pop(entry_key(report(7)).encode())
    assert restore(rows.values()).missing == 1

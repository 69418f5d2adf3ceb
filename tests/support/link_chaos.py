"""A stream of invented news under faults at random moments, and the comparison of what came out with the fold of what went in.

``link_world`` runs the parts, ``link_story`` invents the news, ``link_faults`` breaks things by a seed.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from services.classify.backtest import Backtest
from shared.codec import DecodeError, decode
from shared.events.incident import IncidentChange
from shared.events.item import Item
from shared.events.report import Report
from shared.kafka.connection import KafkaConnection
from shared.topics import INCIDENTS, ITEMS, REPORTS, dead_letters_of
from tests.support.link_faults import Chaos
from tests.support.link_story import Story
from tests.support.link_world import World, dump

SETTINGS = {"TOCSIN_CLASSIFY_HANDLER_DEADLINE_SECONDS": "22"}
"""Short, so that a changelog that is refused for half a minute ends workers, too."""

ENDS = {"-9", "75"}
"""Killed, or ended by itself so that it is started again."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What came out against what should have: ``problems`` is empty when they are equal."""

    reports: int
    changes: int
    published: int
    moved: int
    kept_out: Mapping[str, int]
    problems: tuple[str, ...]


async def verdict(connection: KafkaConnection, items: Sequence[Item]) -> Verdict:
    """Fold the dump of the reports and compare it, field for field, with the incidents; every item must have its report."""
    reports = await dump(connection, REPORTS)
    problems: list[str] = []
    bodies: dict[tuple[str, int], bytes | None] = {}
    published = await dump(connection, INCIDENTS)
    for record in published:
        change = decode(IncidentChange, record.value)
        key = (change.incident_id, change.revision)
        if bodies.setdefault(key, record.value) != record.value:
            problems.append(f"{key} has two bodies")
    folding, folded, told, unreadable = Backtest(), list[IncidentChange](), set(), 0
    for record in reports:
        try:
            one = decode(Report, record.value)
        except DecodeError:
            unreadable += 1
            continue
        told.add(one.event_id)
        folded += folding.take(one)
    expected = {(change.incident_id, change.revision): change for change in folded}
    if len(expected) < len(folded):
        problems.append(f"{len(folded) - len(expected)} revisions are there twice")
    found = {key: decode(IncidentChange, value) for key, value in bodies.items()}
    problems += [f"{key} is missing" for key in sorted(set(expected) - set(found))]
    problems += [f"{key} should not be" for key in sorted(set(found) - set(expected))]
    problems += [f"{key} differs" for key in sorted(set(found) & set(expected)) if found[key] != expected[key]]
    problems += [f"item {one.item_id} has no report" for one in items if one.event_id not in told]
    letters = await dump(connection, dead_letters_of(ITEMS))
    problems += [f"item dead-lettered: {dict(letter.headers).get('dlq-error')!r}" for letter in letters]
    put_aside = {(letter.value, at(letter.headers)) for letter in await dump(connection, dead_letters_of(REPORTS))}
    if len(put_aside) != unreadable:
        problems.append(f"{unreadable} reports cannot be read, {len(put_aside)} are put aside")
    return Verdict(
        reports=len(reports),
        changes=len(expected),
        published=len(published),
        moved=sum(1 for change in expected.values() if change.moved_to is not None),
        kept_out=folding.flags,
        problems=tuple(problems),
    )


def at(headers: Sequence[tuple[str, bytes]]) -> tuple[bytes, ...]:
    """Where the message of a dead letter stood."""
    named = dict(headers)
    return named["dlq-partition"], named["dlq-offset"]


async def survive(
    made: World,
    *,
    items: int,
    seed: int,
    tell: Callable[[str], None],
    per_second: float,
    chunk: int = 25,
    hurry: bool = False,
) -> Verdict:
    """Send ``items`` pieces of news while one, then two, then three workers are hurt; return the comparison once all is quiet.

    In a ``hurry`` faults are short and follow one another closely, and all is sent when each kind of them was there once.
    """
    story = Story(seed)
    chaos = Chaos(made, seed=seed, pause_seconds=(0.2, 1.0), longest_seconds=2.0) if hurry else Chaos(made, seed=seed)
    keeping, breaking = asyncio.create_task(made.keep_running()), asyncio.create_task(chaos.run())
    sent, waiting = 0, []
    began = time.monotonic()
    try:
        for record in story.records(items):
            waiting.append(record)
            if len(waiting) < chunk:
                continue
            await made.publish(waiting)
            sent, waiting = sent + len(waiting), []
            if len(made.workers) < 3 and sent >= items * len(made.workers) / 3:
                made.add_worker()
                tell(f"{sent} sent, {len(made.workers)} workers")
            assert not breaking.done(), "nothing breaks any more"
            await asyncio.sleep(max(0.0, began + sent / per_second - time.monotonic()))
        if waiting:
            await made.publish(waiting)
        while hurry and not chaos.has_done_all:
            assert not breaking.done(), "nothing breaks any more"
            await asyncio.sleep(0.2)
        breaking.cancel()
        await asyncio.wait([breaking])
        await chaos.over()
        tell(f"all sent after {time.monotonic() - began:.0f} s: {_counted(story.told)}")
        tell(f"{len(chaos.done)} faults, {_counted(chaos.kinds)}: {', '.join(chaos.done)}")
        await made.drained(600)
        tell(f"quiet after {time.monotonic() - began:.0f} s; workers ended with {made.ended}")
        judged = await verdict(made.connection, story.items)
        odd = sorted({str(status) for status in made.ended} - ENDS)
        return replace(judged, problems=(*judged.problems, *(f"a worker ended with {status}" for status in odd)))
    finally:
        for task in (keeping, breaking):
            task.cancel()
        await asyncio.gather(keeping, breaking, return_exceptions=True)


def _counted(kinds: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {times}" for name, times in sorted(kinds.items()))

#!/usr/bin/env python3
"""Publication to fetch, by tier: how old an item is when its feed's poll brings it.

    python -m bench.freshness [--days 7] [--seed 1]        the schedule under a virtual clock: a week in seconds
    python -m bench.freshness --real 8 [--feeds 600]       the service itself for so many minutes; its histogram against the server's own notes

Outlets publish by the timetables of ``bench.timetables``. Under the virtual clock each poll goes through the service's own
``Visitor``, so versions, gaps, surges and intervals are what the service would make of them; only the network, the parser's process
and the database are left out. Items of the first two days are not counted. The target is that of trusted local feeds (tier 1): half
within 90 s, 95 % within 5 minutes. Publishers who ask for longer waits are obeyed, so their feeds have a row of their own.
Exits with 1 when a target is missed, or when the histogram disagrees with the server.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from bench.freshness_live import live
from bench.timetables import Timetable, newsroom
from services.ingest.document import Document, Entry
from services.ingest.feed import Feed, FeedState, Lease, Validators
from services.ingest.outcome import Answer, Fetched, NotModified
from services.ingest.ports import Ledger
from services.ingest.schedule import PollLimits
from services.ingest.versions import Mark
from services.ingest.visit import Visitor
from shared.ids import derive

SIZES = {1: 40, 2: 33, 3: 14}
"""Feeds of each tier, as in config/feeds.yaml."""
LISTED = 25
WARM_UP = timedelta(days=2)
HALF, MOST = 90.0, 300.0
HOURLY = 3600.0
FETCHING_SECONDS = 1.0
"""From the lease to the end of the fetch."""


class Clock:
    """Stands still until told."""

    def __init__(self) -> None:
        self.at = datetime(2026, 4, 6, tzinfo=UTC)

    def now(self) -> datetime:
        """The time that was told last."""
        return self.at


@dataclass
class Outlet:
    """A feed's server, parser and ledger in one: what it lists follows from the time and its timetable."""

    timetable: Timetable
    clock: Clock
    asks_seconds: float = 0.0
    known: dict[str, Mark] = field(default_factory=dict)
    _entries: dict[int, Entry] = field(default_factory=dict)

    async def fetch(self, _url: str, validators: Validators) -> Answer:
        """304 until something new has appeared."""
        count = self.timetable.known(self.clock.now())
        if validators.etag == str(count):
            return NotModified()
        return Fetched(
            body=str(count).encode(),
            url="https://o.example/",
            validators=Validators(etag=str(count), body_hash=str(count)),
        )

    async def parse(self, body: bytes, *, content_type: str, url: str, language: str | None) -> Document:
        """The newest items, newest first."""
        count = int(body)
        entries = tuple(self._entry(number) for number in range(count - 1, max(count - LISTED, 0) - 1, -1))
        return Document(entries=entries, wait_seconds=self.asks_seconds)

    async def marks(self, item_ids: Sequence[str], *, feed: str, now: datetime) -> Mapping[str, Mark]:
        """What earlier polls left."""
        return {one: self.known[one] for one in item_ids if one in self.known}

    async def last_values(self, _event_ids: Sequence[str]) -> Mapping[str, bytes]:
        """Nothing is ever withdrawn here."""
        return {}

    def _entry(self, number: int) -> Entry:
        if number not in self._entries:
            name = f"{self.timetable.slug}/{number}"
            self._entries[number] = Entry(
                guid=name,
                url=f"https://o.example/{name}",
                title=f"Story {number}",
                summary="",
                content=None,
                published=self.timetable.times[number],
                content_hash=derive("c", name),
                title_hash=derive("t", name),
            )
        return self._entries[number]


@dataclass(kw_only=True)
class Measured:
    """Ages of the items of some feeds when they were fetched, in seconds, and how often they were polled."""

    name: str
    feeds: int = 0
    polls: int = 0
    ages: list[float] = field(default_factory=list)

    def share(self, seconds: float) -> float:
        """The part of the items that was fetched within so many seconds."""
        return sum(age <= seconds for age in self.ages) / max(len(self.ages), 1)

    def at(self, part: float) -> float:
        """The age within which that part of the items was fetched."""
        return sorted(self.ages)[min(int(part * len(self.ages)), len(self.ages) - 1)] if self.ages else 0.0

    def line(self, days: float) -> str:
        """The figures in a row."""
        a_day = self.polls / max(self.feeds, 1) / days
        return (
            f"{self.name:<34} {self.feeds:>5} {len(self.ages):>7} {a_day:>9.0f} {self.at(0.5):>7.0f} {self.at(0.9):>7.0f} "
            f"{self.at(0.95):>7.0f} {self.at(0.99):>7.0f} {self.share(HALF):>8.1%} {self.share(MOST):>8.1%}"
        )


async def follow(outlet: Outlet, measured: Measured, *, begin: datetime, end: datetime, chance: random.Random) -> None:
    """Poll one feed from beginning to end, as the service would."""
    clock = outlet.clock
    feed = Feed(
        slug=outlet.timetable.slug, url="https://o.example/", outlet="O", language="en", tier=outlet.timetable.tier
    )
    visitor = Visitor(
        fetcher=outlet,
        parser=outlet,
        ledger=cast("Ledger", outlet),  # the part of it that a visit asks
        clock=clock,
        limits=PollLimits(),
        random=chance.random,
    )
    state, at = FeedState(), begin + timedelta(seconds=300 * chance.random())
    measured.feeds += 1
    while at < end:
        clock.at = at + timedelta(seconds=FETCHING_SECONDS)
        visit = await visitor.visit(Lease(feed=feed, state=state, until=end))
        record = visit.record
        outlet.known |= {version.mark.item_id: version.mark for version in visit.versions}
        if at >= begin + WARM_UP:
            measured.polls += 1
            measured.ages += [
                (record.finished_at - version.item.published).total_seconds()
                for version in visit.versions
                if not version.item.backfill
            ]
        state = replace(record.state, validators=record.validators or state.validators)
        at = record.next_poll_at


async def simulate(days: float, seed: int, sizes: Mapping[int, int] = SIZES) -> list[Measured]:
    """Follow all outlets, and those of tier 1 again as if their software asked for an hour between polls."""
    begin = Clock().at
    end = begin + WARM_UP + timedelta(days=days)
    outlets = newsroom(sizes, begin=begin - timedelta(days=3), end=end, seed=seed)
    chance, clock = random.Random(seed), Clock()
    measured = {tier: Measured(name=f"tier {tier}") for tier in sizes}
    asking = Measured(name="tier 1 asking for an hour (ttl, sy)")
    for one in outlets:
        await follow(Outlet(one, clock), measured[one.tier], begin=begin, end=end, chance=chance)
        if one.tier == 1:
            await follow(Outlet(one, clock, asks_seconds=HOURLY), asking, begin=begin, end=end, chance=chance)
    return [*measured.values(), asking]


def main() -> int:
    """Measure, and print the table and what it means."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--days", type=float, default=7.0)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--real", type=float, metavar="MINUTES", help="run the service instead")
    arguments.add_argument("--feeds", type=int, default=600, help="of tier 1, for --real")
    given = arguments.parse_args()
    if given.real is not None:
        with tempfile.TemporaryDirectory(prefix="tocsin-freshness-") as folder:
            return asyncio.run(live(Path(folder), minutes=given.real, feeds=given.feeds, seed=given.seed))
    found = asyncio.run(simulate(given.days, given.seed))
    print(f"{'':<34} feeds   items polls/day  p50 s   p90 s   p95 s   p99 s  <= 90 s  <= 5 min")
    for one in found:
        print(one.line(given.days))
    local = found[0]
    is_met = local.share(HALF) >= 0.5 and local.share(MOST) >= 0.95
    print(
        f"tier 1: half within {local.at(0.5):.0f} s (90), 95 % within {local.at(0.95):.0f} s (300): {'met' if is_met else 'MISSED'}"
    )
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""How long linking one report takes, with few and with many incidents open: the decision alone, no Kafka, no disk.

    .venv/bin/python -m bench.link_fold [--open 200 20000] [--rounds 60]

Attacks fall at random on 18 governorates and 110 days, so that with 20,000 open about ten share a governorate and a day:
far denser than any news. Times are CPU time of this process; the machine's other work does not count.
"""

import argparse
import gc
import math
import random
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.classify.link.fold import OpenIncidents, entry_key
from services.classify.link.settings import LinkSettings
from shared.events.facts import GROUP_OF, Casualties, Count, EventType, Place, Precision
from shared.events.incident import IncidentChange
from shared.events.report import Kind, Report

START = datetime(2026, 1, 1, 9, tzinfo=UTC)
SETTINGS = LinkSettings()
CLUES = (8,) * 8 + (7,) * 5 + (6,) * 5 + (5,) * 4 + (4,) * 3 + (3,) * 2
"""Rarities of a text's clues."""
SPREAD = {rarity: round(math.exp(rarity)) for rarity in range(1, 8)} | {8: 20_000}


@dataclass(frozen=True, kw_only=True)
class Growth:
    """Milliseconds a report, medians of rounds; ``ratio`` is the median of the rounds' own ratios, ``quarters`` their quartiles."""

    few_ms: float
    many_ms: float
    ratio: float
    quarters: tuple[float, float]

    def said(self, few: int, many: int) -> str:
        """One line for people."""
        low, high = self.quarters
        return (
            f"decision: {self.few_ms:.3f} ms with {few} open, {self.many_ms:.3f} ms with {many}:"
            f" ratio {self.ratio:.2f} (half of the rounds {low:.2f} to {high:.2f})"
        )


def place(chance: random.Random, number: int) -> Place:
    """A village, a district or a governorate, as often as news name them."""
    governorate, district = chance.randrange(1, 19), chance.randrange(1, 7)
    admin1, admin2 = f"IQG{governorate:02}", f"IQG{governorate:02}Q{district:02}"
    level = chance.random()
    if level < 0.6:
        lat = 30 + governorate * 0.35 + chance.random() * 0.3
        lon = 42 + district * 0.8 + chance.random() * 0.8
        return Place(
            name="village", geonameid=number, lat=lat, lon=lon, precision=Precision.EXACT, country="IQ",
            admin1=admin1, admin2=admin2,
        )  # fmt: skip
    if level < 0.9:
        return Place(name="district", precision=Precision.DISTRICT, country="IQ", admin1=admin1, admin2=admin2)
    return Place(name="governorate", precision=Precision.GOVERNORATE, country="IQ", admin1=admin1)


def report(chance: random.Random, number: int) -> Report:
    """News of some attack."""
    published = START + timedelta(days=chance.randrange(110), hours=chance.random() * 12)
    event_type = chance.choice(list(EventType))
    killed = chance.randrange(9)
    return Report(
        item_id=f"i_{number}",
        event_id=f"v_{number}",
        kind=Kind.REPORT,
        feed="bench",
        outlet=f"outlet-{number % 40}",
        url="",
        title=f"report {number}",
        published=published,
        signature=tuple(chance.getrandbits(32) for _ in range(64)),
        event_type=event_type,
        event_group=GROUP_OF[event_type],
        place=place(chance, number),
        occurred_on=published.date(),
        casualties=Casualties(killed=Count(best=killed, low=killed, high=killed)),
        confidence=0.9,
        lang=chance.choice(("en", "ar", "ckb")),
        clues=clues(chance),
    )


def clues(chance: random.Random) -> tuple[str, ...]:
    """As many clues as news has, common ones common: one of rarity r stands in every e**r-th text or so, those of 8 are rarer still."""
    found = (f"{rarity}{chance.choice('nwc')}{chance.randrange(SPREAD[rarity])}" for rarity in CLUES)
    return tuple(dict.fromkeys(found))


def opened(size: int) -> list[tuple[str, tuple[IncidentChange, ...]]]:
    """The stored outcomes of reports that open ``size`` incidents, from which a fold of them is restored."""
    chance, fold, number, stored = random.Random(size), OpenIncidents(), 0, []
    while len(fold) < size:
        number += 1
        told = report(chance, number)
        stored.append((entry_key(told), fold.apply(told, SETTINGS)))
    return stored


def restored(stored: Iterable[tuple[str, tuple[IncidentChange, ...]]]) -> OpenIncidents:
    """The fold of stored outcomes, as a worker restores it."""
    fold = OpenIncidents()
    for key, changes in stored:
        fold.replay(key, changes)
    return fold


def compare(few: int, many: int, *, rounds: int = 60, each: int = 40) -> Growth:
    """Decide the same reports with few and with many incidents open, a round here and a round there, so that whatever else the machine does falls on both.

    Before each round the few are restored, so that they stay few. The open incidents are out of garbage collection, as in the
    service (``restoration.settle_memory``).
    """
    stored, fold = opened(few), restored(opened(many))
    small = [restored(stored) for _ in range(rounds)]
    gc.collect()
    gc.freeze()
    times: dict[int, list[float]] = {few: [], many: []}
    for number in range(rounds):
        told = [report(random.Random(f"{number} {n}"), many * 10 + number * each + n) for n in range(each)]
        for size, one in ((few, small[number]), (many, fold)) if number % 2 else ((many, fold), (few, small[number])):
            began = time.process_time()
            for extra in told:
                one.apply(extra, SETTINGS)
            times[size].append((time.process_time() - began) * 1_000 / each)
    gc.unfreeze()
    ratios = [large / little for little, large in zip(times[few], times[many], strict=True)]
    return Growth(
        few_ms=statistics.median(times[few]),
        many_ms=statistics.median(times[many]),
        ratio=statistics.median(ratios),
        quarters=(statistics.quantiles(ratios, n=4)[0], statistics.quantiles(ratios, n=4)[2]),
    )


def main() -> None:
    """Print one line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--open", type=int, nargs=2, default=[200, 20_000])
    parser.add_argument("--rounds", type=int, default=60)
    args = parser.parse_args()
    print(compare(*args.open, rounds=args.rounds).said(*args.open))


if __name__ == "__main__":
    main()

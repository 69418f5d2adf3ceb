#!/usr/bin/env python3
"""How long linking one report takes, with few and with many incidents open: the decision alone, no Kafka, no disk.

    .venv/bin/python bench/link_fold.py [--open 200 20000] [--reports 2000]

Attacks fall at random on 18 governorates and 110 days, so that with 20,000 open about ten share a governorate and a day:
far denser than any news. Times are CPU time of this process; the machine's other work does not count.
"""

import argparse
import random
import time
from datetime import UTC, datetime, timedelta

from services.classify.link.fold import OpenIncidents
from services.classify.link.settings import LinkSettings
from shared.events.facts import GROUP_OF, Casualties, Count, EventType, Place, Precision
from shared.events.report import Kind, Report

START = datetime(2026, 1, 1, 9, tzinfo=UTC)
SETTINGS = LinkSettings()


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
    )


def measure(size: int, reports: int) -> list[float]:
    """CPU milliseconds of each of ``reports`` reports with ``size`` incidents open, sorted."""
    chance, fold, number = random.Random(size), OpenIncidents(), 0
    while len(fold) < size:
        number += 1
        fold.apply(report(chance, number), SETTINGS)
    times = []
    for extra in [report(chance, number + n) for n in range(1, reports + 1)]:
        began = time.process_time()
        fold.apply(extra, SETTINGS)
        times.append((time.process_time() - began) * 1_000)
    return sorted(times)


def main() -> None:
    """Print one line for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--open", type=int, nargs="+", default=[200, 20_000])
    parser.add_argument("--reports", type=int, default=2_000)
    args = parser.parse_args()
    for size in args.open:
        times = measure(size, args.reports)
        mean = sum(times) / len(times)
        print(
            f"open {size:>6}  mean {mean:.3f} ms  median {times[len(times) // 2]:.3f} ms"
            f"  p99 {times[len(times) * 99 // 100]:.3f} ms  {1_000 / mean:,.0f} reports/s on one core"
        )


if __name__ == "__main__":
    main()

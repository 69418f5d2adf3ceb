"""When outlets publish, as a random timetable: busy days, quiet nights and Fridays, clumps, and days on which something happens.

Invented, but of the shape of what newsrooms do: a rate a day of each outlet's own, times the hour's weight; one item in five comes with
others in the same minutes; a few times a week something breaks, and every local outlet sends items quickly for an hour and a half.
"""

import random
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

BAGHDAD_HOURS = 3
HOUR_WEIGHTS = (
    0.25,
    0.15,
    0.1,
    0.1,
    0.1,
    0.2,
    0.5,
    0.9,
    1.3,
    1.6,
    1.7,
    1.7,
    1.6,
    1.5,
    1.5,
    1.4,
    1.4,
    1.4,
    1.4,
    1.3,
    1.2,
    1.0,
    0.8,
    0.5,
)
FRIDAY_WEIGHT = 0.6
CLUMPED = 0.2
RATES: dict[int, Sequence[float]] = {
    1: (150, 90, 60, 40, 25, 15, 10, 6, 3, 1),
    2: (300, 180, 100, 50, 20, 8),
    3: (60, 20, 8, 3, 1),
}
"""Items a day of the outlets of a tier, in turn."""
BREAKING_A_WEEK = 4
BREAKING = timedelta(minutes=90)


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """One feed: its tier and when its items appear, in order."""

    slug: str
    tier: int
    times: tuple[datetime, ...]

    def known(self, now: datetime) -> int:
        """How many items have appeared by now."""
        return bisect_right(self.times, now)


def breaking_times(begin: datetime, end: datetime, chance: random.Random) -> tuple[datetime, ...]:
    """When something happens that all local outlets tell at once."""
    weeks = (end - begin) / timedelta(weeks=1)
    return tuple(begin + (end - begin) * chance.random() for _ in range(round(BREAKING_A_WEEK * weeks)))


def timetable(
    slug: str,
    tier: int,
    rate: float,
    *,
    begin: datetime,
    end: datetime,
    breaking: Sequence[datetime],
    chance: random.Random,
) -> Timetable:
    """Return the publications of one outlet between two times, to the second as feeds tell them."""
    times: list[datetime] = []
    at, busiest = begin, rate * max(HOUR_WEIGHTS) / 86_400
    while (at := at + timedelta(seconds=chance.expovariate(busiest))) < end:
        local = at + timedelta(hours=BAGHDAD_HOURS)
        weight = HOUR_WEIGHTS[local.hour] * (FRIDAY_WEIGHT if local.weekday() == 4 else 1.0)
        if chance.random() * max(HOUR_WEIGHTS) < weight:
            times.append(at)
            if chance.random() < CLUMPED:
                times += [at + timedelta(seconds=chance.uniform(5, 240)) for _ in range(chance.randint(1, 3))]
    if tier == 1:
        for event in breaking:
            first = event + timedelta(seconds=chance.uniform(60, 1500))
            count = chance.randint(2, 8)
            times += [first + (BREAKING - timedelta(minutes=20)) * chance.random() ** 2 for _ in range(count)]
    return Timetable(
        slug=slug, tier=tier, times=tuple(sorted(time.replace(microsecond=0) for time in times if time < end))
    )


def newsroom(sizes: Mapping[int, int], *, begin: datetime, end: datetime, seed: int) -> tuple[Timetable, ...]:
    """Return so many outlets of each tier, their rates in turn."""
    chance = random.Random(seed)
    breaking = breaking_times(begin, end, chance)
    return tuple(
        timetable(
            f"t{tier}-{number}",
            tier,
            RATES[tier][number % len(RATES[tier])],
            begin=begin,
            end=end,
            breaking=breaking,
            chance=chance,
        )
        for tier, count in sizes.items()
        for number in range(count)
    )

#!/usr/bin/env python3
"""How long ten thousand watches take for one incident.

    python -m bench.matching

Three crowds: watches of many kinds and places; ten thousand small circles in one governorate; and everybody watching the same
country with the same filters, where each of ten thousand watches must be answered. Times are of this thread's own CPU, so that other
work on the machine does not count.
"""

import gc
import random
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import replace

from services.alert.adapters.gazetteer import GazetteerBook
from services.alert.area import Area, Circle, CodedArea, Polygon, coded_area
from services.alert.matching import WatchIndex
from services.alert.watch import Filters, Watch, WhenVague
from shared.events.facts import Place, Precision
from shared.events.incident import Severity
from shared.geo.gazetteer import Gazetteer
from tests.support.incidents import opened

WATCHES = 10_000
TARGET_MS = 10.0
_ROUNDS = 200


def crowds() -> dict[str, list[Watch]]:
    """The watches of each crowd."""
    draw = random.Random(9)  # the same crowd every time
    return {
        "many kinds": [_watch(number, _some_area(draw), draw) for number in range(WATCHES)],
        "circles in one governorate": [
            _watch(
                number, Circle(lat=draw.uniform(33, 35), lon=draw.uniform(44, 46), radius_km=draw.uniform(1, 15)), draw
            )
            for number in range(WATCHES)
        ],
        "all the same": [_watch(number, _code("IQ"), None) for number in range(WATCHES)],
    }


def _watch(number: int, area: Area, draw: random.Random | None) -> Watch:
    filters = Filters()
    vague = WhenVague.NARROWED
    if draw is not None:
        filters = Filters(
            min_severity=draw.choice([None, None, Severity.MODERATE, Severity.SEVERE]),
            min_killed=draw.choice([None, None, 1, 5]),
            min_origins=draw.choice([None, None, 2]),
        )
        vague = draw.choice(list(WhenVague))
    return Watch(
        id=f"w{number}", name=f"W {number}", areas=(area,), endpoints=("e",), filters=filters, when_vague=vague
    )


def _some_area(draw: random.Random) -> Area:
    kind = draw.random()
    if kind < 0.4:
        return _code(
            draw.choice(["IQ", "SY", "YE", f"IQG{draw.randint(1, 18):02d}", f"IQG10Q{draw.randint(1, 6):02d}"])
        )
    lat, lon = draw.uniform(29, 37), draw.uniform(39, 48)
    if kind < 0.9:
        return Circle(lat=lat, lon=lon, radius_km=draw.choice([5, 10, 30, 100]))
    size = draw.uniform(0.1, 2)
    return Polygon(ring=((lon, lat), (lon + size, lat), (lon + size, lat + size), (lon, lat + size), (lon, lat)))


def _code(code: str) -> Area:
    area = coded_area(code)
    assert area is not None
    return area


def _placed(area: Area, book: GazetteerBook) -> Area:
    """A drawn area with the divisions that it covers, as reading the watches file makes it."""
    return area if isinstance(area, CodedArea) else book.with_extent(area)


def places(count: int) -> Sequence[Place]:
    """Where it happened: half to the village, half to the district."""
    draw = random.Random(10)
    found = []
    for number in range(count):
        exact = number % 2 == 0
        found.append(
            Place(
                name="P", lat=draw.uniform(33, 35) if exact else None, lon=draw.uniform(44, 46) if exact else None,
                precision=Precision.EXACT if exact else Precision.DISTRICT, country="IQ", admin1="IQG10", admin2="IQG10Q05",
            )
        )  # fmt: skip
    return found


def main() -> int:
    """Measure and print; 1 when a crowd takes longer than the target at the median."""
    states = [opened(number + 1, place=place) for number, place in enumerate(places(_ROUNDS))]
    is_slow = False
    book = GazetteerBook(Gazetteer.load())
    gc.freeze()  # as the service does: a walk through the gazetteer for garbage is not what matching costs
    for name, watches in crowds().items():
        index = WatchIndex(
            [replace(watch, areas=tuple(_placed(area, book) for area in watch.areas)) for watch in watches]
        )
        gc.collect()
        gc.freeze()
        took, found = [], []
        for state in states:
            began = time.thread_time()
            found.append(len(index.passing(state)))
            took.append(1000 * (time.thread_time() - began))
        p99 = sorted(took)[len(took) * 99 // 100 - 1]
        is_slow |= statistics.median(took) > TARGET_MS
        print(
            f"{WATCHES} watches, {name}: median {statistics.median(took):.2f} ms, p99 {p99:.2f} ms (target {TARGET_MS:g}); "
            f"passed by {statistics.median(found):.0f}"
        )
    return int(is_slow)


if __name__ == "__main__":
    sys.exit(main())

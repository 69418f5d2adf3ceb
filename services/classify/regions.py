"""Which link regions a report concerns, and the records that carry it there.

All news that may be about one incident must meet in one partition of the reports topic. An item that tells attacks in two
regions therefore travels twice, each record naming its own events in ``parts``. A later version, or a withdrawal, goes to
every region: the earlier version may have contributed anywhere, and only linking knows where. So does what speaks of a known
attack and names no place ("our report of yesterday was false", "the toll has risen to nine"): each region looks whether it knows of it.
"""

import msgspec

from shared.events.facts import Place
from shared.events.item import ItemChange
from shared.events.report import Kind, Report
from shared.geo.regions import LinkRegion, region_of

_OF_KNOWN = frozenset({Kind.UPDATE, Kind.REACTION, Kind.RETRACTION})


def _region(place: Place | None) -> LinkRegion:
    return region_of(place.country if place is not None else None)


def by_region(report: Report) -> tuple[Report, ...]:
    """Return the report once for each region it concerns, restricted to that region's events; at least one, the main event's first."""
    parts: dict[LinkRegion, list[int]] = {_region(report.place): [0]}
    for number, event in enumerate(report.other_events, start=1):
        parts.setdefault(_region(event.place), []).append(number)
    if report.version > 1 or report.change is ItemChange.WITHDRAWN:
        for region in LinkRegion:
            parts.setdefault(region, [])
    if report.kind in _OF_KNOWN and report.place is None:
        for region in LinkRegion:
            numbers = parts.setdefault(region, [])
            if 0 not in numbers:
                numbers.insert(0, 0)
    return tuple(
        msgspec.structs.replace(report, region=region.value, parts=tuple(numbers)) for region, numbers in parts.items()
    )

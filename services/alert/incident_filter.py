"""Which incidents somebody asks for (pure): areas, kinds, severity, time, a box on the map, a watch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.alert.area import Area, Circle, CodedArea
from services.alert.watch import SEVERITY_ORDER
from shared.events.facts import EventGroup, EventType
from shared.events.incident import Severity, Status


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A box in degrees; ``west`` above ``east`` crosses the antimeridian, as in RFC 7946."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentFilter:
    """What an incident must be; an empty tuple and None accept everything. ``areas`` are alternatives.

    ``since`` and ``until`` bound the newest report. ``watch``: only what this watch was told. ``held`` None: held or not.
    """

    areas: tuple[CodedArea | Circle, ...] = ()
    types: tuple[EventType, ...] = ()
    groups: tuple[EventGroup, ...] = ()
    severities: tuple[Severity, ...] = ()
    statuses: tuple[Status, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    box: Box | None = None
    watch: str | None = None
    held: bool | None = None
    tests: bool = False

    @property
    def codes(self) -> list[str]:
        """Codes of the areas that have one."""
        return [area.code for area in self.areas if isinstance(area, CodedArea)]

    @property
    def circles(self) -> list[Circle]:
        """The areas that are circles."""
        return [area for area in self.areas if isinstance(area, Circle)]


def at_least(severity: Severity) -> tuple[Severity, ...]:
    """Return this severity and all above."""
    return tuple(one for one in Severity if SEVERITY_ORDER[one] >= SEVERITY_ORDER[severity])


def read_box(text: str) -> Box:
    """Return what ``west,south,east,north`` says; raises ``ValueError`` with a sentence."""
    accepted = "west,south,east,north in degrees is accepted, such as 44.5,33.2,46.0,35.1"
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise ValueError(f"bbox is {text[:80]!r}; {accepted}") from None
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError(f"bbox is {text[:80]!r}, which is no box on the earth; {accepted}")
    return Box(west=west, south=south, east=east, north=north)


def searchable(areas: Sequence[Area]) -> tuple[CodedArea | Circle, ...]:
    """Return the areas that incidents can be looked up by; a drawn polygon is none."""
    return tuple(area for area in areas if isinstance(area, (CodedArea, Circle)))

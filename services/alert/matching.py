"""Which watches does this state of an incident pass?

Watches that share area, filters and manners form one rule, evaluated once; rules are found by the divisions and the
squares of the map that their areas lie in. Ten thousand watches therefore cost little unless thousands of different ones match.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil, cos, floor, radians
from typing import NamedTuple

from services.alert.area import Area, Circle, CodedArea, Relation, codes_of, nearest, relation
from services.alert.watch import Filters, Refusal, Watch, WhenVague, refusal
from shared.events.facts import Place
from shared.events.incident import IncidentChange, Status

_CELL_DEGREES = (0.125, 1.0, 8.0)
"""Squares of the map that drawn areas are found by: each area lies in few squares of the finest size that allows it."""
_FEW_CELLS = 64
_KM_PER_DEGREE = 111.2
_Cell = tuple[float, int, int]
_NO_FILTERS = Filters()


class Verdict(NamedTuple):
    """What one watch makes of one state: told, or the first reason why not. ``relation`` holds either way.

    A tuple, not a dataclass as elsewhere: thousands are made for one incident, and this kind is made three times as fast.
    """

    watch_id: str
    relation: Relation
    refused: Refusal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rule:
    areas: tuple[Area, ...]
    filters: Filters | None
    when_vague: WhenVague
    receives_tests: bool


class WatchIndex:
    """Answers ``passing(state)`` for all watches at once, and ``verdict(watch, state)`` for one."""

    def __init__(self, watches: Iterable[Watch]) -> None:
        self._watches: dict[str, Watch] = {}
        self._rule_of: dict[str, _Rule] = {}
        members: dict[_Rule, list[str]] = defaultdict(list)
        for watch in watches:
            rule = _rule(watch)
            self._watches[watch.id] = watch
            self._rule_of[watch.id] = rule
            members[rule].append(watch.id)
        self._rules = list(members)
        self._members = list(members.values())
        filter_numbers: dict[Filters, int] = {}
        self._filter_numbers = [
            -1 if rule.filters is None else filter_numbers.setdefault(rule.filters, len(filter_numbers))
            for rule in self._rules
        ]
        self._at_code: dict[str, set[int]] = defaultdict(set)
        self._below_code: dict[str, set[int]] = defaultdict(set)
        self._in_cell: dict[_Cell, set[int]] = defaultdict(set)
        self._drawn_at_code: dict[str, set[int]] = defaultdict(set)
        self._drawn_anywhere: set[int] = set()
        self._tell_all = {number for number, rule in enumerate(self._rules) if rule.when_vague is WhenVague.TELL}
        self._narrowed = {number for number, rule in enumerate(self._rules) if rule.when_vague is not WhenVague.HOLD}
        area_numbers: dict[Area, int] = {}
        self._area_numbers = [
            tuple(area_numbers.setdefault(area, len(area_numbers)) for area in rule.areas) for rule in self._rules
        ]
        self._areas = list(area_numbers)
        for number, rule in enumerate(self._rules):
            for area in rule.areas:
                self._enter(number, area)

    def __contains__(self, watch_id: str) -> bool:
        return watch_id in self._watches

    def become(self, other: "WatchIndex") -> None:
        """Take another's place: whoever holds this index sees that one's watches from now on."""
        self.__dict__ = other.__dict__

    @property
    def watches(self) -> Mapping[str, Watch]:
        """All watches by id."""
        return self._watches

    def passing(self, state: IncidentChange) -> tuple[Verdict, ...]:
        """Return a verdict for each watch that the state passes, in no order that means anything but always the same."""
        found: list[Verdict] = []
        relations: dict[int, Relation] = {}  # many rules share an area, or filters: each is tried once
        refused: dict[int, bool] = {-1: False}
        silent = {receives: _standing(state, receives_tests=receives) is not None for receives in (False, True)}
        if all(silent.values()):
            return ()
        for number in sorted(self._candidates(state.place)):
            for area_number in (numbers := self._area_numbers[number]):
                if area_number not in relations:
                    relations[area_number] = relation(state.place, self._areas[area_number])
            near = relations[numbers[0]] if len(numbers) == 1 else nearest([relations[one] for one in numbers])
            if near is Relation.OUTSIDE:
                continue
            rule = self._rules[number]
            filters = self._filter_numbers[number]
            if filters not in refused:
                refused[filters] = rule.filters is not None and refusal(rule.filters, state) is not None
            if not (silent[rule.receives_tests] or refused[filters] or _where(rule, near, state.place)):
                found.extend([Verdict(watch_id, near) for watch_id in self._members[number]])
        return tuple(found)

    def verdict(self, watch_id: str, state: IncidentChange) -> Verdict:
        """Return what one watch makes of the state; raises ``KeyError`` for a watch that is not known."""
        rule = self._rule_of[watch_id]
        near = nearest([relation(state.place, area) for area in rule.areas])
        return Verdict(watch_id=watch_id, relation=near, refused=_refused(rule, state, near))

    def _enter(self, number: int, area: Area) -> None:
        if isinstance(area, CodedArea):
            self._at_code[area.code].add(number)
            for ancestor in area.codes[:-1]:
                self._below_code[ancestor].add(number)
            return
        for cell in _cells(area):
            self._in_cell[cell].add(number)
        if area.extent is None:
            self._drawn_anywhere.add(number)
        else:
            for code in area.extent.covers | area.extent.touches:
                self._drawn_at_code[code].add(number)

    def _candidates(self, place: Place | None) -> set[int]:
        if (
            place is None or place.country is None
        ):  # possibly anywhere: only a watch that wants to hear even that can pass
            return self._narrowed if _is_narrowed(place) else self._tell_all
        known = [code for code in codes_of(place) if code is not None]
        found: set[int] = set(self._below_code.get(known[-1], ()))
        for code in known:
            found |= self._at_code.get(code, set())
        if place.lat is not None and place.lon is not None:
            for size in _CELL_DEGREES:
                found |= self._in_cell.get((size, *_square(size, place.lat, place.lon)), set())
            return found
        for code in known:
            found |= self._drawn_at_code.get(code, set())
        return found | self._drawn_anywhere


def _rule(watch: Watch) -> _Rule:
    return _Rule(
        areas=watch.areas,
        filters=None if watch.filters == _NO_FILTERS else watch.filters,
        when_vague=watch.when_vague,
        receives_tests=watch.receives_tests,
    )


def _refused(rule: _Rule, state: IncidentChange, near: Relation) -> Refusal | None:
    found = _standing(state, receives_tests=rule.receives_tests) or _where(rule, near, state.place)
    return found if found is not None or rule.filters is None else refusal(rule.filters, state)


def _standing(state: IncidentChange, *, receives_tests: bool) -> Refusal | None:
    if state.test and not receives_tests:
        return Refusal.TEST
    if state.status is not Status.ACTIVE:
        return Refusal.NOT_STANDING
    if state.backfill:
        return Refusal.BACKFILL
    return Refusal.HELD if state.held else None


def _where(rule: _Rule, near: Relation, place: Place | None) -> Refusal | None:
    if near is Relation.OUTSIDE:
        return Refusal.OUTSIDE
    if near is Relation.INSIDE or rule.when_vague is WhenVague.TELL:
        return None
    return None if rule.when_vague is WhenVague.NARROWED and _is_narrowed(place) else Refusal.TOO_VAGUE


def _is_narrowed(place: Place | None) -> bool:
    return place is not None and (place.admin1 is not None or bool(place.candidates))


def _square(size: float, lat: float, lon: float) -> tuple[int, int]:
    return floor(lat / size), floor(lon / size)


def _cells(area: Area) -> Iterator[_Cell]:
    if isinstance(area, CodedArea):
        return
    if isinstance(area, Circle):
        dlat = area.radius_km / _KM_PER_DEGREE
        widest = max(0.01, cos(radians(min(89.0, abs(area.lat) + dlat))))
        dlon = dlat / widest
        south, north, west, east = area.lat - dlat, area.lat + dlat, area.lon - dlon, area.lon + dlon
    else:
        lons, lats = [lon for lon, _ in area.ring], [lat for _, lat in area.ring]
        south, north, west, east = min(lats), max(lats), min(lons), max(lons)
    for size in _CELL_DEGREES:
        rows = range(floor(south / size), ceil(north / size) + 1)
        columns = range(floor(west / size), min(ceil(east / size) + 1, floor(west / size) + round(360 / size)))
        if len(rows) * len(columns) <= _FEW_CELLS or size == _CELL_DEGREES[-1]:
            around, west_edge = round(360 / size), floor(-180 / size)
            for row in rows:
                for column in columns:
                    yield size, row, (column - west_edge) % around + west_edge
            return

"""Where to look for the incident a telling may belong to: by place and day, and by text; never by scanning all.

An incident is entered under its grid cell, its district, its governorate and its country, each with its day. Those known
only coarsely are entered once more as *coarse*, because news that names a village must find "an attack in the district"
without meeting every other village of it.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from services.classify.link.clues import LEAST_SHARED, looked_up
from services.classify.link.counts import equal_killed
from services.classify.link.geography import has_point
from services.classify.link.incident import Incident, Profile, day_of, local_day
from services.classify.link.likeness import days_apart, days_searched, speaks_of_known
from services.classify.link.misreading import ACCOUNT_FROM, SAME_TOLLS_OF
from services.classify.link.settings import LinkSettings
from services.classify.link.sieve import sieve_for
from services.classify.link.signature import bands
from shared.events.facts import Count, EventType, Place, Precision
from shared.events.incident import Contribution

CELL_DEGREES = 0.15
"""About 16 km: with its eight neighbours a cell holds everything that ``geography`` calls near."""

_CLUES_BEFORE, _CLUES_AFTER = 3, 1
"""Days around the telling's whose incidents are looked for by what the texts share: an update comes later, a day is misread."""

_ALL = ("all",)
_CLOSE = frozenset({"cell", "dead and wounded"})
"""Areas whose incidents may be at the very site of the telling."""
Area = tuple[str, ...] | tuple[str, int, int]
Day = tuple[bool, bool, int]  # test, whether the day is that of the attack (else of its first report), day
Key = tuple[Day, Area]


class CandidateIndex:
    """The incidents by area and day, and by bands of their texts' signatures."""

    def __init__(self) -> None:
        self._by_day: dict[Day, dict[Area, set[str]]] = defaultdict(dict)
        self._keys_of: dict[str, tuple[Key, ...]] = {}
        self._types_of: dict[str, tuple[str, ...]] = {}
        self._killed_of: dict[str, frozenset[int]] = {}
        self._by_band: dict[tuple[int, bytes], set[str]] = defaultdict(set)
        self._bands_of: dict[str, frozenset[tuple[int, bytes]]] = {}
        self._by_clue: dict[tuple[bool, int], dict[str, tuple[str, ...]]] = defaultdict(dict)
        self._clues_of: dict[str, tuple[tuple[bool, int], frozenset[str]]] = {}
        self._told_of: dict[str, tuple[tuple[bool, int], tuple[tuple[str, frozenset[str]], ...]]] = {}

    def enter(self, incident: Incident) -> None:
        """Enter the incident as it is now, in place of how it was."""
        incident_id = incident.state.incident_id
        known = incident.known()
        types = known.event_types | {known.event_type} if known.event_type else known.event_types
        self._types_of[incident_id] = tuple(sorted(one.value for one in types))
        self._killed_of[incident_id] = known.killed
        keys = tuple(_keys(known))
        if keys != self._keys_of.get(incident_id):
            self._leave_keys(incident_id)
            for day, area in keys:
                self._by_day[day].setdefault(area, set()).add(incident_id)
            self._keys_of[incident_id] = keys
        self._enter_clues(incident_id, known)
        found = frozenset().union(*(bands(c.signature) for c in incident.tellings.values()))
        before = self._bands_of.get(incident_id, frozenset())
        for band in before - found:
            self._drop_band(band, incident_id)
        for band in found - before:
            self._by_band[band].add(incident_id)
        if found:
            self._bands_of[incident_id] = found
        else:
            self._bands_of.pop(incident_id, None)

    def leave(self, incident_id: str) -> None:
        """Forget the incident."""
        self._leave_keys(incident_id)
        self._leave_clues(incident_id)
        self._told_of.pop(incident_id, None)
        self._types_of.pop(incident_id, None)
        self._killed_of.pop(incident_id, None)
        for band in self._bands_of.pop(incident_id, frozenset()):
            self._drop_band(band, incident_id)

    def copies_of(self, signature: bytes) -> set[str]:
        """Incidents with a text that may be a copy of the one with this signature."""
        found: set[str] = set()
        for band in bands(signature):
            found |= self._by_band.get(band, set())
        return found

    def sharing(self, telling: Contribution, *, test: bool) -> set[str]:
        """Incidents of the days around the telling's whose texts share enough clues with it, wherever they were read to be."""
        about = day_of(telling).toordinal()
        clues = looked_up(telling.facts.clues)
        names, others = (
            [pair for pair in clues if pair[0][1] in "np"],
            [pair for pair in clues if pair[0][1] not in "np"],
        )
        if not names or len(clues) < 2:
            return set()
        shared: dict[str, int] = {}
        several: set[str] = set()  # share two clues or more: one may be the same by chance
        before = _CLUES_BEFORE if speaks_of_known(telling) else _CLUES_AFTER
        for day in range(about - before, about + _CLUES_AFTER + 1):
            on_that_day = self._by_clue.get((test, day))
            if on_that_day is None:
                continue
            for clue, value in names:
                for incident_id in on_that_day.get(clue, ()):
                    if incident_id in shared:
                        several.add(incident_id)
                        shared[incident_id] += value
                    else:
                        shared[incident_id] = value
            if not shared:
                continue
            for clue, value in others:
                for incident_id in on_that_day.get(clue, ()):
                    if incident_id in shared:
                        several.add(incident_id)
                        shared[incident_id] += value
        return {incident_id for incident_id in several if shared[incident_id] >= LEAST_SHARED}

    def near(
        self,
        telling: Contribution,
        *,
        test: bool,
        settings: LinkSettings,
        everywhere: bool = False,
        needed: float = -math.inf,
    ) -> list[str]:
        """Incidents whose place and day may fit, nearest days first, at most ``settings.max_candidates``.

        ``everywhere`` looks beyond the telling's own governorate: for updates that correct the place. Incidents that cannot
        reach the score ``needed`` are left out.
        """
        sieve = sieve_for(telling, needed)
        about = day_of(telling).toordinal()
        best_kind, types_of, killed_of = max(sieve.best_kind, 0.0), self._types_of, self._killed_of
        killed, equal = _best(telling.facts.casualties.killed), equal_killed(telling)
        areas = {area: area[0] in _CLOSE for area in _areas_searched(telling, everywhere=everywhere)}
        found: dict[str, None] = {}
        for is_dated, day in _days(telling, settings):
            on_that_day = self._by_day.get((test, is_dated, day))
            if on_that_day is None:
                continue
            here: set[str] = set()
            apart = abs(day - about)
            by_unit = sieve.least_kind(is_by_point=False, is_dated=is_dated, apart=apart)
            by_point = sieve.least_kind(is_by_point=True, is_dated=is_dated, apart=apart)
            if by_point > best_kind:
                continue
            for area, is_close in areas.items():
                if (ids := on_that_day.get(area)) is None or (by_unit > best_kind and not is_close):
                    continue
                least = by_point if is_close else by_unit
                here.update(
                    one
                    for one in ids
                    if sieve.kind_of(types_of[one]) >= (least if killed in killed_of[one] else least + equal)
                )
            for incident_id in sorted(here):
                found[incident_id] = None
                if len(found) >= settings.max_candidates:
                    return list(found)
        return list(found)

    def contents(self) -> tuple[dict[Key, frozenset[str]], dict[tuple[int, bytes], frozenset[str]], object]:
        """All entries, for tests that compare two indexes."""
        return (
            {(day, area): frozenset(ids) for day, areas in self._by_day.items() for area, ids in areas.items()},
            {band: frozenset(ids) for band, ids in self._by_band.items() if ids},
            {(day, clue): frozenset(ids) for day, clues in self._by_clue.items() for clue, ids in clues.items()},
        )

    def _enter_clues(self, incident_id: str, known: Profile) -> None:
        """Under the day of the attack, or of its first report."""
        day = (known.test, known.day.toordinal())
        if self._told_of.get(incident_id) == (day, known.clues):
            return
        self._told_of[incident_id] = (day, known.clues)
        clues = frozenset(clue for _, told in known.clues for clue, _ in looked_up(told))
        if self._clues_of.get(incident_id) == (day, clues):
            return
        self._leave_clues(incident_id)
        if clues:
            self._clues_of[incident_id] = (day, clues)
            here = self._by_clue[day]
            for clue in clues:
                here[clue] = (*here.get(clue, ()), incident_id)

    def _leave_clues(self, incident_id: str) -> None:
        day, clues = self._clues_of.pop(incident_id, (None, ()))
        if day is None:
            return
        here = self._by_clue[day]
        for clue in clues:
            others = tuple(one for one in here[clue] if one != incident_id)
            if others:
                here[clue] = others
            else:
                del here[clue]
        if not here:
            del self._by_clue[day]

    def _leave_keys(self, incident_id: str) -> None:
        for day, area in self._keys_of.pop(incident_id, ()):
            areas = self._by_day[day]
            areas[area].discard(incident_id)
            if not areas[area]:
                del areas[area]
            if not areas:
                del self._by_day[day]

    def _drop_band(self, band: tuple[int, bytes], incident_id: str) -> None:
        ids = self._by_band[band]
        ids.discard(incident_id)
        if not ids:
            del self._by_band[band]


def _keys(known: Profile) -> Iterator[Key]:
    days: Iterable[date] = known.days | {known.day} if known.is_dated else {local_day(known.first_seen)}
    areas = [
        *_areas_of(known.place),
        *_by_toll(known.place, known.best_killed, known.best_attackers_killed),
        *_by_both(known.killed, known.wounded),
        *_by_account(
            known.place if known.targets else None,
            known.event_type,
            known.best_killed,
            known.day if known.is_dated else None,
        ),
    ]
    for area in dict.fromkeys(areas):
        for day in sorted(days):
            yield (known.test, known.is_dated, day.toordinal()), area


def _areas_of(place: Place | None) -> Iterator[Area]:
    yield _ALL
    if place is None or place.country is None:
        yield ("coarse",)
    if place is None:
        return
    if place.lat is not None and place.lon is not None:
        yield _cell(place.lat, place.lon)
    country = place.country or ""
    yield "country", country
    if place.admin1:
        yield "admin1", place.admin1
        if not has_point(place) and place.admin2 is None:
            yield "coarse admin1", place.admin1
    elif not has_point(place):
        yield "coarse country", country
    if place.admin2:
        yield "admin2", place.admin2
        if place.precision is not Precision.EXACT:
            yield "coarse admin2", place.admin2


def _by_toll(place: Place | None, killed: int | None, attackers_killed: int | None) -> Iterator[Area]:
    """Accounts that disagree on the district agree on the toll, or they are not of one attack."""
    if place is not None and place.admin1 and (killed or attackers_killed):
        yield "toll", place.admin1, f"{killed} {attackers_killed}"


def _by_both(killed: Iterable[int], wounded: Iterable[int]) -> Iterator[Area]:
    """Accounts of one attack that disagree even on the country: so many dead and so many wounded on one day are few."""
    for dead in sorted(killed):
        for hurt in sorted(wounded):
            if dead >= 1 and hurt >= 1 and dead + hurt >= SAME_TOLLS_OF:
                yield "dead and wounded", dead, hurt


def _by_account(
    place: Place | None, event_type: EventType | None, killed: int | None, day: date | None
) -> Iterator[Area]:
    """Accounts of one attack that disagree even on the governorate agree on day, kind and toll."""
    if (
        place is not None
        and place.country
        and event_type is not None
        and day is not None
        and (killed or 0) >= ACCOUNT_FROM
    ):
        yield "account", place.country, f"{event_type.value} {killed} {day.toordinal()}"


def _areas_searched(telling: Contribution, *, everywhere: bool) -> Iterator[Area]:
    place = telling.facts.place
    if place is None:
        yield _ALL
        return
    yield ("coarse",)
    toll = telling.facts.casualties
    if telling.facts.targets:
        yield from _by_account(place, telling.facts.event_type, _best(toll.killed), telling.facts.occurred_on)
    if toll.killed is not None and toll.wounded is not None:
        yield from _by_both((toll.killed.best,), (toll.wounded.best,))
    country = place.country or ""
    if everywhere:
        yield "country", country
        return
    yield "coarse country", country
    stays_in_district = place.admin2 is not None and not speaks_of_known(telling)
    if place.lat is not None and place.lon is not None:
        yield from _around(place.lat, place.lon)
        if place.admin1 is None:
            yield "coarse country", country
    elif place.admin1 is None:
        yield "country", country
    if place.admin1 is None:
        return
    if stays_in_district and place.admin2 is not None:
        yield "coarse admin1", place.admin1
        if place.precision is Precision.EXACT:
            yield "coarse admin2", place.admin2
        else:
            yield "admin2", place.admin2
        yield from _by_toll(place, _best(toll.killed), _best(toll.attackers_killed))
    else:
        yield "admin1", place.admin1


def _best(count: Count | None) -> int | None:
    return count.best if count else None


def _cell(lat: float, lon: float) -> Area:
    return "cell", int(lat // CELL_DEGREES), int(lon // CELL_DEGREES)


def _around(lat: float, lon: float) -> Iterator[Area]:
    row, column = int(lat // CELL_DEGREES), int(lon // CELL_DEGREES)
    for north in (-1, 0, 1):
        for east in (-1, 0, 1):
            yield "cell", row + north, column + east


def _days(telling: Contribution, settings: LinkSettings) -> Iterator[tuple[bool, int]]:
    """(dated incidents?, day), nearest first."""
    told = telling.facts.occurred_on
    apart = days_apart(telling)
    for day in days_searched(telling, settings):
        ordinal = day.toordinal()
        later = ordinal - told.toordinal() if told is not None else 0
        if told is None or abs(later) <= apart:
            yield True, ordinal
        if later >= -1:
            yield False, ordinal

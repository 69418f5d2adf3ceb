"""How far the bearers of a name lie from the towns that the text names: "X, north of Y" is the X beside Y, in whatever district.

Newsrooms place a village by the nearest town more often than by its district, and the two need not agree: half the villages
"north of Baquba" lie in the next district. Distances only weigh bearers against each other; they invent no place.
"""

from collections.abc import Iterable

from services.classify.read.place_context import HOME, Context
from services.classify.read.place_reading import Reading
from services.classify.read.place_words import Level, Nearness, Role
from shared.geo.distance import km_between
from shared.geo.rows import Entry, EntryKind

BESIDE_KM = 20.0
"""As far from a town as news still says "near" it."""
AROUND_KM = 60.0
"""Farther than this nobody places a village by a town."""
_FAR_KM = 100.0
_WELL_KNOWN = 60
_GREAT, _LIVED_IN = 80, 25
_HEAD = 1
"""Index of the last sentence of a text's head: the headline and the first sentence below it."""
_CONTRADICTED = 3.0
_DIRECT, _SAME_SENTENCE, _ELSEWHERE = 5.0, 3.0, 2.5
_OWN_DISTRICT = 1.5
"""What it adds that the town which says where a place lies is of the place's own district."""
_UNITS = (EntryKind.GOVERNORATE, EntryKind.DISTRICT, EntryKind.SUBDISTRICT)
_GAP = 9
"""Words between a name and the town that says where it lies."""
_ASIDE = (Role.BACKGROUND, Role.CORRECTED, Role.DATELINE, Role.ROAD)
_BY_THE_WAY = (Role.INSTITUTION, Role.MOVEMENT)
_CLEARLY_NEARER = 1.6


def distance(a: Entry, b: Entry) -> float | None:
    """Return the kilometres between two entries, None unless both have a point."""
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return None
    return km_between(a.lat, a.lon, b.lat, b.lon)


def is_direct(reading: Reading, other: Reading) -> bool:
    """Whether ``other`` follows the name to say where it lies: "X, north of Y", "X, a village near Y"."""
    gap = other.mention.first - reading.mention.last
    return other.mention.sentence is reading.mention.sentence and 0 < gap <= _GAP and other.nearness is Nearness.NEAR


def weigh(entry: Entry, reading: Reading, context: Context) -> tuple[float, float]:
    """Return how much the towns of the text speak for this bearer of the name, and how much against it."""
    best = against = 0.0
    if entry.country != HOME or entry.kind < EntryKind.TOWN or _is_town_of_a_unit(entry, reading):
        return best, against
    for other, town in context.towns:
        if other.mention.key == reading.mention.key:
            continue
        if (km := distance(entry, town)) is None:  # a place without a point is told of as near its own district's town
            km = BESIDE_KM if entry.admin2 is not None and entry.admin2 == town.admin2 else AROUND_KM
        is_told = is_direct(reading, other)
        same = other.mention.sentence is reading.mention.sentence
        value = _DIRECT if is_told else _SAME_SENTENCE if same else _ELSEWHERE
        value *= 0.4 if other.role in _ASIDE else 0.7 if other.role in _BY_THE_WAY else 1.0
        own_district = _OWN_DISTRICT if is_told and entry.admin2 == town.admin2 else 0.0
        best = max(best, value * _closeness(km) + own_district)
        if is_told and km > _FAR_KM:
            against = max(against, 3.0)
    return best, against


def only_governorate(reading: Reading, context: Context) -> str | None:
    """Return the one governorate of Iraq that the head of the text and the name's own sentence put something in, None where none or several."""
    told = {
        unit.admin1
        for other, unit in (*context.units, *context.towns)
        if unit.country == HOME
        and other.role in (Role.SCENE, Role.PLAIN)
        and other.mention.key != reading.mention.key
        and (other.mention.sentence is reading.mention.sentence or other.mention.sentence.index <= _HEAD)
    }
    return next(iter(told)) if len(told) == 1 else None


def contradicts(entry: Entry, reading: Reading, context: Context) -> float:
    """Return what speaks against a bearer outside the only governorate that is told of, where that has a bearer of its own.

    "Drone hits pickup in Salahaddin … in al-Huriya": not the better-known Huriya of Najaf. Districts and great towns are safe from
    namesakes among the villages: news of two attacks names them beside other governorates.
    """
    if entry.country != HOME or entry.rank >= _GREAT or entry.kind is EntryKind.GOVERNORATE:
        return 0.0
    told = only_governorate(reading, context)
    if told is None or entry.admin1 == told:
        return 0.0
    own = any(m.entry.admin1 == told and m.entry.rank >= _LIVED_IN for m in reading.mention.matches)
    return _CONTRADICTED if own else 0.0


def is_of_no_bearer(reading: Reading, context: Context) -> bool:
    """Whether a stated village has no bearer in the only governorate told of, nor around a town told of: then none of them is meant."""
    told = only_governorate(reading, context)
    bearers = [match.entry for match in reading.mention.matches]
    if (
        told is None
        or reading.level is not Level.VILLAGE
        or any(e.admin1 == told or e.country != HOME for e in bearers)
    ):
        return False
    towns = towns_for(reading, context)
    return not any(is_near_any(entry, towns) for entry in bearers)


def _is_town_of_a_unit(entry: Entry, reading: Reading) -> bool:
    """Whether the name is a unit's too, and this its town: which of the two is meant is not for distances to say."""
    return entry.kind is EntryKind.TOWN and any(
        match.entry.kind in _UNITS and match.entry.country == HOME for match in reading.mention.matches
    )


def _closeness(km: float) -> float:
    return 1.0 if km <= BESIDE_KM else max(0.0, (AROUND_KM - km) / (AROUND_KM - BESIDE_KM))


def towns_for(reading: Reading, context: Context) -> list[Entry]:
    """Return the towns that may say where the name lies: those that directly do, else those told of as near or in the news."""
    direct = [town for other, town in context.towns if is_direct(reading, other)]
    if direct:
        return direct
    return [
        town
        for other, town in context.towns
        if other.role not in _ASIDE and other.mention.key != reading.mention.key and other.role is not Role.MOVEMENT
    ]


def is_near_any(entry: Entry, towns: Iterable[Entry]) -> bool:
    """Whether the entry lies so near to one of the towns that news would place it by it."""
    return any((km := distance(entry, town)) is not None and km <= AROUND_KM for town in towns)


def is_far_from_direct(entries: Iterable[Entry], reading: Reading, context: Context) -> bool:
    """Whether a town says where a village lies and every bearer of its name lies far from it: then another place is meant."""
    if not reading.is_located and reading.level is not Level.VILLAGE:
        return False
    direct = [town for other, town in context.towns if is_direct(reading, other)]
    if not direct:
        return False
    known = [entry for entry in entries if entry.lat is not None]
    if any(entry.rank >= _WELL_KNOWN for entry in known):
        return False
    return bool(known) and not any(
        (km := distance(entry, town)) is not None and km <= _FAR_KM for entry in known for town in direct
    )


def nearest_of(bearers: Iterable[Entry], towns: Iterable[Entry]) -> Entry | None:
    """Return the bearer that lies clearly nearer to the towns of the text than every other, None where none does."""
    reach = list(towns)
    placed = sorted(
        (min(kms), n, entry)
        for n, entry in enumerate(bearers)
        if (kms := [km for town in reach if (km := distance(entry, town)) is not None])
    )
    if not placed or placed[0][0] > AROUND_KM:
        return None
    if len(placed) > 1 and placed[1][0] < placed[0][0] * _CLEARLY_NEARER + 5:
        return None
    return placed[0][2]

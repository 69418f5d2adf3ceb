"""A place as a person of the desk gives it: a name, a code, or a point; read strictly, because it will be told as a fact.

Accepted: a name in any of the languages ("Jalawla", "جلولاء"), with what holds it after a comma where the name alone is not clear
("Salman, Muthanna"); a p-code, an ISO 3166-2 code or a country ("IQG10Q05", "SY-DY", "IQ"); a point ("34.17, 45.33").
"""

import re
from collections.abc import Sequence

from shared.events.facts import Place, Precision
from shared.geo.distance import km_between
from shared.geo.gazetteer import Gazetteer, contains, same_place
from shared.geo.names import name_key
from shared.geo.rows import Entry, EntryKind

_POINT = re.compile(r"(-?\d{1,3}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)")
_CODE = re.compile(r"[A-Za-z]{2}(?:-[A-Za-z0-9]{1,3}|G\d{2}(?:Q\d{2}(?:N\d{2})?)?)?", re.IGNORECASE)
_UNITS = (EntryKind.GOVERNORATE, EntryKind.DISTRICT, EntryKind.SUBDISTRICT)
_PRECISION = {
    EntryKind.COUNTRY: Precision.COUNTRY, EntryKind.REGION: Precision.COUNTRY, EntryKind.GOVERNORATE: Precision.GOVERNORATE,
    EntryKind.DISTRICT: Precision.DISTRICT, EntryKind.SUBDISTRICT: Precision.SUBDISTRICT, EntryKind.TOWN: Precision.TOWN,
    EntryKind.VILLAGE: Precision.EXACT, EntryKind.SITE: Precision.TOWN,
}  # fmt: skip
_POINTED = frozenset({EntryKind.TOWN, EntryKind.VILLAGE, EntryKind.SITE})
_OUTRANKS_BY = 40
"""A namesake so much less known (a hamlet called as a city is) is not meant by the bare name."""
_NAMES_THE_POINT_KM = 3.0
_IN_REACH_KM = 150.0
"""Outside Iraq the country of a point is that of the nearest town; beyond this nothing is near."""
_MAX_LISTED = 6


class PlaceWordsError(ValueError):
    """The words name no place, or more than one; the text says which were near or which are meant."""


def read_place(words: str, gazetteer: Gazetteer, *, country: str | None = None) -> Place:
    """Return the place; ``country`` is the incident's, whose namesakes are not passed over. Raises ``PlaceWordsError``."""
    words = words.strip()
    if (point := _POINT.fullmatch(words)) is not None:
        return _at_point(float(point[1]), float(point[2]), gazetteer)
    if _CODE.fullmatch(words) and (unit := gazetteer.unit(words.upper())) is not None:
        return place_of(unit, unit.name)
    found = _named(words, gazetteer, country)
    return place_of(found, found.name)


def place_of(entry: Entry, name: str) -> Place:
    """Return the gazetteer's entry as a place; a unit, or what has no point, stands for itself with its codes alone."""
    has_point = entry.kind in _POINTED and entry.lat is not None
    precision = _PRECISION[entry.kind]
    if entry.kind in _POINTED and not has_point:
        precision = Precision.DISTRICT if entry.admin2 else Precision.GOVERNORATE if entry.admin1 else Precision.COUNTRY
    return Place(
        name=name,
        geonameid=entry.geonameid if has_point else None,
        lat=entry.lat if has_point else None,
        lon=entry.lon if has_point else None,
        precision=precision,
        country=entry.country,
        admin1=entry.admin1 or (entry.code if entry.kind is EntryKind.GOVERNORATE else None),
        admin2=entry.admin2,
        admin3=entry.admin3,
    )


def _at_point(lat: float, lon: float, gazetteer: Gazetteer) -> Place:
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise PlaceWordsError(f"{lat:g}, {lon:g} is no point: latitude from -90 to 90, then longitude from -180 to 180")
    near = gazetteer.nearest(lat, lon)
    km = km_between(lat, lon, near.lat, near.lon) if near and near.lat is not None and near.lon is not None else None
    admin1, admin2, admin3 = gazetteer.locate(lat, lon)
    country = "IQ"
    if admin1 is None:
        if near is None or km is None or km > _IN_REACH_KM:
            raise PlaceWordsError(f"{lat:g}, {lon:g} is in no country that is known; latitude comes first")
        country, admin1 = near.country, near.admin1
    unit = gazetteer.unit(admin3 or admin1 or country)
    is_named = near is not None and km is not None and km <= _NAMES_THE_POINT_KM
    name = near.name if is_named and near is not None else unit.name if unit is not None else f"{lat:.4f}, {lon:.4f}"
    return Place(
        name=name, lat=lat, lon=lon, precision=Precision.EXACT, country=country, admin1=admin1, admin2=admin2, admin3=admin3,
    )  # fmt: skip


def _named(words: str, gazetteer: Gazetteer, country: str | None) -> Entry:
    entries = _bearers(words, gazetteer)
    within = ""
    if not entries and "," in words:
        name, _, within = words.rpartition(",")
        holders = [entry for entry in _bearers(within, gazetteer) if entry.kind in (*_UNITS, EntryKind.COUNTRY)]
        entries = [entry for entry in _bearers(name, gazetteer) if any(contains(holder, entry) for holder in holders)]
    if not entries:
        near = tuple(dict.fromkeys(entry.name for entry in gazetteer.suggest(words.partition(",")[0])))[:4]
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        raise PlaceWordsError(f"{words!r} is not a place that is known{hint}")
    best = entries[0]
    family = [entry for entry in entries if _are_one(entry, best)]
    others = [
        entry
        for entry in entries
        if entry not in family
        and (entry.rank > best.rank - _OUTRANKS_BY or (entry.country == country and best.country != country))
    ]
    if others:
        listed = "; ".join(described(entry, gazetteer) for entry in [best, *others][:_MAX_LISTED])
        raise PlaceWordsError(f"{words!r} may mean {listed}; give the code, the point, or the name with what holds it")
    towns = [entry for entry in family if entry.kind in _POINTED and entry.lat is not None]
    return max(towns, key=lambda entry: entry.rank) if towns and best.kind is not EntryKind.COUNTRY else best


def _bearers(name: str, gazetteer: Gazetteer) -> list[Entry]:
    """What bears the name, best known first: by its own name before another spelling, in full before shortened."""
    matches = gazetteer.lookup(name)
    key = name_key(name)
    entries = [match.entry for match in matches if not match.is_short] or [match.entry for match in matches]
    own = [entry for entry in entries if key in {name_key(n) for n in (entry.name, entry.ar, entry.ckb) if n}]
    return sorted(own or entries, key=lambda entry: -entry.rank)


def _are_one(a: Entry, b: Entry) -> bool:
    """Whether two bearers of a name are a unit and its town, or two rows of one place."""
    return a is b or contains(a, b) or contains(b, a) or same_place(a, b)


def described(entry: Entry, gazetteer: Gazetteer) -> str:
    """Return "Salman (village in Muthanna, 30.502 44.541)"."""
    above: Sequence[str | None] = (entry.admin2, entry.admin1, entry.country)
    holder = next(
        (unit.name for code in above if code and code != entry.code and (unit := gazetteer.unit(code)) is not None),
        None,
    )
    where = f" in {holder}" if holder else ""
    at = entry.code or (f"{entry.lat:.3f} {entry.lon:.3f}" if entry.lat is not None else "no point known")
    return f"{entry.name} ({entry.kind.name.lower()}{where}, {at})"

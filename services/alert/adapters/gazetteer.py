"""The shared gazetteer as the alert service needs it: what a name means, what a drawn area covers, what a unit is called."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from math import cos, radians

import shapely
import shapely.affinity

from services.alert.area import Area, Circle, Extent, Polygon, coded_area
from services.alert.watch import Language
from shared.events.facts import Place
from shared.geo.areas import find_area
from shared.geo.gazetteer import Gazetteer, contains
from shared.geo.named_place import read_place
from shared.geo.rows import Entry, EntryKind

_UNITS = (EntryKind.COUNTRY, EntryKind.GOVERNORATE, EntryKind.DISTRICT, EntryKind.SUBDISTRICT)
_TOWN_RADIUS_KM = 10.0
_VILLAGE_RADIUS_KM = 5.0
_KM_PER_DEGREE = 111.2
_KIND_WORDS = {
    EntryKind.COUNTRY: "country",
    EntryKind.REGION: "region",
    EntryKind.GOVERNORATE: "governorate or province",
    EntryKind.DISTRICT: "district",
    EntryKind.SUBDISTRICT: "subdistrict",
    EntryKind.TOWN: "town",
    EntryKind.VILLAGE: "village",
    EntryKind.SITE: "site",
}


class GazetteerBook:
    """``PlaceBook`` over the gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    @property
    def gazetteer(self) -> Gazetteer:
        """What it is read from."""
        return self._gazetteer

    def areas_named(self, name: str) -> Mapping[str, tuple[Area, ...]]:
        """A named area; else divisions of that name, a larger one instead of those inside it; else towns and villages, as circles."""
        if (named := find_area(name)) is not None:
            return {name: tuple(area for code in named.units if (area := coded_area(code)) is not None)}
        entries = [match.entry for match in self._gazetteer.lookup(name) if not match.is_short]
        units = [entry for entry in entries if entry.kind in _UNITS and entry.code is not None]
        largest = [unit for unit in units if not any(contains(other, unit) for other in units)]
        if largest:
            return {self._label(unit): (area,) for unit in largest if (area := coded_area(unit.code or "")) is not None}
        found: dict[str, tuple[Area, ...]] = {}
        for entry in entries:
            if entry.lat is not None and entry.lon is not None and entry.kind is not EntryKind.REGION:
                radius = _TOWN_RADIUS_KM if entry.kind is EntryKind.TOWN else _VILLAGE_RADIUS_KM
                circle = Circle(lat=entry.lat, lon=entry.lon, radius_km=radius)
                found[self._label(entry)] = (self.with_extent(circle, at=entry),)
        return found

    def suggestions(self, name: str) -> Sequence[str]:
        """Names like it that are known, divisions first; for a village whose point nobody knows, its district."""
        unplaced = [match.entry for match in self._gazetteer.lookup(name) if match.entry.lat is None]
        if districts := [
            unit.name for entry in unplaced if entry.admin2 and (unit := self._gazetteer.unit(entry.admin2))
        ]:
            return tuple(dict.fromkeys(districts))[:3]
        found = sorted(self._gazetteer.suggest(name), key=lambda entry: entry.kind not in _UNITS)
        return tuple(dict.fromkeys(entry.name for entry in found))[:3]

    def is_code(self, code: str) -> bool:
        """Whether the gazetteer has a unit of this code."""
        return self._gazetteer.unit(code) is not None

    def place_told(self, words: str, country: str | None) -> Place:
        """Return a place as a person of the desk gives it; raises ``PlaceWordsError``."""
        return read_place(words, self._gazetteer, country=country)

    def with_extent(self, area: Circle | Polygon, *, at: Entry | None = None) -> Circle | Polygon:
        """The area with the Iraqi divisions it covers and touches; elsewhere only places with a point are told from one another."""
        codes, tree = self._subdistricts
        drawn = _shape(area)
        touched = {codes[number] for number in tree.query(drawn, predicate="intersects")}
        covered = {codes[number] for number in tree.query(drawn, predicate="covers")} if touched else set()
        covers, touches = set(covered), set(touched)
        for code in touched:
            touches.update({code[:8], code[:5], code[:2]})
        for length in (8, 5):
            for parent in {code[:length] for code in covered}:
                if all(code in covered for code in codes if code.startswith(parent)):
                    covers.add(parent)
        if at is not None:
            touches.update(code for code in (at.country, at.admin1, at.admin2, at.admin3) if code)
        return replace(area, extent=Extent(covers=frozenset(covers), touches=frozenset(touches - covers)))

    def display_name(self, code: str, language: Language) -> str | None:
        """The unit's name in a language, None for an unknown code."""
        unit = self._gazetteer.unit(code)
        return None if unit is None else self._gazetteer.display_name(unit, language)

    def place_name(self, geonameid: int, language: Language) -> str | None:
        """The place's name in a language, None where the gazetteer has none in its script."""
        entry = self._gazetteer.by_geonameid(geonameid)
        return None if entry is None else {"en": entry.name, "ar": entry.ar, "ckb": entry.ckb}[language]

    @cached_property
    def _subdistricts(self) -> tuple[list[str], shapely.STRtree]:
        codes = [unit.code for unit in self._gazetteer.units(3) if unit.code is not None]
        shapes = [self._gazetteer.polygon([code]) for code in codes]
        return codes, shapely.STRtree(shapes)

    def _label(self, entry: Entry) -> str:
        above = next(
            (
                unit.name
                for code in (entry.admin1, entry.country)
                if code and code != entry.code and (unit := self._gazetteer.unit(code))
            ),
            None,
        )
        where = f" in {above}" if above else ""
        code = (
            f", {entry.code}" if entry.code else f", {entry.lat:.3f} {entry.lon:.3f}" if entry.lat is not None else ""
        )
        return f"{entry.name} ({_KIND_WORDS[entry.kind]}{where}{code})"


def _shape(area: Circle | Polygon) -> shapely.Geometry:
    if isinstance(area, Polygon):
        return shapely.Polygon(area.ring, area.holes)
    round_one = shapely.Point(0.0, 0.0).buffer(area.radius_km / _KM_PER_DEGREE)
    squeezed = max(0.05, cos(radians(area.lat)))
    return shapely.affinity.affine_transform(round_one, [1 / squeezed, 0, 0, 1, area.lon, area.lat])

"""The gazetteer in memory: names to places, places to their units, points to units.

One value, loaded once and shared; every method is pure. Loading reads files of the package only.
"""

import gzip
import re
from collections.abc import Iterable
from functools import cached_property
from importlib import resources

import msgspec
import numpy as np
import shapely
from rapidfuzz import fuzz, process

from shared.geo.distance import km_between
from shared.geo.names import name_key, respelt_key, skeleton
from shared.geo.rows import BoundaryFile, Entry, EntryKind, GazetteerFile

_GOVERNORATE_LENGTH, _DISTRICT_LENGTH = 5, 8  # of a p-code: IQG10, IQG10Q05, IQG10Q05N01
_SAME_PLACE_KM = 6.0
_WELL_KNOWN = 80
_NEAR_DEGREES = 1.5
_RESPELT_RANK = 50
_RESPELT_LIKENESS = 74
_ENDING = re.compile(r"(?:iy?|y)[ae]h?$")
_FEW_SOUNDS, _FEW_SOUNDS_LIKENESS = 4, 86  # words of few sounds are alike by chance: "Single", Singal
URBAN_DISTRICTS = frozenset({"IQG08Q01", "IQG08Q03", "IQG08Q06", "IQG08Q07"})
"""Districts that are parts of a city (Adhamiya, Karkh, Rusafa, Sadr City): their name is a place in town, not an area."""
_UNIT_KINDS = (EntryKind.GOVERNORATE, EntryKind.DISTRICT, EntryKind.SUBDISTRICT)


class Match(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A place that a name may mean; ``is_short`` when the name is a shortened form of the place's own."""

    entry: Entry
    is_short: bool = False


def _read(name: str) -> bytes:
    return gzip.decompress((resources.files("shared.geo") / "data" / name).read_bytes())


class Gazetteer:
    """Places and administrative units by name, code and point."""

    def __init__(self, file: GazetteerFile) -> None:
        self._entries = file.entries
        self._names = file.names
        self._skeletons = file.skeletons
        self._demonyms = file.demonyms
        self._weak = frozenset(file.weak)

    @classmethod
    def load(cls) -> "Gazetteer":
        """Return the gazetteer shipped with the package."""
        return cls(msgspec.msgpack.decode(_read("gazetteer.msgpack.gz"), type=GazetteerFile))

    # Names

    def lookup(self, name: str) -> tuple[Match, ...]:
        """Return what ``name`` may mean, best known first; empty when it is no name."""
        return self.lookup_key(name_key(name))

    def lookup_key(self, key: str) -> tuple[Match, ...]:
        """Like ``lookup``, for a key made by ``name_key`` or by joining ``word_key`` of its words."""
        return tuple(
            Match(entry=self._entries[at]) if at >= 0 else Match(entry=self._entries[-1 - at], is_short=True)
            for at in self._names.get(key, ())
        )

    def knows_key(self, key: str) -> bool:
        """Whether ``lookup_key`` would find anything."""
        return key in self._names

    @cached_property
    def _respelt(self) -> dict[str, list[str]]:
        """Sounds of the Latin names of well-known Iraqi places to the spellings of the one place that has them; shared sounds are left out."""
        found: dict[str, list[str]] = {}
        shared: set[str] = set()
        for key, places in self._names.items():
            best = self._entries[places[0]] if places[0] >= 0 else None
            if best is None or best.rank < _RESPELT_RANK or best.country != "IQ" or best.kind is EntryKind.COUNTRY:
                continue
            spelled = found.setdefault(respelt_key(key), [])
            if spelled and not _is_one(best, self._entries[self._names[spelled[0]][0]]):
                shared.add(respelt_key(key))
            spelled.append(key)
        return {sounds: keys for sounds, keys in found.items() if sounds and sounds not in shared}

    def respelt(self, key: str) -> str | None:
        """Return the key of the one well-known Iraqi place that ``key``, an unknown Latin name, is another transliteration of."""
        sounds = respelt_key(key)
        known = self._respelt.get(sounds, ())
        likeness, best = max(
            ((fuzz.ratio(_ENDING.sub("ia", key), _ENDING.sub("ia", k)), k) for k in known), default=(0, None)
        )
        return best if likeness >= (_RESPELT_LIKENESS if len(sounds) > _FEW_SOUNDS else _FEW_SOUNDS_LIKENESS) else None

    def is_weak(self, key: str) -> bool:
        """Whether the name is also an ordinary word or a given name, so that only wording can make it a place."""
        return key in self._weak

    def alike(self, name: str) -> tuple[Entry, ...]:
        """Return Iraqi places and well-known ones elsewhere whose consonants are those of ``name``, in whatever script."""
        return tuple(self._entries[at] for at in self._skeletons.get(skeleton(name), ()))

    def country_of_demonym(self, key: str) -> str | None:
        """Return the country that "Iraqi", "عراقية" or "عێراقی" (as a key) speaks of, or None."""
        return self._demonyms.get(key)

    def suggest(self, name: str, limit: int = 5) -> tuple[Entry, ...]:
        """Return the entries whose names come nearest to an unknown ``name``, best first, one for each place."""
        found: dict[int, Entry] = {}
        key = name_key(name)
        for best, _score, _ in process.extract(
            key, self._suggestible, scorer=fuzz.WRatio, limit=limit * 4, score_cutoff=70
        ):
            for match in self.lookup_key(best)[:2]:
                found.setdefault(id(match.entry), match.entry)
        for entry in self.alike(name)[:limit]:
            found.setdefault(id(entry), entry)
        return tuple(sorted(found.values(), key=lambda e: (-_closeness(key, e), -e.rank))[:limit])

    @cached_property
    def _suggestible(self) -> list[str]:
        return [key for key, at in self._names.items() if any(i >= 0 and self._entries[i].rank >= 50 for i in at[:1])]

    # Units

    @cached_property
    def _by_code(self) -> dict[str, Entry]:
        return {
            e.code: e
            for e in self._entries
            if e.code is not None and (e.kind is EntryKind.COUNTRY or e.kind in _UNIT_KINDS)
        }

    @cached_property
    def _by_geonameid(self) -> dict[int, Entry]:
        found: dict[int, Entry] = {}
        for entry in self._entries:
            if entry.geonameid is not None:
                found.setdefault(entry.geonameid, entry)
        return found

    @cached_property
    def _by_unit(self) -> dict[str, tuple[Entry, ...]]:
        found: dict[str, list[Entry]] = {}
        for entry in self._entries:
            if entry.country == "IQ" and entry.kind not in _UNIT_KINDS and entry.admin2 is not None:
                found.setdefault(entry.admin2, []).append(entry)
        return {code: tuple(members) for code, members in found.items()}

    def unit(self, code: str) -> Entry | None:
        """Return the country (alpha-2), governorate, district, subdistrict (p-code) or division (ISO 3166-2), or None."""
        return self._by_code.get(code)

    def by_geonameid(self, geonameid: int) -> Entry | None:
        """Return the place with this GeoNames id, or None."""
        return self._by_geonameid.get(geonameid)

    def entries_of_kind(self, kind: EntryKind) -> tuple[Entry, ...]:
        """Return all entries of a kind."""
        return tuple(entry for entry in self._entries if entry.kind is kind)

    def centre_of(self, unit: Entry) -> Entry | None:
        """Return the main town of a unit, or None where the sources name none."""
        return None if unit.centre is None else self._by_geonameid.get(unit.centre)

    def parent_of(self, code: str) -> str | None:
        """Return the code of the unit above: subdistrict, district, governorate, country; None for a country or no code."""
        if code.startswith("IQG"):
            return {len("IQG10Q05N01"): code[:_DISTRICT_LENGTH], _DISTRICT_LENGTH: code[:_GOVERNORATE_LENGTH]}.get(
                len(code), "IQ"
            )
        return code.split("-", maxsplit=1)[0] if "-" in code else None

    def units(self, level: int) -> tuple[Entry, ...]:
        """Return Iraq's governorates (1), districts (2) or subdistricts (3), by p-code."""
        kind = _UNIT_KINDS[level - 1]
        return tuple(e for code, e in sorted(self._by_code.items()) if e.kind is kind and e.country == "IQ")

    def places_in(self, district: str) -> tuple[Entry, ...]:
        """Return the places and sites inside a district."""
        return self._by_unit.get(district, ())

    # Points

    @cached_property
    def _polygons(self) -> tuple[tuple[str, ...], np.ndarray, shapely.STRtree]:
        file = msgspec.msgpack.decode(_read("boundaries.msgpack.gz"), type=BoundaryFile)
        shapes = shapely.from_wkb([boundary.wkb for boundary in file.boundaries])
        return tuple(boundary.code for boundary in file.boundaries), shapes, shapely.STRtree(shapes)

    def locate(self, lat: float, lon: float) -> tuple[str | None, str | None, str | None]:
        """Return the p-codes of governorate, district and subdistrict at a point; all None outside Iraq."""
        codes, _, tree = self._polygons
        hits = sorted(tree.query(shapely.Point(lon, lat), predicate="intersects"))
        if not hits:
            return None, None, None
        code = codes[hits[0]]
        return code[:_GOVERNORATE_LENGTH], code[:_DISTRICT_LENGTH], code

    def nearest(self, lat: float, lon: float) -> Entry | None:
        """Return the town, village or site nearest to a point, None when there is none within a degree and a half."""
        best: tuple[float, Entry] | None = None
        for entry in self._entries:
            if (
                entry.lat is not None
                and entry.lon is not None
                and entry.kind >= EntryKind.TOWN
                and abs(entry.lat - lat) < _NEAR_DEGREES
                and abs(entry.lon - lon) < 2 * _NEAR_DEGREES
            ):
                km = km_between(lat, lon, entry.lat, entry.lon)
                if best is None or km < best[0]:
                    best = km, entry
        return None if best is None else best[1]

    def polygon(self, codes: Iterable[str]) -> shapely.Geometry:
        """Return the union of Iraqi units; raises ``KeyError`` naming a code that is no Iraqi unit's."""
        known, shapes, _ = self._polygons
        chosen: set[int] = set()
        for code in codes:
            inside = [n for n, subdistrict in enumerate(known) if subdistrict.startswith(code)]
            if code not in self._by_code or not inside or not code.startswith("IQG"):
                raise KeyError(code)
            chosen.update(inside)
        return shapely.union_all([shapes[n] for n in sorted(chosen)])

    # Words

    def display_name(self, entry: Entry, lang: str) -> str:
        """Return the place's name in English (``en``), Arabic (``ar``) or Sorani (``ckb``), falling back to the nearest script."""
        if lang == "ar":
            return entry.ar or entry.ckb or entry.name
        if lang == "ckb":
            return entry.ckb or entry.ar or entry.name
        return entry.name

    def place_display_name(
        self, lang: str, *, geonameid: int | None, admin2: str | None, admin1: str | None, country: str | None
    ) -> str | None:
        """Return the name, in ``lang``, of the finest of these that the gazetteer knows; None when it knows none."""
        entry = self._by_geonameid.get(geonameid) if geonameid is not None else None
        for code in (admin2, admin1, country):
            entry = entry or (self._by_code.get(code) if code else None)
        return None if entry is None else self.display_name(entry, lang)


def same_place(a: Entry, b: Entry) -> bool:
    """Whether two rows are one place: the sources hold many near-duplicate points."""
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return False
    return km_between(a.lat, a.lon, b.lat, b.lon) <= _SAME_PLACE_KM


def contains(unit: Entry, place: Entry) -> bool:
    """Whether ``place`` (or unit) lies inside ``unit``, which may be a country; nothing contains itself."""
    if unit.kind is EntryKind.COUNTRY:
        return place.country == unit.country and place.kind is not EntryKind.COUNTRY
    if unit.kind not in _UNIT_KINDS or unit.code is None or unit.code == place.code:
        return False
    if unit.kind is EntryKind.SUBDISTRICT and place.rank >= _WELL_KNOWN:
        return False  # points of well-known towns often fall just outside their own small polygon
    return unit.code in (place.admin1, place.admin2, place.admin3)


def _closeness(key: str, entry: Entry) -> float:
    spelled = [name_key(name) for name in (entry.name, entry.ar, entry.ckb) if name]
    return max(fuzz.ratio(key, other) for other in spelled)


def _is_one(a: Entry, b: Entry) -> bool:
    """Whether two bearers are one place or a unit and its town."""
    return a is b or contains(a, b) or contains(b, a) or same_place(a, b)

